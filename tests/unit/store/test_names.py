import sys
import unicodedata

import pytest

from photofind.store import roots
from photofind.store.filters import Filter, Group
from photofind.store.name_keys import folded
from photofind.store.names import FILE, FOLDED_TO_ASCII, names_in

from .shelf import ROOTS, Shelf, one, only
from .shelf import shelf as shelf


def files_named(text: str) -> list[str]:
    """The parts of file names that a text is taken for."""
    condition = names_in(text)
    members = condition.members if isinstance(condition, Group) else (condition,)
    return [one.value for one in members if isinstance(one, Filter) and one.kind is FILE]


@pytest.mark.parametrize(
    "name",
    ["IMG_1234", "img_1234.jpg", "DSC01234", "P1010012.JPG", "20190621_153000", "201906",
     "beach.jpg", "PXL_20210101-2.heic", "1000268201_693b08cb0e"],
)  # fmt: skip
def test_that_what_looks_like_a_file_is_taken_for_its_name(name: str) -> None:
    assert files_named(name) == [name]
    assert files_named(f"a dog {name}") == [name]


@pytest.mark.parametrize(
    "word", ["dog", "2019", "50mm", "24-70mm", "f/2.8", "mp3", "etc.", "...", "1:2", "12345"]
)
def test_that_other_words_are_no_names(word: str) -> None:
    assert names_in(word) is None


@pytest.fixture
def called(shelf: Shelf) -> Shelf:
    shelf.fill(
        [
            one(1, "Anna's Birthday"),
            one(2, "Anna's/Birthday/2019"),
            one(3, stem="anna_s-birthday"),
            one(4, "Anna's Birthday 2019"),
            one(5, "My Anna's Birthday"),
            one(6, stem="Anna's Birthday (2)"),
            one(7, "Große Straße"),
            one(8, unicodedata.normalize("NFD", "Île du Nord")),
            one(9, stem="a dog"),
            one(10, "dog"),
        ]
    )
    return shelf


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("anna's birthday", [1, 2, 3]),
        ("ANNA S BIRTHDAY", [1, 2, 3]),
        ("birthday 2019", [2]),
        ("GROSSE STRASSE", [7]),
        ("große straße", [7]),
        ("île du nord", [8]),
        ("a dog", [9]),
        ("disk pictures", []),
        ("anna's", None),
        ("dog", None),
    ],
)
def test_that_all_words_together_are_the_name_of_a_file_or_folder(
    called: Shelf, text: str, numbers: list[int] | None
) -> None:
    condition = names_in(text)

    assert (None if condition is None else called.numbers(condition)) == numbers


def test_that_a_root_has_a_name_too(shelf: Shelf) -> None:
    shelf.fill([one(1), one(2, "Old Pictures")])

    condition = names_in("old pictures")

    assert condition is not None
    assert shelf.numbers(condition) == [2]


def test_that_a_folder_is_found_where_its_root_went_into_a_larger_one(shelf: Shelf) -> None:
    shelf.fill([one(1, "Anna's Birthday"), one(2)])
    with shelf.database.writing() as connection:
        roots.add_root(connection, ROOTS[0].parent)

    condition = names_in("anna's birthday")

    assert condition is not None
    assert shelf.numbers(condition) == [1]


def test_that_words_are_no_patterns(shelf: Shelf) -> None:
    shelf.fill([one(1, stem="IMG_1234"), one(2, stem="IMGx1234"), one(3, stem="50%a"), one(4)])

    assert shelf.numbers(only(FILE, "IMG_1234")) == [1]
    assert shelf.numbers(only(FILE, "%")) == [3]
    assert shelf.numbers(only(FILE, "/")) == []


def test_that_every_character_that_folds_to_ascii_is_known() -> None:
    found = {
        one
        for one in map(chr, range(0x80, sys.maxunicode + 1))
        if any(folding.isascii() for folding in folded(one))
    }

    assert found == set(FOLDED_TO_ASCII)
