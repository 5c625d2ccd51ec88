"""Which arguments of `search` are its query and which are options."""

import json
from pathlib import Path
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from photofind.cli.app import run
from photofind.cli.minus_queries import QueryCommand

app = typer.Typer()


@app.command(cls=QueryCommand, context_settings={"help_option_names": ["-h", "--help"]})
def echo(
    query: Annotated[str | None, typer.Argument()] = None,
    batch: Annotated[Path | None, typer.Option()] = None,
    top_k: Annotated[int, typer.Option("-n")] = 20,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    typer.echo(json.dumps([query, batch and str(batch), top_k, as_json]))


def understood(*arguments: str) -> list[str | int | bool | None]:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == 0, done.output
    answer: list[str | int | bool | None] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize(
    "query",
    [
        "-from:2019",
        "-type:png a dog",
        "-near:48.85,2.35",
        "-name:x",
        "- fruit",
        "-fruit",
        "-2:dog",
        "-image:sea.jpg",
        "-(tag:sea OR tag:beach)",
        "–tag:work",
        "-dog",
        "-nikon",
        "-house",
        "-a dog on a beach",
        '-folder:"My Photos"',
        "--json dog",
        "-",
        "a dog -tag:work",
    ],
)
def test_that_a_query_may_begin_with_a_minus(query: str) -> None:
    assert understood(query) == [query, None, 20, False]
    assert understood("-n", "5", query, "--json") == [query, None, 5, True]
    assert understood(query, "-n5") == [query, None, 5, False]
    assert understood("--json", "--", query) == [query, None, 20, True]


def test_that_options_keep_their_values() -> None:
    assert understood("--batch", "-") == [None, "-", 20, False]
    assert understood("--batch", "-odd name:1.txt") == [None, "-odd name:1.txt", 20, False]
    assert understood("--batch=-x:y") == [None, "-x:y", 20, False]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["dog", "--nonsense"], "--nonsense"),
        (["dog", "-x"], "-x"),
        (["dog", "-json"], "did you mean --json?"),
        (["-all"], "did you mean --all?"),
        (["dog", "-n", "many"], "'-n'"),
        (["-from:2019", "-to:2020"], "-to:2020"),
    ],
)
def test_that_a_wrong_option_is_named(
    wrong: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["search", *wrong, "--json"]) == 2

    assert said in json.loads(capsys.readouterr().out)["error"]["message"]


def test_that_an_option_without_its_value_is_wrong() -> None:
    assert CliRunner().invoke(app, ["-from:2019", "--batch"]).exit_code == 2
    assert CliRunner().invoke(app, ["-from:2019", "-n"]).exit_code == 2


def test_that_search_finds_with_a_query_that_begins_with_a_minus(
    indexed_library: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["search", "-type:png", "--json", "--library", str(indexed_library[0])]) == 0

    assert len(json.loads(capsys.readouterr().out)["hits"]) == 12
