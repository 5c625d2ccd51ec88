import pytest

from photofind.search.parser import parse
from photofind.search.query import Term, Text, text_query


def words(text: str, weight: float = 1.0, spoken: str = "") -> Term:
    return Term(Text(text), weight, spoken)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("not a dog", [words("a dog", -1, "not")]),
        ("no people", [words("people", -1, "no")]),
        ("without snow", [words("snow", -1, "without")]),
        ("a beach without people", [words("a beach"), words("people", -1, "without")]),
        ("a beach with no people", [words("a beach"), words("people", -1, "no")]),
        ("a beach, no people", [words("a beach"), words("people", -1, "no")]),
        ("a beach and no people", [words("a beach"), words("people", -1, "no")]),
        ("empty street no cars", [words("empty street"), words("cars", -1, "no")]),
        ("a cat, but not a dog", [words("a cat"), words("a dog", -1, "not")]),
        ("a cat not a dog", [words("a cat"), words("a dog", -1, "not")]),
        ("NOT a dog", [words("a dog", -1, "not")]),
        ("not snow", [words("snow", -1, "not")]),
        (
            "mountains without snow and without people",
            [words("mountains"), words("snow", -1, "without"), words("people", -1, "without")],
        ),
        ("2:beach without people", [words("beach", 2), words("people", -2, "without")]),
        ("dog + not a cat", [words("dog"), words("a cat", -1, "not")]),
        ('a beach without "no parking"', [words("a beach"), words("no parking", -1, "without")]),
        ("a beach from:2019 without people", [words("a beach"), words("people", -1, "without")]),
    ],
)
def test_that_words_subtract(typed: str, expected: list[Term]) -> None:
    assert list(parse(typed).terms) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "no parking sign",
        "no smoking",
        "no dogs allowed",
        "a no entry sign",
        "no one at home",
        "no 5",
        "dr no",
        "without",
        "to be or not to be",
        "forget me not",
        "not only dogs",
        "not just a dog",
        "knot a notice, nowhere",
        "no no",
    ],
)
def test_that_what_may_mean_something_else_stays_words(typed: str) -> None:
    assert parse(typed) == text_query(typed)


def test_that_quotes_make_words_of_a_negation() -> None:
    assert parse('"not a dog"') == text_query("not a dog")
    assert parse('a "no" people') == text_query("a no people")
    assert parse("- not a dog").terms == (words("not a dog", -1),)
