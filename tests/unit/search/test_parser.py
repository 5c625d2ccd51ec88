import re
from pathlib import Path
from typing import Any

import pytest

from photofind.errors import QueryError
from photofind.search.parser import LONGEST_QUERY, parse, parse_parts
from photofind.search.query import PictureFile, Query, Term, Text, text_query
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
from photofind.store.filter_values import FileType, PartialDate, Rating, Size, Surroundings
from photofind.store.filters import Condition, Filter, FilterKind, all_of, any_of, negation
from photofind.store.names import FILE


def words(text: str, weight: float = 1.0, spoken: str = "") -> Term:
    return Term(Text(text), weight, spoken)


def picture(path: str, weight: float = 1.0) -> Term:
    return Term(PictureFile(Path(path)), weight)


def terms(typed: str) -> list[Term]:
    return list(parse(typed).terms)


def tag(name: str) -> Filter:
    return Filter(TAG, name)


@pytest.mark.parametrize(
    ("typed", "text"),
    [("dog", "dog"), ("  a dog \t on\na beach ", "a dog on a beach"), ("Île—été", "Île—été")],
)
def test_that_words_next_to_each_other_are_one_term(typed: str, text: str) -> None:
    assert parse(typed) == Query((words(text),))


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
        ("file:IMG_1234", FILE, "IMG_1234"),
        ("lens:50mm", LENS, "50mm"),
        ("has:GPS", HAS, "gps"),
        ("rating:>=4", RATING, Rating(">=", 4)),
        ("rating:<3", RATING, Rating("<", 3)),
        ("rating:=5", RATING, Rating("=", 5)),
        ("rating:4", RATING, Rating("=", 4)),
        ("rating:0", RATING, Rating("=", 0)),
        ("rating:Unrated", RATING, Rating("=", 0)),
        ("rating:≥4", RATING, Rating(">=", 4)),
        ("near:48.85,2.35,10km", NEAR, Surroundings(48.85, 2.35, 10, "km")),
        ("near:-90,180,1.5MI", NEAR, Surroundings(-90, 180, 1.5, "mi")),
        ("orientation:Portrait", ORIENTATION, "portrait"),
        ("size:>5mb", SIZE, Size(">", 5, "MB")),
        ("size:12MP", SIZE, Size(">=", 12, "MP")),
        ("size:≤0.5GB", SIZE, Size("<=", 0.5, "GB")),
    ],
)
def test_that_a_filter_is_read(typed: str, kind: FilterKind[Any], value: object) -> None:
    assert parse(typed) == Query((), (Filter(kind, value),))
    assert parse(f"-{typed}") == Query((), (Filter(kind, value, negated=True),))


def test_that_filters_and_words_mix_in_any_order() -> None:
    query = parse("from:2019 a dog -folder:Work on a beach type:jpg")

    assert query.terms == (words("a dog on a beach"),)
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
    conditions = [part.condition for part in parts if part.condition]
    assert conditions == [Filter(TAG, "x", negated=True)]
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
        ("black-and-white t-shirt C++", "black-and-white t-shirt C++"),
        ("-5 degrees --verbose -> ->", "-5 degrees --verbose -> ->"),
        ("1:2:3 4: x", "1:2:3 4: x"),
        ("dog (brown) :)", "dog (brown) :)"),
        ("(dog OR cat) AND (bird)", "(dog OR cat) AND (bird)"),
        ("dogs OR cats AND birds or not", "dogs OR cats AND birds or not"),
        ("OR", "OR"),
        ("rock ‘n roll and dog’s", "rock ‘n roll and dog’s"),
        ("2019年 a“b”", "2019年 a“b”"),
    ],
)
def test_that_what_only_looks_like_the_language_is_text(typed: str, text: str) -> None:
    assert parse(typed) == text_query(text)


@pytest.mark.parametrize(
    ("typed", "column", "expected"),
    [
        ("a dog foo:bar", 7, "expected one of from:, to:, folder:, file:,"),
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
        ("folder:“My Photos", 8, "this quote is never closed"),
        ("has:wings", 5, "expected gps, tag, date, camera, lens or rating, not 'wings'"),
        ("rating:6", 8, "expected stars from 0 to 5, not '6'"),
        ("orientation:up", 13, "expected portrait, landscape or square"),
        ("near:91,0,1km", 6, "a latitude from -90 to 90"),
        ("near:0,-180.5,1km", 8, "a longitude from -180 to 180"),
        ("near:Paris", 6, "expected a place and a distance, not 'Paris'"),
        ("near:48.85,2.35", 6, "expected a place and a distance"),
        ("size:5", 6, "expected a size, not '5'"),
        ("size:=5MB", 6, "expected a size"),
        ("dog -", 5, "expected words, a picture or a filter after -"),
        ("dog + ", 5, "expected words, a picture or a filter after +"),
        ("dog - + cat", 7, "expected words, a picture or a filter after -"),
        ("dog 2:image:", 7, "'image:' expects the path of a picture"),
        ("0:dog", 1, "a weight from 0.001 to 999, not 0"),
        ("cat 0.0001:dog", 5, "a weight from 0.001 to 999"),
        ("1000:dog", 1, "a weight from 0.001 to 999"),
        ("2:tag:beach", 1, "a filter has no weight"),
        ("tag:a OR", 7, "expected a filter after OR"),
        ("tag:a OR dog", 10, "expected a filter after OR"),
        ("dog OR tag:a", 5, "expected a filter before OR"),
        ("OR tag:a", 1, "expected a filter before OR"),
        ("dog (tag:a OR tag:b", 5, "this parenthesis is never closed"),
        ("(tag:a dog)", 8, "expected a filter, OR or a closing parenthesis"),
        ("(tag:a image:x)", 8, "expected a filter, OR or a closing parenthesis"),
        ("(tag:a OR from:13-13)", 16, "expected a date"),
        ("(" * 21 + "tag:a" + ")" * 21, 21, "nested 20 deep"),
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

    assert parse(caught.value.hint.removeprefix("Quotes make it words: ")) == text_query('foo:b"ar')


def test_that_bytes_of_a_command_line_that_are_no_text_do_no_harm() -> None:
    query = parse("dog\udcff folder:\udcfe image:\udcfd.jpg")

    assert query.terms == (words("dog\ufffd"), picture("\udcfd.jpg"))
    assert query.filters == (Filter(FOLDER, ("\ufffd",)),)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2:dog", [words("dog", 2)]),
        ("0.5:dog", [words("dog", 0.5)]),
        ("0,5:dog", [words("dog", 0.5)]),
        ("dog + water", [words("dog"), words("water")]),
        ("dog +water", [words("dog"), words("water")]),
        ("dog - snow", [words("dog"), words("snow", -1)]),
        ("dog -snow on ice", [words("dog"), words("snow on ice", -1)]),
        ("2:dog - snow", [words("dog", 2), words("snow", -1)]),
        ("2:big dog 0.25:a cat", [words("big dog", 2), words("a cat", 0.25)]),
        ("dog -0.5:snow + -2:rain", [words("dog"), words("snow", -0.5), words("rain", -2)]),
        ("-fruit", [words("fruit", -1)]),
        ("- fruit", [words("fruit", -1)]),
        ('-"ripe fruit" 2:"a b"', [words("ripe fruit", -1), words("a b", 2)]),
        ("image:sea.jpg", [picture("sea.jpg")]),
        ('image:"My Photos/sea.jpg" dog', [picture("My Photos/sea.jpg"), words("dog")]),
        ("-image:sea.jpg", [picture("sea.jpg", -1)]),
        ("- image:sea.jpg", [picture("sea.jpg", -1)]),
        ("2:image:sea.jpg", [picture("sea.jpg", 2)]),
        ("-0.5:IMAGE:sea.jpg", [picture("sea.jpg", -0.5)]),
        ("a dog image:sea.jpg on sand", [words("a dog on sand"), picture("sea.jpg")]),
        ("dog - image:x tag:y + sand", [words("dog"), picture("x", -1), words("sand")]),
        ("dog - not a cat", [words("dog"), words("not a cat", -1)]),
        ("dog OR cat - snow", [words("dog OR cat"), words("snow", -1)]),
    ],
)  # fmt: skip
def test_that_signs_and_weights_make_terms(typed: str, expected: list[Term]) -> None:
    assert terms(typed) == expected


def test_that_a_term_has_the_place_where_it_was_typed() -> None:
    typed = "a dog from:2019 on sand - 2:image:sea.jpg, no people"

    found = [typed[slice(*term.span)] for term in parse(typed).terms]

    assert found == ["a dog from:2019 on sand", "- 2:image:sea.jpg,", "no people"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("tag:a OR tag:b", (any_of([tag("a"), tag("b")]),)),
        ("tag:c tag:a OR tag:b", (tag("c"), any_of([tag("a"), tag("b")]))),
        ("-tag:a OR tag:b", (any_of([negation(tag("a")), tag("b")]),)),
        ("-(tag:a OR tag:b)", (negation(any_of([tag("a"), tag("b")])),)),
        ("- ( tag:a OR tag:b )", (negation(any_of([tag("a"), tag("b")])),)),
        ("(tag:a tag:b) OR tag:c", (any_of([all_of([tag("a"), tag("b")]), tag("c")]),)),
        ("(tag:a tag:b)", (tag("a"), tag("b"))),
        ("-(tag:a AND tag:b)", (negation(all_of([tag("a"), tag("b")])),)),
        ("tag:a AND tag:b", (tag("a"), tag("b"))),
        ("(tag:a)", (tag("a"),)),
        ("-(-tag:a)", (tag("a"),)),
        ("(tag:a OR (tag:b OR tag:c))", (any_of([tag("a"), tag("b"), tag("c")]),)),
        ("(tag:a(b) OR tag:c)", (any_of([tag("a(b)"), tag("c")]),)),
        ('(tag:"a)" OR tag:c)', (any_of([tag("a)"), tag("c")]),)),
        ("tag:a)", (tag("a)"),)),
        ("(tag:a OR tag:b)", (any_of([tag("a"), tag("b")]),)),
    ],
)
def test_that_filters_are_joined(typed: str, expected: tuple[Condition, ...]) -> None:
    assert parse(typed) == Query((), expected)
    assert parse(f"a dog {typed} - snow") == Query((words("a dog"), words("snow", -1)), expected)


def test_that_a_minus_or_an_and_before_a_filter_is_the_filter_s() -> None:
    assert parse("dog - tag:work cat") == Query((words("dog cat"),), (negation(tag("work")),))
    assert parse("dog AND tag:sea AND cat") == Query((words("dog cat"),), (tag("sea"),))
    assert parse("dog + tag:sea") == Query((words("dog"),), (tag("sea"),))


@pytest.mark.parametrize(
    ("typed", "as_if"),
    [
        ("folder:“My Photos”", 'folder:"My Photos"'),
        ("folder:„My Photos“ dog", 'folder:"My Photos" dog'),
        ("folder:«My Photos»", 'folder:"My Photos"'),
        ("folder:« My Photos »", 'folder:"My Photos"'),
        ("folder:»My Photos«", 'folder:"My Photos"'),
        ("folder:‘My Photos’", 'folder:"My Photos"'),
        ("folder:‘Anna’s Photos’", 'folder:"Anna’s Photos"'),
        ('folder:“My Photos"', 'folder:"My Photos"'),
        ("“from:2019” dog", '"from:2019" dog'),
        ("–tag:work", "-tag:work"),
        ("—tag:work −tag:old", "-tag:work -tag:old"),
        ("dog – snow", "dog - snow"),
        ("dog — snow − ice", "dog - snow - ice"),
        ("from:2019", "from:2019"),
        ("folder:Italy", "folder:Italy"),
        ("to:2019–06", "to:2019-06"),
        ("2:dog", "2:dog"),
        ("0.5:dog", "0.5:dog"),
        ("dog + cat", "dog + cat"),
        ("near:48.85,2.35,10km", "near:48.85,2.35,10km"),
    ],
)
def test_that_characters_mean_what_they_look_like(typed: str, as_if: str) -> None:
    assert parse(typed) == parse(as_if)


@pytest.mark.parametrize("name", ["a – b", "“b”", "2", "a:b", "’t", "a—b"])
def test_that_quoted_text_and_names_are_literal(name: str) -> None:
    assert parse(f'"{name}"') == text_query(name)
    assert parse(f'folder:"{name}"').filters == (Filter(FOLDER, (name,)),)
    if " " not in name and not name.startswith("“"):
        assert parse(f"folder:{name}").filters == (Filter(FOLDER, (name,)),)


@pytest.mark.parametrize(
    "typed",
    ["from:", '"a dog', 'folder:"My', "folder:“My", "dog -", "2:image:", "tag:a OR", "(tag:a"],
)  # fmt: skip
def test_that_what_typing_can_mend_is_unfinished(typed: str) -> None:
    last = parse_parts(typed)[-1]
    assert last.error is not None
    assert last.unfinished


@pytest.mark.parametrize("typed", ["from:banana", "0:dog", "tag:a OR dog", "2:tag:a", 'tag:"a"b'])
def test_that_what_typing_cannot_mend_is_wrong(typed: str) -> None:
    broken = next(part for part in parse_parts(typed) if part.error is not None)
    assert not broken.unfinished
