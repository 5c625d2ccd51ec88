"""A filter is one entry of `KINDS`: everything that knows filters knows it from there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pytestqt.qtbot import QtBot

from photofind.cli.app import run
from photofind.cli.search import examples
from photofind.domain import FileStat, Fingerprint, FoundFile, Photo, PhotoMetadata
from photofind.errors import QueryError
from photofind.gui.icons import pixmap
from photofind.gui.search.chips import ChipStrip
from photofind.gui.search.completion import completions
from photofind.gui.search.typed import TypedText
from photofind.paths import LibraryPaths
from photofind.search.parser import parse
from photofind.search.query import text_query
from photofind.search.tokens import written_value
from photofind.search.writing import written, written_condition
from photofind.store import photos, roots, schema
from photofind.store.database import Database
from photofind.store.filter_kinds import KINDS
from photofind.store.filters import (
    Clause,
    Filter,
    FilterKind,
    FilterValueError,
    SqliteFilters,
    Statement,
)
from photofind.store.photos import ReadFile

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.usefixtures("qapp")

EACH_KIND = pytest.mark.parametrize("kind", KINDS.values(), ids=str)


def _read_width(text: str) -> int:
    if not text.isdecimal():
        raise FilterValueError(f"expected a number, not '{text}'.", "For example wider:4000")
    return int(text)


def _is_wider(width: int, _: Statement) -> Clause:
    return Clause(schema.photos.c.width > width)


WIDER = FilterKind(
    "wider",
    expected="a number of pixels",
    finds="wider than that",
    examples=("4000",),
    icon="picture",
    read=_read_width,
    write=str,
    clause=_is_wider,
    suggestions=lambda connection, _: [
        str(width) for width in connection.scalars(sa.select(schema.photos.c.width).distinct())
    ],
)


@pytest.fixture
def with_wider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "wider", WIDER)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Photos 10 to 14 pixels wide."""
    with Database.open(LibraryPaths(tmp_path / "library"), write=True) as database:
        with database.writing() as connection:
            root = roots.add_root(connection, tmp_path)
            for width in range(10, 15):
                file = FoundFile(tmp_path, tmp_path / f"{width}.jpg", FileStat(1, 2, 3, width))
                photo = Photo(
                    Fingerprint(bytes([width] * 16)), "jpeg", width, 9, (0, 0, 0), PhotoMetadata()
                )
                photos.record_files(connection, root, [ReadFile(file, 5, photo=photo)])
        yield database


@EACH_KIND
def test_that_every_filter_has_all_it_needs(kind: FilterKind[Any], database: Database) -> None:
    assert kind.name == kind.name.casefold()
    assert kind.expected
    assert kind.finds
    assert kind.examples
    assert not pixmap(kind.icon, "#000000").isNull()
    for example in kind.examples:
        query = parse(f"-{kind.name}:{written_value(example)}")
        assert query.filters == (Filter(kind, kind.read(example), negated=True),)
        assert parse(written(query)) == query
        assert set(_widths(database, f"{kind.name}:{written_value(example)}")) | set(
            _widths(database, written(query))
        ) == {10, 11, 12, 13, 14}
    if kind.suggestions is not None:
        with database.reading() as connection:
            for value in kind.suggestions(connection, ["a tag"]):
                assert kind.write(kind.read(value)) == value


def test_that_the_readme_lists_every_filter_as_it_is() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    listed = re.search(r"\| filter \| finds photos \|\n\|---\|---\|\n((?:\|.*\n)*)", readme)
    assert listed is not None

    assert listed[1].splitlines() == [
        f"| {' '.join(f'`{written}`' for written in _examples(kind))} | {kind.finds} |"
        for kind in KINDS.values()
    ]


def _examples(kind: FilterKind[Any]) -> list[str]:
    return [f"{kind.name}:{written_value(example)}" for example in kind.examples]


@EACH_KIND
def test_that_help_lists_every_filter(
    kind: FilterKind[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["search", "--help"]) == 0

    printed = " ".join(capsys.readouterr().out.split())
    assert f"{examples(kind.name)}: photos {kind.finds}" in printed


@pytest.mark.usefixtures("with_wider")
def test_that_a_new_entry_is_all_a_filter_takes(database: Database, qtbot: QtBot) -> None:
    query = parse("a dog -wider:12")
    assert query == text_query("a dog", (Filter(WIDER, 12, negated=True),))
    assert written(query) == "a dog -wider:12"
    assert _widths(database, "wider:12") == [13, 14]
    assert _widths(database, "-wider:12 wider:10") == [11, 12]

    with pytest.raises(QueryError, match="Column 7: expected a number, not 'x'") as refused:
        parse("wider:x")
    assert refused.value.column == 7
    with pytest.raises(QueryError, match="size:, wider:"):
        parse("nothing:x")

    assert [one.insertion for one in completions(TypedText("wid"), 3, (), {})] == ["wider:"]
    with database.reading() as connection:
        assert WIDER.suggestions is not None
        known = {"wider": WIDER.suggestions(connection, ())}
    offered = completions(TypedText("-wider:1"), 8, (), known)
    assert sorted(one.insertion for one in offered)[0] == "wider:10 "

    chips = ChipStrip()
    qtbot.addWidget(chips)
    chips.show_chosen(query.filters)
    assert [chip.text() for chip in chips.chips] == ["−wider:12"]
    assert written_condition(query.filters[0]) == "-wider:12"


def _widths(database: Database, typed: str) -> list[int]:
    ids = SqliteFilters(database).select(parse(typed).filters).tolist()
    with database.reading() as connection:
        rows = connection.scalars(
            sa.select(schema.photos.c.width).where(schema.photos.c.id.in_(ids))
        )
        return sorted(rows)
