import pytest

from photofind.errors import QueryError
from photofind.search.parser import LONGEST_QUERY, parse


@pytest.mark.parametrize(
    ("typed", "text"),
    [("dog", "dog"), ("  a dog \t on\na beach ", "a dog on a beach"), ("Île — été", "Île — été")],
)
def test_that_words_are_one_text(typed: str, text: str) -> None:
    assert parse(typed).text == text


@pytest.mark.parametrize("typed", ["", "   ", "\n\t"])
def test_that_an_empty_query_says_what_to_type(typed: str) -> None:
    with pytest.raises(QueryError, match="empty") as caught:
        parse(typed)

    assert caught.value.column == 1
    assert "dog" in caught.value.hint


def test_that_a_query_nobody_typed_is_refused_with_its_place() -> None:
    with pytest.raises(QueryError) as caught:
        parse("x" * (LONGEST_QUERY + 1))

    assert caught.value.column == LONGEST_QUERY + 1
