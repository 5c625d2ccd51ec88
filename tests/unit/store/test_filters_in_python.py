"""Filters against the same filters written in plain Python, of which none is SQL."""

import math
import operator
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from photofind.store import tags
from photofind.store.filter_kinds import (
    CAMERA,
    FOLDER,
    FROM,
    HAS,
    KINDS,
    LENS,
    NEAR,
    ORIENTATION,
    RATING,
    SIZE,
    TAG,
    TO,
    TYPE,
)
from photofind.store.filter_values import (
    METRES,
    FileType,
    PartialDate,
    Rating,
    Size,
    Surroundings,
)
from photofind.store.filters import (
    Condition,
    Filter,
    FilterKind,
    Filters,
    Group,
    all_of,
    any_of,
    negation,
)
from photofind.store.great_circle import EARTH_RADIUS_M
from photofind.store.name_keys import folded
from photofind.store.names import FILE

from .shelf import ROOTS, Sample, Shelf
from .shelf import shelf as shelf

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


def _is_named(sample: Sample, text: str) -> bool:
    return folded(text) in folded(sample.path.name)


def _was_taken_through(sample: Sample, text: str) -> bool:
    return sample.lens is not None and folded(text) in folded(sample.lens)


COMPARED = {
    ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "=": operator.eq,
}  # fmt: skip


def _is_rated(sample: Sample, rating: Rating) -> bool:
    return bool(COMPARED[rating.sign](sample.rating or 0, rating.stars))


def _is_sized(sample: Sample, size: Size) -> bool:
    if size.unit == "MP":
        return bool(COMPARED[size.sign](sample.width * sample.height, size.number * 1_000_000))
    unit = {"KB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}[size.unit]
    return bool(COMPARED[size.sign](sample.size_bytes, size.number * unit))


def _is_oriented(sample: Sample, orientation: str) -> bool:
    difference = sample.width - sample.height
    return orientation == (
        "landscape" if difference > 0 else "portrait" if difference < 0 else "square"
    )


def _has(sample: Sample, what: str) -> bool:
    has_tag = any(state is not tags.TagState.REJECTED for _, state in sample.tagged)
    return {
        "gps": sample.place is not None,
        "tag": has_tag,
        "date": sample.taken_at is not None,
        "camera": sample.camera is not None,
        "lens": sample.lens is not None,
        "rating": bool(sample.rating),
    }[what]


def _is_near(sample: Sample, around: Surroundings) -> bool:
    """Measure the angle between the directions of two places from the Earth's centre."""
    if sample.place is None:
        return False
    here, there = _direction(*sample.place), _direction(around.latitude, around.longitude)
    angle = math.atan2(math.dist(here, there) / 2, math.sqrt(1 - math.dist(here, there) ** 2 / 4))
    return 2 * angle * EARTH_RADIUS_M <= around.distance * METRES[around.unit]


def _direction(latitude: float, longitude: float) -> tuple[float, float, float]:
    phi, across = math.radians(latitude), math.radians(longitude)
    return math.cos(phi) * math.cos(across), math.cos(phi) * math.sin(across), math.sin(phi)


IN_PYTHON: dict[FilterKind[Any], Callable[[Sample, Any], bool]] = {
    FROM: _was_taken_from,
    TO: _was_taken_until,
    FOLDER: _lies_in,
    CAMERA: _was_taken_with,
    TYPE: _has_format,
    TAG: _is_tagged,
    FILE: _is_named,
    LENS: _was_taken_through,
    RATING: _is_rated,
    SIZE: _is_sized,
    ORIENTATION: _is_oriented,
    HAS: _has,
    NEAR: _is_near,
}


def test_that_every_filter_is_compared_with_python() -> None:
    assert set(IN_PYTHON) == set(KINDS.values())


def _passes(sample: Sample, filters: Filters) -> bool:
    return all(_holds(sample, one) for one in filters)


def _holds(sample: Sample, condition: Condition) -> bool:
    if isinstance(condition, Group):
        members = [_holds(sample, one) for one in condition.members]
        plain = any(members) if condition.any else all(members)
    else:
        plain = IN_PYTHON[condition.kind](sample, condition.value)
    return plain is not condition.negated


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
    st.tuples(st.just(FILE), st.sampled_from(("1", "JPG", "img", "STRASSE", "_", "%"))),
    st.tuples(st.just(LENS), st.sampled_from(("50", "mm", "%"))),
    st.tuples(
        st.just(RATING), st.builds(Rating, st.sampled_from(tuple(COMPARED)), st.integers(-1, 5))
    ),
    st.tuples(st.just(HAS), st.sampled_from(HAS.examples)),
    st.tuples(st.just(ORIENTATION), st.sampled_from(ORIENTATION.examples)),
    st.tuples(
        st.just(SIZE), st.sampled_from((">5MB", "5MB", "<=5MB", "<12MP", "12MP")).map(SIZE.read)
    ),
    st.tuples(
        st.just(NEAR),
        st.builds(
            Surroundings,
            st.sampled_from((0.0, 10.3, -45.0, 89.95, -90.0)),
            st.sampled_from((0.0, 179.9, -180.0, 33.3)),
            st.sampled_from((0.7, 43.0, 777.0, 5000.0, 15_001.0)),
            st.just("km"),
        ),
    ),
)  # fmt: skip
SINGLE: st.SearchStrategy[Condition] = st.builds(
    lambda said, negated: Filter(said[0], said[1], negated), CRITERIA, st.booleans()
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    SINGLE,
    lambda inner: st.builds(
        lambda members, make, negated: negation(make(members)) if negated else make(members),
        st.lists(inner, min_size=2, max_size=3),
        st.sampled_from((any_of, all_of)),
        st.booleans(),
    ),
    max_leaves=4,
)
FILTERS = st.lists(SINGLE | CONDITIONS, max_size=4).map(tuple)
TAGS = st.dictionaries(
    st.sampled_from(("beach", "Île", "50%")), st.sampled_from(tags.TagState), max_size=2
).map(lambda made: tuple(made.items()))
PLACES = st.none() | st.tuples(
    st.sampled_from((0.0, 10.0, 10.31, -44.9, 90.0, 89.96, -89.99, -90.0)),
    st.sampled_from((0.0, 179.95, 180.0, -180.0, -179.7, 33.31, -90.0)),
)
PHOTOS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "taken_at": DATES | NEAR_DATES,
        "camera": st.sampled_from(CAMERAS),
        "format": st.sampled_from(("jpeg", "raw", "png")),
        "tagged": TAGS,
        "lens": st.sampled_from((None, "50mm f/1.8", "70-200")),
        "place": PLACES,
        "rating": st.sampled_from((None, -1, 0, 3, 5)),
        "width": st.sampled_from((3, 4000)),
        "height": st.sampled_from((3, 3000)),
    }
)


@st.composite
def catalogues(draw: st.DrawFn) -> list[Sample]:
    """Up to a dozen files of fewer photos."""
    about = draw(st.lists(PHOTOS, min_size=1, max_size=8))
    samples = []
    for number, known in enumerate(about):
        for _ in range(draw(st.integers(1, 2))):
            root, folders = draw(st.sampled_from(ROOTS)), draw(FOLDERS)
            extension = draw(st.sampled_from(("jpg", "NEF", "png")))
            stem = f"{draw(st.sampled_from(('', 'IMG_', 'Straße')))}{number}"
            size_bytes = draw(st.sampled_from((1, 5_000_000, 9_000_000)))
            sample = Sample(number, root, folders, extension, **known)
            samples.append(replace(sample, stem=stem, size_bytes=size_bytes))
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
