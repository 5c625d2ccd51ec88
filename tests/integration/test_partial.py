"""A look at the folders that changed comes to what a look at everything would."""

import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from photofind.evaluation.drawn_scenes import draw_scene
from photofind.indexing.places import EVERYWHERE, MOST_PLACES, Places
from photofind.settings import Settings
from tests.support.contents import Contents, catalogue_contents
from tests.support.engine import Engine

ROUNDS = 40


def _draw(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draw_scene(seed % 30, (64, 48)).image.rotate(seed % 360).save(path)


def _folders(*folders: Path) -> Places:
    return Places(folders=frozenset(folders))


def _trees(*trees: Path) -> Places:
    return Places(trees=frozenset(trees))


@pytest.fixture
def sea(tmp_path: Path) -> Path:
    """A root of two folders, twelve pictures each."""
    root = tmp_path / "sea"
    for seed in range(24):
        _draw(root / ("near" if seed % 2 else "far") / f"{seed:02}.png", seed)
    return root


@pytest.fixture
def land(tmp_path: Path) -> Path:
    root = tmp_path / "land"
    for seed in range(100, 112):
        _draw(root / f"{seed}.png", seed)
    return root


@pytest.fixture
def engine(tmp_path: Path, sea: Path, land: Path) -> Iterator[Engine]:
    with Engine(tmp_path / "library", [sea, land]) as engine:
        engine.run()
        yield engine


def _contents(engine: Engine) -> Contents:
    return catalogue_contents(engine.paths.folder)


def _files(*roots: Path) -> set[bytes]:
    return {os.fsencode(path) for root in roots for path in root.rglob("*.png")}


def test_that_only_the_places_are_looked_at(engine: Engine, sea: Path) -> None:
    _draw(sea / "near" / "new.png", 50)
    _draw(sea / "far" / "unnoticed.png", 51)
    (sea / "near" / "01.png").unlink()

    report = engine.run({sea: _folders(sea / "near")})

    assert (report.found, report.embedded, report.removed) == (12, 1, 1)
    assert _files(sea) - _contents(engine).paths == {os.fsencode(sea / "far" / "unnoticed.png")}


def test_that_a_folder_does_not_stand_for_those_in_it(engine: Engine, sea: Path) -> None:
    _draw(sea / "new.png", 50)
    _draw(sea / "near" / "unnoticed.png", 51)

    assert engine.run({sea: _folders(sea)}).found == 1
    assert engine.run({sea: _trees(sea / "near")}).embedded == 1


def test_that_a_move_from_one_root_to_another_is_one(engine: Engine, sea: Path, land: Path) -> None:
    (sea / "near" / "01.png").rename(land / "moved.png")

    report = engine.run({sea: _folders(sea / "near"), land: _folders(land)})

    assert (report.moved, report.removed, report.embedded) == (1, 0, 0)
    assert _contents(engine).paths == _files(sea, land)


def test_that_a_renamed_folder_is_moved(engine: Engine, sea: Path, land: Path) -> None:
    (sea / "near").rename(sea / "close")

    report = engine.run({sea: _trees(sea / "near", sea / "close")})

    assert (report.moved, report.removed, report.embedded) == (12, 0, 0)
    assert _contents(engine).paths == _files(sea, land)


@pytest.mark.parametrize("whole", [True, False])
def test_that_a_folders_last_photo_costs_a_look_at_that_folder(
    engine: Engine, sea: Path, whole: bool
) -> None:
    if whole:
        shutil.rmtree(sea / "near")
    else:
        for path in (sea / "near").iterdir():
            path.unlink()
    _draw(sea / "far" / "unnoticed.png", 51)

    report = engine.run({sea: _trees(sea / "near") if whole else _folders(sea / "near")})

    assert (report.removed, report.found, report.offline) == (12, 0, ())
    assert _files(sea) - _contents(engine).paths == {os.fsencode(sea / "far" / "unnoticed.png")}


def test_that_an_empty_folder_proves_nothing_where_no_other_file_is_as_it_was(
    engine: Engine, sea: Path
) -> None:
    shutil.rmtree(sea / "near")
    # Another disk in the root's place, with names of the first.
    for path in (sea / "far").iterdir():
        path.write_bytes(b"of another size")

    assert engine.run({sea: _trees(sea / "near")}).found == 12


def test_that_a_deleted_folder_is_removed(engine: Engine, sea: Path, land: Path) -> None:
    shutil.rmtree(sea / "near")

    assert engine.run({sea: _trees(sea / "near")}).removed == 12
    assert _contents(engine).paths == _files(sea, land)


@pytest.mark.parametrize("emptied", [False, True])
def test_that_a_root_that_is_gone_loses_nothing(engine: Engine, sea: Path, emptied: bool) -> None:
    before = _contents(engine)
    sea.rename(sea.with_name("unplugged"))
    if emptied:
        sea.mkdir()

    for places in (_folders(sea / "near"), _trees(sea / "near"), _trees(sea / "near", sea / "far")):
        report = engine.run({sea: places})
        assert (report.offline, report.removed) == ((sea,), 0)
    assert _contents(engine) == before


def test_that_a_root_that_lost_nearly_everything_counts_as_offline(
    engine: Engine, sea: Path
) -> None:
    before = _contents(engine)
    for path in sorted(sea.rglob("*.png"))[1:]:
        path.unlink()

    report = engine.run({sea: _folders(sea / "near", sea / "far")})

    assert report.offline == (sea,)
    assert _contents(engine) == before


def test_that_a_folder_nobody_may_read_loses_nothing(engine: Engine, sea: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    before = _contents(engine)
    (sea / "near").chmod(0)
    try:
        report = engine.run({sea: _folders(sea / "near", sea / "far")})
    finally:
        (sea / "near").chmod(0o700)

    assert report.removed == 0
    assert _contents(engine) == before


def test_that_a_link_to_a_folder_adds_nothing_twice(engine: Engine, sea: Path) -> None:
    before = _contents(engine)
    (sea / "album").symlink_to(sea / "near")
    (sea / "far" / "album").symlink_to(sea / "near")

    engine.run({sea: _trees(sea / "album", sea / "far")})

    assert _contents(engine) == before


@pytest.mark.parametrize("hidden", [".cache", "node_modules", "@eaDir"])
def test_that_what_a_scan_passes_over_is_passed_over(
    engine: Engine, sea: Path, hidden: str
) -> None:
    before = _contents(engine)
    _draw(sea / hidden / "deep" / "thumbnail.png", 60)

    for places in (_folders(sea / hidden / "deep"), _trees(sea / hidden / "deep")):
        assert engine.run({sea: places}).found == 0
    assert _contents(engine) == before


def test_that_photofinds_own_folder_is_passed_over(tmp_path: Path, sea: Path) -> None:
    own = sea / "library"
    with Engine(own, [sea]) as engine:
        engine.run()
        thumbnails = next(path for path in engine.paths.thumbnails.iterdir() if path.is_dir())
        assert engine.run({sea: _trees(thumbnails)}).found == 0
        assert engine.run({sea: _folders(thumbnails)}).found == 0
        assert len(_contents(engine).paths) == 24


def test_that_ignored_files_and_folders_stay_out(tmp_path: Path, sea: Path) -> None:
    settings = Settings(ignore=("near/0*", "/far/"))
    with Engine(tmp_path / "library", [sea], settings=settings) as engine:
        engine.run()
        before = _contents(engine)
        _draw(sea / "near" / "0new.png", 70)
        _draw(sea / "far" / "deep" / "new.png", 71)
        engine.run({sea: _trees(sea / "near", sea / "far")})
        engine.run({sea: _folders(sea / "far" / "deep")})
        assert _contents(engine) == before


def test_that_a_pattern_to_ignore_costs_no_look_at_the_whole_root(
    tmp_path: Path, sea: Path
) -> None:
    settings = Settings(ignore=("near/0*", "**/nothing"))
    with Engine(tmp_path / "library", [sea], settings=settings) as engine:
        engine.run()
        _draw(sea / "near" / "new.png", 70)
        _draw(sea / "far" / "unnoticed.png", 71)

        report = engine.run({sea: _folders(sea / "near")})

        assert (report.found, report.embedded) == (8, 1)


def test_that_a_photo_without_embedding_is_embedded(engine: Engine, sea: Path) -> None:
    with engine.database.writing() as connection:
        connection.exec_driver_sql(
            "DELETE FROM embeddings WHERE photo_id IN "
            "(SELECT photo_id FROM files WHERE path_text LIKE 'near/%')"
        )

    assert engine.run({sea: _folders(sea / "near")}).embedded == 12


def test_that_too_many_places_are_everywhere() -> None:
    many = [Path(f"/sea/{number}") for number in range(MOST_PLACES + 1)]
    assert _folders(*many[1:]) | _folders(many[1]) == _folders(*many[1:])
    assert _folders(*many[1:]) | _trees(many[0]) == EVERYWHERE


def test_that_each_place_is_looked_at_once() -> None:
    near, deep = Path("/sea/near"), Path("/sea/near/deep")
    both = Places(frozenset([near, deep, Path("/sea")]), frozenset([near, deep]))
    assert both.apart() == Places(frozenset([Path("/sea")]), frozenset([near]))


class _Hand:
    """Does what people do to folders, and says where."""

    def __init__(self, roots: list[Path], choose: random.Random) -> None:
        self._roots = roots
        self._choose = choose
        self._next = 1000
        self.places: dict[Path, Places] = {}

    def act(self) -> None:
        acts: list[Callable[[], None]] = [
            self._add, self._add, self._add, self._edit, self._copy, self._move, self._move,
            self._delete, self._rename_folder, self._copy_folder, self._delete_folder,
        ]  # fmt: skip
        self._choose.choice(acts)()

    def _note(self, path: Path, *, tree: bool = False) -> None:
        root = next(root for root in self._roots if path.is_relative_to(root))
        places = _trees(path) if tree else _folders(path.parent)
        self.places[root] = self.places.get(root, Places()) | places

    def _file(self) -> Path:
        return self._choose.choice(sorted(p for r in self._roots for p in r.rglob("*.png")))

    def _folder(self) -> Path:
        folders = [p for r in self._roots for p in [r, *r.rglob("*")] if p.is_dir()]
        return self._choose.choice(sorted(folders))

    def _new(self, suffix: str = "") -> Path:
        self._next += 1
        return self._folder() / f"{self._next}{suffix}"

    def _add(self) -> None:
        path = self._new(".png")
        _draw(path, self._next)
        self._note(path)

    def _edit(self) -> None:
        path = self._file()
        self._next += 1
        _draw(path, self._next)
        self._note(path)

    def _copy(self) -> None:
        path = self._new(".png")
        shutil.copy(self._file(), path)
        self._note(path)

    def _move(self) -> None:
        source, path = self._file(), self._new(".png")
        source.rename(path)
        self._note(source)
        self._note(path)

    def _delete(self) -> None:
        path = self._file()
        path.unlink()
        self._note(path)

    def _rename_folder(self) -> None:
        source = self._folder()
        if source in self._roots:
            return
        self._next += 1
        path = source.with_name(f"renamed-{self._next}")
        source.rename(path)
        self._note(source, tree=True)
        self._note(path, tree=True)

    def _copy_folder(self) -> None:
        source = self._folder()
        if source in self._roots:
            return
        self._next += 1
        path = self._roots[0] / f"copy-{self._next}"
        shutil.copytree(source, path)
        self._note(path, tree=True)

    def _delete_folder(self) -> None:
        path = self._folder()
        if path in self._roots or len(list(path.rglob("*.png"))) > 8:
            return
        shutil.rmtree(path)
        self._note(path, tree=True)


def test_that_many_looks_at_places_end_as_one_look_at_everything(
    engine: Engine, sea: Path, land: Path, tmp_path: Path
) -> None:
    choose = random.Random(20261121)
    hand = _Hand([sea, land], choose)
    for _ in range(ROUNDS):
        hand.places = {}
        for _ in range(choose.randint(1, 6)):
            hand.act()
        report = engine.run(hand.places)
        assert report.offline == ()
        assert _contents(engine).paths == _files(sea, land)

    assert engine.coverage()[2] == 0
    found = _contents(engine)
    with Engine(tmp_path / "fresh", [sea, land]) as fresh:
        fresh.run()
        expected = _contents(fresh)
    assert (found.paths, found.failures) == (expected.paths, expected.failures)
    assert {content: found.embeddings[content] for content in expected.embeddings} == (
        expected.embeddings
    )
