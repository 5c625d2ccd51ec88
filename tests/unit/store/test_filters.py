"""Filters against a catalogue, and against the same filters written in plain Python."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from photofind.domain import Photo, PhotoId, PhotoMetadata
from photofind.paths import LibraryPaths
from photofind.store import embeddings, photos, roots, tags
from photofind.store.database import Database
from photofind.store.filter_kinds import (
    CAMERA,
    FOLDER,
    FROM,
    TAG,
    TO,
    TYPE,
    FileType,
    PartialDate,
    folded,
)
from photofind.store.filters import Filter, FilterKind, Filters, SqliteFilters
from photofind.store.photos import ReadFile
from photofind.store.suggestions import replace_suggestions

from .samples import SPACE, fingerprint_of, found

NAMES = (
    "Italy",
    "ITALY",
    "Rome",
    "Île",
    unicodedata.normalize("NFD", "Île"),
    "straße",
    "50%",
    "a_b",
)
CAMERAS = (None, "Nikon D750", "NIKON Z 6", "Canon EOS 5D", "Ünicam 100%")
STARTS = ("2008", "2009", "2009-02", "2009-02-28", "2010-12", "2010-12-31")
ROOTS = (Path("/disk/Pictures"), Path("/disk/Rome"))


@dataclass(frozen=True)
class Sample:
    """One file of a catalogue, and the photo in it.

    Attributes:
        tagged: What the photo is tagged with, and in which state.
    """

    photo: int
    root: Path
    folders: tuple[str, ...]
    extension: str
    taken_at: str | None
    camera: str | None
    format: str
    tagged: tuple[tuple[str, tags.TagState], ...] = ()

    @property
    def path(self) -> Path:
        return self.root.joinpath(*self.folders, f"{self.photo}.{self.extension}")


def read(sample: Sample) -> ReadFile:
    about = PhotoMetadata(taken_at=sample.taken_at, camera=sample.camera)
    photo = Photo(fingerprint_of(sample.photo), sample.format, 4, 3, (0, 0, 0), about)
    return ReadFile(found(sample.path), 5, photo=photo)


@dataclass
class Shelf:
    """A catalogue that holds samples."""

    database: Database
    filtered: SqliteFilters
    ids: dict[int, PhotoId]

    def fill(self, samples: Sequence[Sample]) -> None:
        self.ids = {}
        with self.database.writing() as connection:
            for old in roots.list_roots(connection):
                roots.remove_root(connection, old.id)
            for path in ROOTS:
                root = roots.add_root(connection, path)
                own = [sample for sample in samples if sample.root == path]
                ids = photos.record_files(connection, root, [read(sample) for sample in own])
                for sample, photo_id in zip(own, ids, strict=True):
                    assert photo_id is not None
                    self.ids[sample.photo] = photo_id
            for sample in samples:
                self._tag(connection, sample)

    def _tag(self, connection: sa.Connection, sample: Sample) -> None:
        photo_ids = [self.ids[sample.photo]]
        for tag in tags.tags_of(connection, photo_ids, tuple(tags.TagState))[photo_ids[0]]:
            tags.remove(connection, photo_ids, tag.name)
        space = embeddings.space_id(connection, SPACE, create=True)
        suggested = [name for name, state in sample.tagged if state is tags.TagState.SUGGESTED]
        made = [tags.Suggestion(photo_ids[0], name, 1.0) for name in suggested]
        replace_suggestions(connection, space, photo_ids, made)
        for name, state in sample.tagged:
            if state is tags.TagState.CONFIRMED:
                tags.add(connection, photo_ids, name)
            if state is tags.TagState.REJECTED:
                tags.reject(connection, photo_ids, name)

    def numbers(self, *filters: Filter) -> list[int]:
        chosen = self.filtered.select(filters).tolist()
        assert chosen == sorted(chosen)
        return sorted(number for number, photo_id in self.ids.items() if photo_id in chosen)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    folder = tmp_path_factory.mktemp("catalogue")
    with Database.open(LibraryPaths(folder / "library"), write=True) as database:
        yield Shelf(database, SqliteFilters(database), {})


def only(kind: FilterKind[Any], typed: str) -> Filter:
    return Filter(kind, kind.read(typed))


def no(kind: FilterKind[Any], typed: str) -> Filter:
    return Filter(kind, kind.read(typed), negated=True)


def one(number: int, folders: str = "", **values: str | Path | None) -> Sample:
    plain: dict[str, Any] = {"extension": "jpg", "taken_at": None, "camera": None, "format": "jpeg"}
    root = values.pop("root", ROOTS[0])
    assert isinstance(root, Path)
    parts = tuple(part for part in folders.split("/") if part)
    return Sample(number, root, parts, **{**plain, **values})


def test_that_dates_include_their_ends(shelf: Shelf) -> None:
    shelf.fill(
        [
            one(1, taken_at="2018-12-31T23:59:59"),
            one(2, taken_at="2019-01-01T00:00:00"),
            one(3, taken_at="2021-06-30T23:59:59"),
            one(4, taken_at="2021-07-01T00:00:00"),
            one(5, taken_at=None),
        ]
    )

    assert shelf.numbers(only(FROM, "2019"), only(TO, "2021-06")) == [2, 3]
    assert shelf.numbers(only(FROM, "2019-01-01"), only(TO, "2019-01-01")) == [2]
    assert shelf.numbers(only(TO, "2018")) == [1]
    assert shelf.numbers(no(FROM, "2019")) == [1, 5]


def test_that_a_folder_is_found_by_its_whole_name_in_any_case_and_form(shelf: Shelf) -> None:
    shelf.fill(
        [
            one(1, "Trips/Italy/Rome"),
            one(2, "italy"),
            one(3, "Italy 2019"),
            one(4, unicodedata.normalize("NFD", "Île")),
            one(5, "Straße"),
            one(6),
        ]
    )

    assert shelf.numbers(only(FOLDER, "ITALY")) == [1, 2]
    assert shelf.numbers(only(FOLDER, "Italy/Rome")) == [1]
    assert shelf.numbers(only(FOLDER, "Trips/Rome")) == []
    assert shelf.numbers(only(FOLDER, "île")) == [4]
    assert shelf.numbers(only(FOLDER, "STRASSE")) == [5]
    assert shelf.numbers(only(FOLDER, "6.jpg")) == []
    assert shelf.numbers(only(FOLDER, "Pictures")) == [1, 2, 3, 4, 5, 6]
    assert shelf.numbers(no(FOLDER, "Italy")) == [3, 4, 5, 6]


def test_that_a_copy_left_out_leaves_the_photo(shelf: Shelf) -> None:
    shelf.fill([one(1, "Backup"), one(1, "Italy"), one(2, "Backup")])
    without = (no(FOLDER, "backup"),)

    assert shelf.filtered.select(without).tolist() == [shelf.ids[1]]
    assert shelf.filtered.locate([shelf.ids[1], shelf.ids[2]], without) == {
        shelf.ids[1]: ROOTS[0] / "Italy/1.jpg"
    }
    everywhere = shelf.filtered.locate([shelf.ids[1]], ())
    assert everywhere == {shelf.ids[1]: ROOTS[0] / "Backup/1.jpg"}


def test_that_cameras_and_formats_are_told_apart(shelf: Shelf) -> None:
    shelf.fill(
        [
            one(1, camera="NIKON D70"),
            one(2, camera="Canon EOS 5D", format="raw", extension="CR2"),
            one(3, camera=None, format="raw", extension="nef"),
        ]
    )

    assert shelf.numbers(only(CAMERA, "nikon")) == [1]
    assert shelf.numbers(only(CAMERA, "eos 5")) == [2]
    assert shelf.numbers(no(CAMERA, "nikon")) == [2, 3]
    assert shelf.numbers(only(TYPE, "raw")) == [2, 3]
    assert shelf.numbers(only(TYPE, "cr2")) == [2]
    assert shelf.numbers(only(TYPE, "raw"), no(TYPE, "nef")) == [2]


def test_that_a_rejected_tag_is_none(shelf: Shelf) -> None:
    shelf.fill([one(1), one(2), one(3), one(4)])
    first, second, third = (shelf.ids[number] for number in (1, 2, 3))
    with shelf.database.writing() as connection:
        space = embeddings.space_id(connection, SPACE, create=True)
        found = [tags.Suggestion(photo_id, "Île du Nord", 1.0) for photo_id in (first, third)]
        replace_suggestions(connection, space, [first, third], found)
        tags.add(connection, [second], "île du nord")
        tags.reject(connection, [third], "Île du Nord")

    for name in ("Île du Nord", "ÎLE DU NORD", unicodedata.normalize("NFD", "île du nord")):
        assert shelf.numbers(only(TAG, name)) == [1, 2]
        assert shelf.numbers(no(TAG, name)) == [3, 4]
    assert shelf.numbers(only(TAG, "Île")) == []


def test_that_the_newest_come_first_and_the_undated_last(shelf: Shelf) -> None:
    dates = {1: "2019-05-01T10:00:00", 2: None, 3: "2021-01-01T00:00:00", 4: "2019-05-01T10:00:00"}
    shelf.fill([one(number, taken_at=date) for number, date in dates.items()])

    wanted = (only(TYPE, "jpeg"),)
    newest = [shelf.ids[number] for number in (3, 1, 4, 2)]

    assert shelf.filtered.newest(wanted, 9) == (newest, 4)
    assert shelf.filtered.newest(wanted, 2) == (newest[:2], 4)


def test_that_photos_without_a_file_pass_no_filter(shelf: Shelf) -> None:
    shelf.fill([one(1), one(2)])
    gone = shelf.ids[2]
    shelf.fill([one(1)])

    assert gone not in shelf.filtered.select((no(TYPE, "png"),))
    assert shelf.filtered.locate([gone], ()) == {}


@pytest.mark.parametrize(
    "hostile",
    [
        "'; DROP TABLE photos; --",
        "x' OR '1'='1",
        '" OR 1=1 --',
        "%",
        "_",
        "*",
        "\\",
        "Robert'); DELETE FROM files;--",
        "photofind_test_0(1)",
        "\0",
        ":param",
        "?",
    ],
)
def test_that_sql_in_a_value_is_only_a_value(shelf: Shelf, hostile: str) -> None:
    shelf.fill([one(1, "Italy", camera="Nikon", taken_at="2019-01-01T00:00:00"), one(2, "Rome")])

    for kind, value in (
        (FOLDER, (hostile,)),
        (CAMERA, hostile),
        (TYPE, FileType(hostile)),
        (TYPE, FileType("raw", hostile)),
        (TAG, hostile),
    ):
        assert shelf.numbers(Filter(kind, value)) == []
        assert shelf.numbers(Filter(kind, value, negated=True)) == [1, 2]
    shelf.numbers(Filter(FROM, hostile), Filter(TO, hostile))
    assert shelf.numbers() == [1, 2]


def _has_format(sample: Sample, wanted: FileType) -> bool:
    if wanted.extension is None:
        return sample.format == wanted.format
    return sample.path.suffix.lower() == f".{wanted.extension}"


def _is_tagged(sample: Sample, name: str) -> bool:
    states = [state for tag, state in sample.tagged if folded(tag) == folded(name)]
    return bool(states) and states[0] is not tags.TagState.REJECTED


def _lies_in(sample: Sample, names: Sequence[str]) -> bool:
    parts = [folded(part) for part in (sample.root.name, *sample.folders)]
    wanted = [folded(name) for name in names]
    starts = range(len(parts) - len(wanted) + 1)
    return any(parts[at : at + len(wanted)] == wanted for at in starts)


def _was_taken_from(sample: Sample, date: PartialDate) -> bool:
    return sample.taken_at is not None and sample.taken_at[: len(str(date))] >= str(date)


def _was_taken_until(sample: Sample, date: PartialDate) -> bool:
    return sample.taken_at is not None and sample.taken_at[: len(str(date))] <= str(date)


def _was_taken_with(sample: Sample, text: str) -> bool:
    return sample.camera is not None and folded(text) in folded(sample.camera)


IN_PYTHON: dict[FilterKind[Any], Callable[[Sample, Any], bool]] = {
    FROM: _was_taken_from,
    TO: _was_taken_until,
    FOLDER: _lies_in,
    CAMERA: _was_taken_with,
    TYPE: _has_format,
    TAG: _is_tagged,
}


def _passes(sample: Sample, filters: Filters) -> bool:
    return all(IN_PYTHON[one.kind](sample, one.value) is not one.negated for one in filters)


FOLDERS = st.lists(st.sampled_from(NAMES), max_size=3).map(tuple)
DATES = st.none() | st.datetimes().map(lambda moment: moment.replace(microsecond=0).isoformat())
NEAR_DATES = st.sampled_from(STARTS).map(lambda start: f"{start}-01-01"[:10] + "T00:00:00")
CRITERIA = st.one_of(
    st.tuples(st.sampled_from((FROM, TO)), st.sampled_from(STARTS).map(FROM.read)),
    st.tuples(
        st.just(FOLDER),
        st.lists(st.sampled_from((*NAMES, "pictures")), min_size=1, max_size=2).map(tuple),
    ),
    st.tuples(st.just(CAMERA), st.sampled_from(("nikon", "D", "5d", "%", "ünicam", ""))),
    st.tuples(
        st.just(TYPE),
        st.sampled_from(
            (FileType("jpeg"), FileType("raw"), FileType("raw", "nef"), FileType("jpeg", "jpg"))
        ),
    ),
    st.tuples(st.just(TAG), st.sampled_from(("BEACH", "île", "50%"))),
)
FILTERS = st.lists(
    st.builds(lambda said, negated: Filter(said[0], said[1], negated), CRITERIA, st.booleans()),
    max_size=5,
).map(tuple)
TAGS = st.dictionaries(
    st.sampled_from(("beach", "Île", "50%")), st.sampled_from(tags.TagState), max_size=2
).map(lambda made: tuple(made.items()))
PHOTOS = st.tuples(
    DATES | NEAR_DATES, st.sampled_from(CAMERAS), st.sampled_from(("jpeg", "raw", "png")), TAGS
)


@st.composite
def catalogues(draw: st.DrawFn) -> list[Sample]:
    """Up to a dozen files of fewer photos."""
    about = draw(st.lists(PHOTOS, min_size=1, max_size=8))
    samples = []
    for number, (taken_at, camera, format_, tagged) in enumerate(about):
        for _ in range(draw(st.integers(1, 2))):
            root, folders = draw(st.sampled_from(ROOTS)), draw(FOLDERS)
            extension = draw(st.sampled_from(("jpg", "NEF", "png")))
            samples.append(
                Sample(number, root, folders, extension, taken_at, camera, format_, tagged)
            )
    return list({sample.path: sample for sample in samples}.values())


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(catalogues(), st.lists(FILTERS, min_size=1, max_size=6))
def test_that_filters_find_exactly_what_passes(
    shelf: Shelf, samples: list[Sample], several: list[Filters]
) -> None:
    shelf.fill(samples)
    for filters in several:
        passing = [sample for sample in samples if _passes(sample, filters)]
        numbers = {sample.photo for sample in passing}
        first = {
            shelf.ids[number]: min(sample.path for sample in passing if sample.photo == number)
            for number in numbers
        }

        chosen = shelf.filtered.select(filters).tolist()

        assert chosen == sorted(shelf.ids[number] for number in numbers)
        newest, total = shelf.filtered.newest(filters, 99)
        assert (sorted(newest), total) == (chosen, len(chosen))
        assert shelf.filtered.locate(list(first), filters) == first
