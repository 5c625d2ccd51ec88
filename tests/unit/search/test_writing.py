"""Queries that are written out, and queries that nobody would type."""

import random
from calendar import monthrange
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from photofind.errors import QueryError
from photofind.photos.formats import FORMATS, RAW
from photofind.search.negation import SPOKEN
from photofind.search.parser import parse
from photofind.search.query import PictureFile, Query, Term, Text, text_query
from photofind.search.writing import written
from photofind.store.filter_kinds import (
    CAMERA,
    FOLDER,
    FROM,
    HAS,
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
    SIZES,
    FileType,
    PartialDate,
    Rating,
    Size,
    Surroundings,
)
from photofind.store.filters import Condition, Filter, Group, all_of, any_of, negation
from photofind.store.names import FILE

EXAMPLES = (
    "a dog on a beach from:2019 to:2021-06 folder:Italy camera:nikon type:jpg tag:beach -tag:work",
    'folder:"My Photos" "from:2019" -camera:"EOS 5D" to:2020-02-29 12:30 https://a.b/c',
    'folder:"a ""b"" c" FROM:2019 -folder:Italy/Rome C:\\Photos Paris: at night',
    "2:a dog - snow + image:sea.jpg -0.5:image:“my cat.jpg”, without people",
    "(tag:beach OR tag:sea) -(from:2019 folder:Rome) OR has:gps near:48.85,2.35,10km size:>5MB",
    "2:beach – no people – “wet dogs” – orientation:portrait AND file:IMG_1 OR lens:50mm",
)

DATES = st.builds(
    lambda year, month, day: PartialDate(
        year, month, None if month is None or day is None else min(day, monthrange(year, month)[1])
    ),
    st.integers(1, 9999),
    st.none() | st.integers(1, 12),
    st.none() | st.integers(1, 31),
)
CHARACTERS = st.characters(exclude_categories=["Cs"])
NAMES = st.text(CHARACTERS.filter(lambda c: c != "/"), min_size=1).filter(lambda name: name.strip())
TEXTS = st.text(CHARACTERS | st.sampled_from(' ":-'), min_size=1).map(lambda t: " ".join(t.split()))
COORDINATES = st.integers(-900, 900).map(lambda n: n / 10) | st.sampled_from((48.8566140, -0.1))
DISTANCES = st.integers(0, 10_000).map(lambda n: n / 4)
TYPES = st.sampled_from(
    [FileType(known.name) for known in FORMATS] + [FileType("raw", e) for e in RAW.extensions]
)
CRITERIA: st.SearchStrategy[Any] = st.one_of(
    st.tuples(st.sampled_from((FROM, TO)), DATES),
    st.tuples(st.just(FOLDER), st.lists(NAMES, min_size=1, max_size=3).map(tuple)),
    st.tuples(st.sampled_from((CAMERA, TAG, LENS, FILE)), TEXTS.filter(bool)),
    st.tuples(st.just(TYPE), TYPES),
    st.tuples(
        st.just(RATING),
        st.builds(Rating, st.sampled_from((">=", "<=", ">", "<", "=")), st.integers(-1, 5)),
    ),
    st.tuples(st.just(HAS), st.sampled_from(HAS.examples)),
    st.tuples(st.just(ORIENTATION), st.sampled_from(ORIENTATION.examples)),
    st.tuples(
        st.just(NEAR),
        st.builds(Surroundings, COORDINATES, COORDINATES, DISTANCES, st.sampled_from(list(METRES))),
    ),
    st.tuples(
        st.just(SIZE),
        st.builds(
            Size, st.sampled_from((">=", "<=", ">", "<")), DISTANCES, st.sampled_from(list(SIZES))
        ),
    ),
)  # fmt: skip
FILTERS = st.builds(
    lambda said, negated: Filter(said[0], said[1], negated), CRITERIA, st.booleans()
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    FILTERS,
    lambda inner: st.builds(
        lambda members, make, negated: negation(make(members)) if negated else make(members),
        st.lists(inner, min_size=2, max_size=3),
        st.sampled_from((any_of, all_of)),
        st.booleans(),
    ),
    max_leaves=6,
)
TOP_LEVEL = CONDITIONS.filter(
    lambda one: not (isinstance(one, Group) and not one.any and not one.negated)
)
WEIGHTS = st.integers(1, 999_000).map(lambda n: n / 1000) | st.sampled_from((1.0, 2.0, 0.5))
PHRASES = st.lists(
    st.sampled_from(
        [
            *("dog", "no", "not", "without", "a", "and", "but,", "beach,", "OR", "AND", "parking"),
            *("sign", "-", "–", "2:", "2:x", "(", "(tag:a", "tag:a)", "image:x", "‘n", "’", "“"),
            *("+1", "IMG_1"),
        ]
    ),
    min_size=1,
    max_size=5,
).map(" ".join)  # fmt: skip
TERM_TEXTS = (TEXTS.filter(bool) | PHRASES).map(Text)
PATHS = (
    st.text(CHARACTERS.filter(lambda c: c != "\0"), min_size=1)
    .map(Path)
    .filter(lambda path: str(path).strip())
)
SIGNED = st.builds(lambda weight, sign: weight * sign, WEIGHTS, st.sampled_from((1, -1)))
TERMS = st.one_of(
    st.builds(Term, TERM_TEXTS, SIGNED),
    st.builds(Term, PATHS.map(PictureFile), SIGNED),
    st.builds(lambda text, weight, by: Term(text, -weight, by), TERM_TEXTS, WEIGHTS,
              st.sampled_from(SPOKEN)),
)  # fmt: skip
QUERIES = st.builds(
    Query, st.lists(TERMS, max_size=4).map(tuple), st.lists(TOP_LEVEL, max_size=4).map(tuple)
)


@given(QUERIES.filter(lambda query: not query.empty))
@example(text_query('"', (Filter(FOLDER, ('"',)), Filter(CAMERA, 'a"'))))
@example(text_query("from:2019 is text"))
@example(Query((Term(PictureFile(Path("//server/sea.jpg"))),), (Filter(FILE, "//"),)))
@example(text_query("no people"))
@example(text_query("dogs OR", (Filter(TAG, "x"),)))
@example(Query((Term(Text("beach")), Term(Text("people"), -1, "no"), Term(Text("fog"), -1, "not"))))
@example(Query((Term(Text("beach")), Term(Text("people"), -2, "no"))))
def test_that_a_query_that_is_written_out_reads_the_same(query: Query) -> None:
    assert parse(written(query)) == query


@pytest.mark.parametrize(
    "typed",
    ["lunch at 12:30", 'a 6" nail', "Paris: at night", "a-b", "no parking sign", "dogs OR cats",
     "2:dog - snow", "dog + water", "beach, without people", "not a dog", "2:beach, no people",
     "image:sea.jpg dog -image:cat.jpg", "-0.5:image:sea.jpg",
     "tag:a OR tag:b", "dog -(tag:a OR tag:b)", "(tag:a tag:b) OR -tag:c"],
)  # fmt: skip
def test_that_what_is_written_is_what_a_person_would_type(typed: str) -> None:
    assert written(parse(typed)) == typed


def test_that_words_are_quoted_where_they_would_be_read_otherwise() -> None:
    assert written(text_query("from:2019")) == '"from:2019"'
    assert written(text_query("no people")) == '"no people"'
    assert written(text_query("dogs OR", (Filter(TAG, "x"),))) == '"dogs OR" tag:x'
    assert written(parse('- "not a dog"')) == "- not a dog"


def _fuzzed(seed: int) -> str:
    """Mostly broken pieces of good queries."""
    chance = random.Random(seed)
    pieces = ["from:", "to:", "folder:", "camera:", "type:", "-", '"', '""', ":", "/", " ", "\n"]
    pieces += ["2019", "-06", "-31", "jpg", "'; DROP TABLE photos; --", "\0", "%", "_", "\\", "ß"]
    pieces += ["\udcff", "\u0301", "\U0001f415", "foo:bar", "//", "(", "*", "AND", "9" * 30]
    pieces += ["+", "2:", "0.5:", "image:", "OR ", " OR ", "tag:a", ")", "(tag:a ", "“", "”", "–"]
    pieces += [
        "no ",
        "without ",
        "near:",
        "0,0,1km",
        "size:",
        ">5MB",
        "has:gps",
        ":",
        "2",
        "‘",
        "’",
    ]
    typed = "".join(chance.choice(pieces) for _ in range(chance.randrange(14)))
    if chance.random() < 0.5:
        good = list(chance.choice(EXAMPLES))
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(len(good))
            good[at : at + chance.randrange(3)] = chance.choice(pieces)
        return "".join(good)
    return typed


def _answer(typed: str) -> Query | QueryError:
    try:
        return parse(typed)
    except QueryError as error:
        return error


def test_that_5000_fuzzed_queries_are_understood_or_refused_at_a_place_in_them() -> None:
    understood = 0
    for seed in range(5000):
        typed = _fuzzed(seed)
        answer = _answer(typed)
        if isinstance(answer, QueryError):
            assert 1 <= answer.column <= max(1, len(typed)), typed
            assert answer.message
            assert answer.hint
        else:
            assert parse(written(answer)) == answer, typed
            understood += 1
    assert 500 < understood < 4500


@given(st.text())
def test_that_any_text_is_understood_or_refused(typed: str) -> None:
    answer = _answer(typed)

    assert isinstance(answer, Query) or 1 <= answer.column <= max(1, len(typed))
