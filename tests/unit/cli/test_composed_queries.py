"""Queries of several terms, pictures and names, from the command line to the hits."""

import json
from pathlib import Path
from typing import Any

import pytest

from photofind.cli.app import run
from photofind.search.composition import NEGATIVE
from tests.unit.cli.conftest import Json


def _names(found: Any) -> list[str]:
    return [Path(hit["path"]).name for hit in found["hits"]]


def _scores(found: Any) -> dict[str, float]:
    return {hit["path"]: hit["score"] for hit in found["hits"]}


def test_that_weights_count_against_each_other(as_json: Json, indexed: Any) -> None:
    boat, cat = (_scores(as_json("search", one, "--all")) for one in ("a boat", "a cat"))
    mixed = _scores(as_json("search", "3:a boat + a cat", "--all"))
    less = _scores(as_json("search", "a boat - a cat", "--all"))

    sums = {path: (3 * boat[path] + cat[path]) / 4 for path in boat}
    differences = {path: boat[path] - NEGATIVE * cat[path] for path in boat}
    assert mixed == pytest.approx(sums, abs=2e-4)
    assert less == pytest.approx(differences, abs=2e-4)
    assert _scores(as_json("search", "a boat, no a cat", "--all")) == pytest.approx(less, abs=2e-4)


def test_that_terms_that_cancel_each_other_out_are_an_error(as_json: Json, indexed: Any) -> None:
    error = as_json("search", "0.3:a boat + 0.3:a boat - 2:a boat", code=1)["error"]

    assert error["code"] == "bad_input"
    assert error["hint"]


def test_that_what_is_subtracted_turns_the_order_round(as_json: Json, indexed: Any) -> None:
    forwards = _scores(as_json("search", "a boat", "--all"))
    backwards = _scores(as_json("search", "-a boat", "--all"))

    assert backwards == pytest.approx({path: -score for path, score in forwards.items()}, abs=2e-4)


def test_that_a_picture_is_a_term(as_json: Json, indexed: Any, pictures: Path) -> None:
    picture = pictures / "sea" / "03.jpg"

    found = as_json("search", f'image:"{picture}"', "--all", "-n", "3")

    assert found["query"] == f'image:"{picture}"'
    assert _names(found)[0] == "03.jpg"
    mixed = as_json("search", f'a boat 5:image:"{picture}"', "--all", "-n", "3")
    assert _names(mixed)[0] == "03.jpg"
    without = as_json("search", f'-image:"{picture}"', "--all")
    assert _names(without)[-1] == "03.jpg"


def test_that_a_picture_that_is_not_there_costs_only_its_own_answer(
    indexed: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    queries = tmp_path / "queries.txt"
    queries.write_text(f"a boat image:{tmp_path}/nowhere.jpg\na boat\n")
    capsys.readouterr()

    assert run(["search", "--batch", str(queries), "-n", "1"]) == 1

    wrong, right = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert wrong["error"]["code"] == "bad_input"
    assert "nowhere.jpg" in wrong["error"]["message"]
    assert len(right["hits"]) == 1


def test_that_a_photo_called_so_comes_first_and_says_so(
    as_json: Json, indexed: Any, pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = as_json("search", "03.jpg", "--all")

    named = [hit for hit in found["hits"] if hit["named"]]
    assert found["hits"][: len(named)] == named
    assert {Path(hit["path"]).name for hit in named} == {"03.jpg"}
    assert all(hit["confident"] for hit in named)
    assert found["confident"] >= len(named) > 0
    assert as_json("search", "03.jpg")["hits"][: len(named)] == named
    assert not any(hit["named"] for hit in as_json("search", "a boat", "--all")["hits"])

    assert run(["search", "03.jpg"]) == 0
    _, *lines = capsys.readouterr().out.splitlines()
    assert ["by name" in line for line in lines] == [
        number < len(named) for number in range(len(lines))
    ]


def test_that_a_file_s_name_is_a_filter(as_json: Json, indexed: Any) -> None:
    assert set(_names(as_json("search", "file:03.JPG"))) == {"03.jpg"}
    assert "03.jpg" not in _names(as_json("search", "-file:03.jpg"))
    assert set(_names(as_json("search", "file:03 OR file:04 -folder:land"))) <= {"03.jpg", "04.jpg"}


def test_that_an_error_within_a_group_names_its_column(as_json: Json, indexed: Any) -> None:
    error = as_json("search", "a boat (tag:sea OR rating:9)", code=1)["error"]

    assert (error["code"], error["column"]) == ("query", 27)
    assert error["hint"]
