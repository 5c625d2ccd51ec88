"""The command line keeps its contract: documents, exit codes, and nothing else on stdout."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from photofind.cli.app import run
from photofind.domain import PhotoId
from photofind.evaluation.drawn_scenes import draw_scene
from photofind.paths import LibraryPaths
from photofind.settings import save_setting
from photofind.store import derived, roots
from photofind.store.database import Database
from photofind.store.derived import ProducerVersion
from photofind.store.waiting import add_waiting
from tests.unit.cli.conftest import Json


@pytest.fixture(scope="module")
def pictures(drawn_pictures: Path) -> Path:
    """Those that are indexed, for all tests; to be left as they are."""
    return drawn_pictures


def test_that_index_reports_what_it_did(indexed: Any, pictures: Path, tiny_folder: Path) -> None:
    seconds = indexed.pop("seconds")

    assert indexed == {
        "roots": [str(pictures)],
        "found": 12,
        "embedded": 12,
        "unchanged": 0,
        "moved": 0,
        "removed": 0,
        "duplicates": 0,
        "offline": [],
        "failed": 0,
        "failures": [],
        "checkpoint": f"local-dir:{tiny_folder}",
    }
    assert seconds > 0


@pytest.fixture
def torn(pictures: Path) -> Iterator[Path]:
    """A file among the pictures that is none."""
    path = pictures / "torn.jpg"
    path.write_bytes(b"\xff\xd8\xff")
    yield path
    path.unlink()


def test_that_index_lists_failures(as_json: Json, indexed: Any, torn: Path) -> None:
    found = as_json("index")

    assert found["failed"] == 1
    assert found["failures"][0]["path"] == str(torn)
    assert found["failures"][0]["reason"]


def test_that_search_gives_ranked_hits(as_json: Json, indexed: Any, pictures: Path) -> None:
    found = as_json("search", "a boat on the sea", "-n", "5", "--all")

    assert found["query"] == "a boat on the sea"
    assert found["total"] == 12
    assert [hit["rank"] for hit in found["hits"]] == [1, 2, 3, 4, 5]
    scores = [hit["score"] for hit in found["hits"]]
    assert scores == sorted(scores, reverse=True)
    assert all(Path(hit["path"]).is_file() and hit["box"] is None for hit in found["hits"])
    assert set(found) == {"query", "checkpoint", "confident", "total", "hits", "seconds"}


def test_that_search_leaves_out_the_tail_only_beyond_confident_hits(
    as_json: Json, indexed: Any
) -> None:
    everything = as_json("search", "a boat", "--all")
    short = as_json("search", "a boat")

    sure = [hit for hit in everything["hits"] if hit["confident"]]
    assert short["hits"] == (sure or everything["hits"])


def test_that_a_batch_answers_line_by_line(
    indexed: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    queries = tmp_path / "queries.txt"
    queries.write_text("a boat\na café at night\n")

    assert run(["search", "--batch", str(queries), "-n", "3"]) == 0

    documents = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [document["query"] for document in documents] == ["a boat", "a café at night"]
    assert all(len(document["hits"]) == 3 for document in documents)


def test_that_similar_finds_the_picture_itself_first(
    as_json: Json, indexed: Any, pictures: Path
) -> None:
    picture = pictures / "sea" / "03.jpg"

    found = as_json("similar", picture, "-n", "2", "--all")

    assert found["query"] == str(picture)
    assert found["hits"][0]["path"] == str(picture)
    assert found["hits"][0]["score"] == pytest.approx(1, abs=0.01)


def test_that_similar_does_not_answer_with_the_picture_alone(
    as_json: Json, indexed: Any, pictures: Path
) -> None:
    picture = pictures / "sea" / "03.jpg"

    found = as_json("similar", picture)

    assert found["confident"] == 1
    assert len(found["hits"]) == found["total"] == 12


def test_that_similar_takes_pictures_from_outside(
    as_json: Json, indexed: Any, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.png"
    draw_scene(3, (320, 240)).image.save(outside)

    assert as_json("similar", outside, "-n", "1", "--all")["hits"][0]["path"].endswith("03.jpg")


def test_that_status_counts(as_json: Json, indexed: Any, pictures: Path) -> None:
    found = as_json("status", "--check")

    assert (found["photos"], found["files"], found["failed"]) == (12, 12, 0)
    assert found["coverage"] == {"embedded": 12, "total": 12}
    assert found["roots"][0]["path"] == str(pictures)
    assert found["roots"][0]["offline"] is False


def test_that_status_says_what_waits_to_be_read(
    as_json: Json,
    indexed: Any,
    pictures: Path,
    library_folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with (
        Database.open(LibraryPaths(library_folder), write=True) as database,
        database.writing() as connection,
    ):
        (root,) = roots.list_roots(connection)
        add_waiting(connection, root, [pictures / f"new{number}.jpg" for number in range(1200)])

    found = as_json("status")

    assert (found["waiting"], found["files"]) == (1200, 12)
    assert found["coverage"] == {"embedded": 12, "total": 12}
    assert run(["status"]) == 0
    printed = capsys.readouterr().out
    assert "12 photos, 12 of them searchable" in printed
    assert "1,200 files were found and not read yet." in printed


def test_that_status_says_how_far_each_kind_is_and_where_it_failed(
    as_json: Json,
    indexed: Any,
    pictures: Path,
    library_folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    complete = {"done": 12, "total": 12, "failed": 0, "failures": []}
    kinds = {kind.pop("kind"): kind for kind in as_json("status")["derived"]}
    assert kinds["thumbnail"] == {"version": "384", **complete}
    assert {**kinds["embedding"], "version": "1"} == {"version": "1", **complete}
    assert run(["status"]) == 0
    assert "thumbnail" not in capsys.readouterr().out

    thumbnail = ProducerVersion("thumbnail", "384")
    with (
        Database.open(LibraryPaths(library_folder), write=True) as database,
        database.writing() as connection,
    ):
        derived.mark_failed(connection, thumbnail, {PhotoId(1): "It is too thin."})

    (found,) = [kind for kind in as_json("status")["derived"] if kind["kind"] == "thumbnail"]
    (failure,) = found["failures"]
    assert (found["done"], found["failed"], failure["reason"]) == (11, 1, "It is too thin.")
    assert Path(failure["path"]).is_relative_to(pictures)
    assert run(["status"]) == 0
    printed = capsys.readouterr().out
    assert "thumbnail: 11 of 12 photos." in printed
    assert "1 have no thumbnail:" in printed
    assert "It is too thin." in printed


def test_that_the_limits_of_the_settings_hold_for_pictures_from_outside(
    as_json: Json, indexed: Any, tmp_path: Path, library_folder: Path
) -> None:
    outside = tmp_path / "outside.png"
    Image.new("RGB", (1200, 1000)).save(outside)
    box = ["--box", "10", "10", "90", "90", "--labels", "dog"]
    assert as_json("similar", outside, "-n", "1", "--all")["hits"]

    save_setting(library_folder / "settings.toml", "max_megapixels", 1)

    for asked in (["similar"], ["region", *box], ["region", *box[:5], "--find"]):
        error = as_json(asked[0], outside, *asked[1:], code=1)["error"]
        assert error["code"] == "bad_input"
        assert "megapixels" in error["message"]


def test_that_an_error_in_a_batch_says_where(
    indexed: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    queries = tmp_path / "queries.txt"
    queries.write_text("a boat\na dog from:2008-13\n")
    capsys.readouterr()

    assert run(["search", "--batch", str(queries)]) == 1

    _, wrong = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert wrong["query"] == "a dog from:2008-13"
    assert set(wrong["error"]) == {"code", "message", "hint", "column"}
    assert wrong["error"]["column"] == 17


def test_that_a_batch_may_begin_with_a_byte_order_mark(
    indexed: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    queries = tmp_path / "queries.txt"
    queries.write_text("a boat\n", encoding="utf-8-sig")
    capsys.readouterr()

    assert run(["search", "--batch", str(queries), "-n", "1"]) == 0

    assert json.loads(capsys.readouterr().out)["query"] == "a boat"


def test_that_a_batch_that_is_no_text_is_an_error(
    as_json: Json, indexed: Any, tmp_path: Path
) -> None:
    queries = tmp_path / "queries.txt"
    queries.write_bytes(b"caf\xe9\n")

    error = as_json("search", "--batch", queries, code=1)["error"]

    assert error["code"] == "bad_input"
    assert str(queries) in error["message"]


@pytest.mark.parametrize("command", [["watch"], ["index"], ["tag"]])
def test_that_no_library_is_made_where_none_is_filled(
    as_json: Json, tmp_path: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = tmp_path / "nowhere"

    assert run([*command, "--library", str(nowhere)]) == 1

    assert "photofind index" in capsys.readouterr().err
    assert not nowhere.exists()


def test_that_checkpoints_can_be_added_and_used(as_json: Json, tiny_folder: Path) -> None:
    assert as_json("checkpoints", "add", tiny_folder)["checkpoint"] == "tiny"
    as_json("checkpoints", "use", "tiny")

    rows = {row["name"]: row for row in as_json("checkpoints", "list")["checkpoints"]}
    assert rows["tiny"]["in_use"]
    assert rows["tiny"]["installed"]
    assert not rows["photofind-mini"]["in_use"]
    assert not rows["ViT-B-32-256/datacomp_s34b_b86k"]["installed"]


def test_that_evaluate_measures_what_the_data_set_holds(
    as_json: Json, tmp_path: Path, tiny_folder: Path
) -> None:
    folder = tmp_path / "dataset"
    folder.mkdir()
    captions, labels = ["image,caption"], ["image,label"]
    for seed in range(6):
        scene = draw_scene(seed, (96, 72))
        scene.image.save(folder / f"{seed}.png")
        captions += [f'{seed}.png,"{caption}"' for caption in scene.captions[:2]]
        labels.append(f'{seed}.png,"thing {seed % 3}"')
    (folder / "captions.csv").write_text("\n".join(captions))
    (folder / "labels.csv").write_text("\n".join(labels))

    found = as_json("evaluate", folder, "--checkpoint", f"local-dir:{tiny_folder}")

    assert found["captions"]["n"] == 12
    assert set(found["captions"]) == {"recall@1", "recall@5", "recall@10", "median_rank", "n"}
    assert found["captions"]["recall@10"] == 1
    assert found["labels"]["n"] == 6
    assert found["labels"]["classes"] == 3
    assert found["labels"]["top5"] == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["index", "/nowhere/at/all"], "bad_input"),
        (["search", "a dog"], "bad_input"),
        (["checkpoints", "use", "nonsense"], "checkpoint"),
        (["evaluate", "/nowhere/at/all"], "bad_input"),
    ],
)
def test_that_an_error_is_a_document_with_the_next_step(
    as_json: Json, arguments: list[str], code: str
) -> None:
    error = as_json(*arguments, code=1)["error"]

    assert error["code"] == code
    assert error["message"]
    assert error["hint"]


def test_that_an_empty_query_is_an_error(as_json: Json, indexed: Any) -> None:
    assert as_json("search", " ", code=1)["error"]["code"] == "query"


def test_that_an_error_in_a_query_says_where(as_json: Json, indexed: Any) -> None:
    error = as_json("search", "a dog from:2008-13", code=1)["error"]

    assert set(error) == {"code", "message", "hint", "column"}
    assert (error["code"], error["column"]) == ("query", 17)


@pytest.mark.parametrize(
    "arguments", [["frobnicate"], ["search"], ["search", "dog", "-n", "0"], ["similar"]]
)
def test_that_wrong_usage_is_exit_code_2(as_json: Json, arguments: list[str]) -> None:
    assert as_json(*arguments, code=2)["error"]["code"] == "usage"


def test_that_errors_for_people_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["index", "/nowhere/at/all"]) == 1

    captured = capsys.readouterr()
    assert captured.out == ""
    assert "/nowhere/at/all" in captured.err
    assert "Check the path" in captured.err


@pytest.mark.parametrize(
    "command",
    ["index", "watch", "search", "similar", "region", "tag", "tags", "status", "evaluate"]
    + [f"checkpoints {name}" for name in ("list", "use", "add", "download")],
)
def test_that_help_shows_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*command.split(), "--help"]) == 0

    assert f"Example: photofind {command}" in capsys.readouterr().out


def test_that_the_command_line_needs_neither_qt_nor_a_display() -> None:
    code = (
        "import sys; from photofind.cli.app import run; run(['status']); "
        "sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    )
    environment = {name: value for name, value in os.environ.items() if name != "DISPLAY"}

    done = subprocess.run([sys.executable, "-c", code], env=environment, check=False)

    assert done.returncode == 0
