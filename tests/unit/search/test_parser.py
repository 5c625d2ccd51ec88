import random
import re
from calendar import monthrange
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from photofind.errors import QueryError
from photofind.photos.formats import FORMATS, RAW
from photofind.search.parser import LONGEST_QUERY, parse, parse_parts, written
from photofind.search.query import Query
from photofind.store.filter_kinds import (
    CAMERA,
    FOLDER,
    FROM,
    TAG,
    TO,
    TYPE,
    FileType,
    PartialDate,
)
from photofind.store.filters import Filter, FilterKind

EXAMPLES = (
    "a dog on a beach from:2019 to:2021-06 folder:Italy camera:nikon type:jpg tag:beach -tag:work",
    'folder:"My Photos" "from:2019" -camera:"EOS 5D" to:2020-02-29 12:30 https://a.b/c',
    'folder:"a ""b"" c" FROM:2019 -folder:Italy/Rome C:\\Photos Paris: at night',
)


@pytest.mark.parametrize(
    ("typed", "text"),
    [("dog", "dog"), ("  a dog \t on\na beach ", "a dog on a beach"), ("Île — été", "Île — été")],
)
def test_that_words_are_one_text(typed: str, text: str) -> None:
    assert parse(typed) == Query(text)


@pytest.mark.parametrize("typed", ["", "   ", "\n\t", '""', '" "', " " * (LONGEST_QUERY + 1)])
def test_that_an_empty_query_says_what_to_type(typed: str) -> None:
    with pytest.raises(QueryError, match="empty") as caught:
        parse(typed)

    assert caught.value.column == 1
    assert "dog" in caught.value.hint


def test_that_a_query_nobody_typed_is_refused_with_its_place() -> None:
    with pytest.raises(QueryError) as caught:
        parse("x" * (LONGEST_QUERY + 1))

    assert caught.value.column == LONGEST_QUERY + 1


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        ("from:2019", FROM, PartialDate(2019)),
        ("to:2021-06", TO, PartialDate(2021, 6)),
        ("to:2021-6", TO, PartialDate(2021, 6)),
        ("from:2020-02-29", FROM, PartialDate(2020, 2, 29)),
        ('from:"2019"', FROM, PartialDate(2019)),
        ("folder:Italy", FOLDER, ("Italy",)),
        ("folder:Italy/Rome", FOLDER, ("Italy", "Rome")),
        ("folder:/Italy//Rome/", FOLDER, ("Italy", "Rome")),
        ('folder:"My Photos"', FOLDER, ("My Photos",)),
        ('folder:"a ""b"""', FOLDER, ('a "b"',)),
        ("folder:日本", FOLDER, ("日本",)),
        ("camera:nikon", CAMERA, "nikon"),
        ('camera:" EOS  5D "', CAMERA, "EOS 5D"),
        ("type:jpg", TYPE, FileType("jpeg")),
        ("type:JPEG", TYPE, FileType("jpeg")),
        ("type:.tif", TYPE, FileType("tiff")),
        ("type:heic", TYPE, FileType("heif")),
        ("type:raw", TYPE, FileType("raw")),
        ("type:NEF", TYPE, FileType("raw", "nef")),
        ("tag:beach", TAG, "beach"),
        ('tag:" a  dog "', TAG, "a dog"),
        ("Folder:Italy", FOLDER, ("Italy",)),
    ],
)
def test_that_a_filter_is_read(typed: str, kind: FilterKind[Any], value: object) -> None:
    assert parse(typed) == Query("", (Filter(kind, value),))
    assert parse(f"-{typed}") == Query("", (Filter(kind, value, negated=True),))


def test_that_filters_and_words_mix_in_any_order() -> None:
    query = parse("from:2019 a dog -folder:Work on a beach type:jpg")

    assert query.text == "a dog on a beach"
    assert query.filters == (
        Filter(FROM, PartialDate(2019)),
        Filter(FOLDER, ("Work",), negated=True),
        Filter(TYPE, FileType("jpeg")),
    )


def test_that_parts_have_their_places_and_what_is_broken_spoils_no_other() -> None:
    parts = parse_parts('a from:2019-13 "two words" -tag:x foo:bar "open tag:y')

    assert [(part.start, part.text) for part in parts] == [
        (0, "a"),
        (2, "from:2019-13"),
        (15, '"two words"'),
        (27, "-tag:x"),
        (34, "foo:bar"),
        (42, '"open tag:y'),
    ]
    assert [part.filter for part in parts if part.filter] == [Filter(TAG, "x", negated=True)]
    assert [part.error and part.error.column for part in parts] == [None, 13, None, None, 35, 43]
    assert "".join(part.words for part in parts) == "atwo words"


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ('"from:2019"', "from:2019"),
        ('a "foo:bar" b', "a foo:bar b"),
        ('the "Mona Lisa", framed', "the Mona Lisa, framed"),
        ('"say ""hi"""', 'say "hi"'),
        ('a 6" nail', 'a 6" nail'),
        ("lunch at 12:30", "lunch at 12:30"),
        ("16:9 picture", "16:9 picture"),
        ("https://example.com/a", "https://example.com/a"),
        ("FILE:///tmp/a.jpg", "FILE:///tmp/a.jpg"),
        (r"C:\Photos c:/photos", r"C:\Photos c:/photos"),
        ("Paris: at night", "Paris: at night"),
        ("smile :) ::", "smile :) ::"),
        ("a dog - a beach", "a dog - a beach"),
        ("-dog t-shirt", "-dog t-shirt"),
    ],
)
def test_that_what_only_looks_like_a_filter_is_text(typed: str, text: str) -> None:
    assert parse(typed) == Query(text)


@pytest.mark.parametrize(
    ("typed", "column", "expected"),
    [
        ("a dog foo:bar", 7, "expected one of from:, to:, folder:, camera:, type:, tag:."),
        ("a dog -foo:bar", 8, "there is no filter 'foo:'"),
        ("ein Hund über:alles", 10, "there is no filter 'über:'"),
        ("dog from:", 5, "'from:' expects a date right after its colon"),
        ("dog from: 2019", 5, "'from:' expects a date right after its colon"),
        ('-camera:""', 2, "'camera:' expects a part of a camera's name"),
        ("folder:/", 8, "the name of a folder"),
        ("dog from:juni", 10, "expected a date, not 'juni'"),
        ("from:2019-", 6, "expected a date"),
        ("from:19", 6, "expected a date"),
        ("from:٢٠١٩", 6, "expected a date"),
        ("from:0000", 6, "a year from 0001"),
        ("from:2019-13", 11, "a month from 01 to 12, not 13"),
        ("from:2019-00-01", 11, "a month from 01 to 12, not 00"),
        ("to:2019-02-29", 12, "a day from 01 to 28, not 29"),
        ('to:"2019-02-29"', 13, "a day from 01 to 28, not 29"),
        ("type:exe", 6, "there is no type 'exe'; expected jpeg, png,"),
        ('dog "on a beach', 5, "this quote is never closed"),
        ('folder:"My Photos', 8, "this quote is never closed"),
        ('folder:"My"Photos', 12, "expected a space after the closing quote"),
    ],
)
def test_that_an_error_names_the_place_and_what_was_expected(
    typed: str, column: int, expected: str
) -> None:
    with pytest.raises(QueryError, match=re.escape(expected)) as caught:
        parse(typed)

    assert caught.value.column == column
    assert f"Column {column}: " in caught.value.message
    assert caught.value.hint


def test_that_the_hint_for_an_unknown_filter_can_be_typed() -> None:
    with pytest.raises(QueryError) as caught:
        parse('a dog -foo:b"ar')

    assert parse(caught.value.hint.removeprefix("Quotes make it words: ")).text == '-foo:b"ar'


def test_that_bytes_of_a_command_line_that_are_no_text_do_no_harm() -> None:
    assert parse("dog\udcff folder:\udcfe").text == "dog\ufffd"


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
TYPES = st.sampled_from(
    [FileType(known.name) for known in FORMATS] + [FileType("raw", e) for e in RAW.extensions]
)
CRITERIA: st.SearchStrategy[Any] = st.one_of(
    st.tuples(st.sampled_from((FROM, TO)), DATES),
    st.tuples(st.just(FOLDER), st.lists(NAMES, min_size=1, max_size=3).map(tuple)),
    st.tuples(st.sampled_from((CAMERA, TAG)), TEXTS.filter(bool)),
    st.tuples(st.just(TYPE), TYPES),
)
FILTERS = st.builds(
    lambda said, negated: Filter(said[0], said[1], negated), CRITERIA, st.booleans()
)
QUERIES = st.builds(Query, TEXTS, st.lists(FILTERS, max_size=5).map(tuple))


@given(QUERIES.filter(lambda query: query.text or query.filters))
@example(Query('"', (Filter(FOLDER, ('"',)), Filter(CAMERA, 'a"'))))
@example(Query("from:2019 is text"))
def test_that_a_query_that_is_written_out_reads_the_same(query: Query) -> None:
    assert parse(written(query)) == query


@pytest.mark.parametrize("typed", ["lunch at 12:30", 'a 6" nail', "Paris: at night", "a -b"])
def test_that_words_are_quoted_only_where_they_would_be_read_otherwise(typed: str) -> None:
    assert written(Query(typed)) == typed
    assert written(Query("from:2019")) == '"from:2019"'


def _fuzzed(seed: int) -> str:
    """Mostly broken pieces of good queries."""
    chance = random.Random(seed)
    pieces = ["from:", "to:", "folder:", "camera:", "type:", "-", '"', '""', ":", "/", " ", "\n"]
    pieces += ["2019", "-06", "-31", "jpg", "'; DROP TABLE photos; --", "\0", "%", "_", "\\", "ß"]
    pieces += ["\udcff", "\u0301", "\U0001f415", "foo:bar", "//", "(", "*", "AND", "9" * 30]
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
