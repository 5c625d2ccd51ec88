"""Pictures that become examples of what is wanted, and of what is not."""

from pathlib import Path

import pytest

from photofind.search.parser import parse
from photofind.search.query import PictureFile, Query, with_example
from photofind.search.writing import written


def _given(typed: str, *examples: str) -> Query:
    """Add examples to a query, those that are not wanted with a minus."""
    query = parse(typed) if typed else Query()
    for example in examples:
        path = Path(example.removeprefix("-"))
        query = with_example(query, PictureFile(path), wanted=not example.startswith("-"))
    return query


@pytest.mark.parametrize(
    ("typed", "examples", "expected"),
    [
        ("", ["a.jpg"], "image:a.jpg"),
        ("2:dog - snow from:2019", ["a.jpg"], "2:dog - snow image:a.jpg from:2019"),
        ("dog", ["-a.jpg"], "dog -0.5:image:a.jpg"),
        ("dog", ["a.jpg", "b.jpg"], "dog 0.5:image:a.jpg 0.5:image:b.jpg"),
        ("dog", ["-a.jpg", "-b.jpg", "c.jpg"],
         "dog -0.25:image:a.jpg -0.25:image:b.jpg image:c.jpg"),
        ("3:image:a.jpg", ["b.jpg", "c.jpg"],
         "0.333:image:a.jpg 0.333:image:b.jpg 0.333:image:c.jpg"),
        ("image:a.jpg", ["a.jpg"], "image:a.jpg"),
        ("dog", ["a.jpg", "b.jpg", "-a.jpg"], "dog image:b.jpg -0.5:image:a.jpg"),
    ],
)  # fmt: skip
def test_that_examples_share_one_weight_of_each_side(
    typed: str, examples: list[str], expected: str
) -> None:
    assert _given(typed, *examples) == parse(expected)


def test_that_a_picture_is_known_by_where_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    again = _given("image:~/a.jpg", f"-{tmp_path / 'a.jpg'}")
    assert [(term.weight, term.source) for term in again.terms] == [
        (-0.5, PictureFile(tmp_path / "a.jpg"))
    ]


@pytest.mark.parametrize("count", [1, 3, 7, 30])
def test_that_a_query_with_examples_can_be_written_and_read(count: int) -> None:
    query = _given(
        "dog", *[f"{n}.jpg" for n in range(count)], *[f"-{n}n.jpg" for n in range(count)]
    )
    assert parse(written(query)) == query
