"""Filters on the command line: real cameras' dates, and queries that mean harm."""

import json
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from photofind.cli.app import run
from photofind.errors import QueryError
from photofind.library import Library
from photofind.paths import LibraryPaths
from photofind.photos.metadata import read_metadata
from photofind.search.parser import parse
from photofind.store.database import Database
from photofind.store.filters import SqliteFilters
from tests.support.contents import catalogue_contents

Answer = Callable[..., Any]

HOSTILE = (
    'folder:"\'; DROP TABLE files; --"',
    "camera:\"x' OR '1'='1\"",
    "a dog'; DELETE FROM photos; --",
    "type:jpg' camera:%",
    "folder:_ -folder:%",
    'from:"2019\' OR 1=1 --"',
    'camera:"""" OR """"=""""',
    "folder:photofind_test_0(1,2)",
    'tag:"\'); DROP TABLE tags; --"',
)


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PHOTOFIND_LIBRARY", str(tmp_path / "library"))
    return tmp_path / "library"


@pytest.fixture
def search(library: Path, capsys: pytest.CaptureFixture[str]) -> Answer:
    """Run `search` and parse the one document it prints."""

    def call(query: str, code: int = 0) -> Any:
        assert run(["search", query, "-n", "1000", "--all", "--json"]) == code
        return json.loads(capsys.readouterr().out)

    return call


@pytest.fixture(scope="module")
def indexed_cameras(
    shared: Callable[[str], Path], tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """Photos of real cameras, in folders by what they were chosen for, and their library."""
    base = tmp_path_factory.mktemp("cameras")
    shutil.copytree(shared("exif") / "jpg", base / "Photos", copy_function=shutil.copyfile)
    with Library(base / "library", write=True) as library:
        library.index([base / "Photos"], f"local-dir:{tiny_folder}")
    return base / "Photos", base / "library"


@pytest.fixture
def cameras(indexed_cameras: tuple[Path, Path], library: Path) -> Path:
    """The photos, not to be changed; the library of this test knows them."""
    photos, indexed = indexed_cameras
    shutil.copytree(indexed, library)
    return photos


def _paths(found: Any) -> set[Path]:
    return {Path(hit["path"]) for hit in found["hits"]}


def test_that_real_dates_are_found(cameras: Path, search: Answer) -> None:
    everything = _paths(search("a photo"))
    dates = {path: read_metadata(path.read_bytes()).taken_at for path in everything}
    expected = {path for path, date in dates.items() if date and date.startswith("2008")}
    assert cameras / "Canon_40D.jpg" in expected

    found = search("from:2008 to:2008")

    assert _paths(found) == expected
    assert found["total"] == len(expected)
    assert found["confident"] == 0
    assert all(hit["score"] == 0 and not hit["confident"] for hit in found["hits"])
    shown = [dates[Path(hit["path"])] for hit in found["hits"]]
    assert shown == sorted(shown, key=str, reverse=True)
    assert _paths(search("a photo from:2008 to:2008")) == expected
    assert _paths(search("-from:2008")) | _paths(search("from:2008")) == everything
    assert _paths(search("from:2008-05-30 to:2008-05-30")) >= {cameras / "Canon_40D.jpg"}


def test_that_filters_of_a_real_library_hold_together(cameras: Path, search: Answer) -> None:
    nikon = _paths(search("camera:nikon"))
    assert {cameras / "Nikon_D70.jpg", cameras / "Nikon_COOLPIX_P1.jpg"} <= nikon

    assert _paths(search("a dog camera:NIKON -from:2008-03-15")) == nikon - _paths(
        search("from:2008-03-15")
    )
    gps = _paths(search("folder:photos/GPS type:jpg"))
    assert gps
    assert {path.parent.name for path in gps} == {"gps"}
    assert search("type:png camera:nikon")["hits"] == []


RESTRICTIONS = (
    "from:2008", "to:2008-06", "folder:gps", "file:canon", "camera:nikon", "type:jpg", "has:gps",
    "has:date", "has:lens", "near:43.46,11.88,100km", "orientation:landscape",
    "orientation:portrait",
    "size:>10KB", "size:<1MP", "rating:unrated", "tag:beach", "lens:a",
    "camera:nikon OR has:gps", "(camera:nikon from:2005) OR folder:gps OR file:canon",
    "(has:gps OR -camera:canon) size:>5KB",
)  # fmt: skip


def test_that_a_filtered_search_is_the_whole_ranking_restricted(
    cameras: Path, library: Path
) -> None:
    with Library(library) as opened:
        engine, passing = opened.search_engine, opened.catalogue.filtered
        everything = engine.by_query(parse("a photo - a drawing"), 10_000).hits
        sizes = set()
        for typed in RESTRICTIONS:
            for one in (typed, f"-({typed})"):
                chosen = set(passing.select(parse(one).filters).tolist())
                found = engine.by_query(parse(f"a photo - a drawing {one}"), 10_000)
                expected = [hit for hit in everything if hit.photo_id in chosen]

                assert [(hit.photo_id, hit.confident) for hit in found.hits] == [
                    (hit.photo_id, hit.confident) for hit in expected
                ], one
                scores = [hit.score for hit in expected]
                assert [hit.score for hit in found.hits] == pytest.approx(scores, abs=1e-5)
                sizes.add(len(chosen))
        assert len(sizes) > 10


def test_that_a_syntax_error_names_its_column(cameras: Path, search: Answer) -> None:
    error = search("a dog from:2008-13", code=1)["error"]

    assert error["code"] == "query"
    assert error["message"] == "Column 17: expected a month from 01 to 12, not 13."
    assert error["hint"]


def test_that_a_bad_line_of_a_batch_costs_only_its_own_answer(
    cameras: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    queries = tmp_path / "queries.txt"
    queries.write_text("a dog\na dog foo:bar\nfrom:2008\n")

    assert run(["search", "--batch", str(queries), "-n", "3"]) == 1

    documents = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [document["query"] for document in documents] == ["a dog", "a dog foo:bar", "from:2008"]
    assert [document.get("error", {}).get("code") for document in documents] == [
        None,
        "query",
        None,
    ]


def test_that_people_are_told_what_the_order_is(
    cameras: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["search", "from:2008 to:2008"]) == 0
    assert "the newest first" in capsys.readouterr().out
    assert run(["search", "a dog from:2090"]) == 0
    assert "No photo passes the filters" in capsys.readouterr().out


def test_that_hostile_and_fuzzed_queries_do_no_harm(
    library: Path, indexed_library: tuple[Path, str]
) -> None:
    shutil.copytree(indexed_library[0], library)
    before = catalogue_contents(library)
    with Library(library) as opened:
        engine = opened.search_engine
        totals = [
            _total(lambda query: engine.by_query(parse(query), 3).total, one) for one in HOSTILE
        ]
    with Database.open(LibraryPaths(library), write=False) as database:
        filtered = SqliteFilters(database)

        def passing(typed: str) -> int:
            return len(filtered.select(parse(typed).filters))

        totals += [_total(passing, typed) for typed in _fuzzed(5000)]

    assert set(totals) >= {None, 0, 6, 12}
    assert catalogue_contents(library) == before


def _fuzzed(count: int) -> Iterator[str]:
    chance = random.Random(0)
    pieces = ["from:", "to:", "folder:", "camera:", "type:", "tag:", "-", '"', " ", "2019", "-06"]
    pieces += ["sea", "jpg", "'; DROP TABLE files; --", "%", "\0", "\udcff", "\u0301", "foo:b"]
    pieces += ["(tag:a", ")", " OR ", "+", "2:", "near:0,0,9km", "file:", "has:gps", "folder:sea "]
    for _ in range(count):
        yield "".join(chance.choices(pieces, k=chance.randrange(9)))


def _total(ask: Callable[[str], int], typed: str) -> int | None:
    """How many photos passed; `None` for a query that was refused at a place in it."""
    try:
        return ask(typed)
    except QueryError as error:
        column = error.column
        assert 1 <= column <= max(1, len(typed)), typed
        return None
