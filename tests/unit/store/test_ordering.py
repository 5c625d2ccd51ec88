"""Photos in other orders than by how well they match."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from photofind.domain import PhotoId
from photofind.store.filter_kinds import FOLDER
from photofind.store.filters import Filters
from photofind.store.ordering import PhotoOrder, ordered_rows, sort_key

from .shelf import Sample, Shelf, no, one, only
from .shelf import shelf as shelf


def _order(
    shelf: Shelf, order: PhotoOrder, filters: Filters = (), among: list[int] | None = None
) -> list[int]:
    ids = None if among is None else np.array([shelf.ids[number] for number in among], np.int64)
    with shelf.database.reading() as connection:
        rows = ordered_rows(connection, order, filters, ids)
    numbers = {photo_id: number for number, photo_id in shelf.ids.items()}
    return [numbers[PhotoId(photo_id)] for photo_id in rows.photo_ids.tolist()]


def _dated(number: int, taken_at: str | None, **values: Any) -> Sample:
    return one(number, taken_at=taken_at, **values)


DATED = [
    _dated(1, "2019-07-01T12:00:00", rating=3),
    _dated(2, None, rating=5),
    _dated(3, "2021-01-01T00:00:00"),
    _dated(4, "2018-05-05T05:05:05", rating=3),
    _dated(5, None),
]


@pytest.mark.parametrize(
    ("order", "numbers"),
    [
        (PhotoOrder.NEWEST, [3, 1, 4, 2, 5]),
        (PhotoOrder.OLDEST, [4, 1, 3, 2, 5]),
        (PhotoOrder.RATING, [2, 1, 4, 3, 5]),
    ],
)
def test_that_what_has_no_date_or_rating_comes_last(
    shelf: Shelf, order: PhotoOrder, numbers: list[int]
) -> None:
    shelf.fill(DATED)

    assert _order(shelf, order) == numbers
    assert _order(shelf, order, among=[5, 4, 1]) == [one for one in numbers if one in (1, 4, 5)]


def test_that_names_sort_without_case_and_numbers_by_value(shelf: Shelf) -> None:
    names = ["IMG_10", "img_9", "Beach", "beach 2", "IMG_0009b", "Ärger", "zoo"]
    shelf.fill([one(number, stem=name) for number, name in enumerate(names)])

    in_order = [names[number] for number in _order(shelf, PhotoOrder.NAME)]

    assert in_order == ["Beach", "beach 2", "img_9", "IMG_0009b", "IMG_10", "zoo", "Ärger"]


def test_that_the_name_is_that_of_a_file_which_passes(shelf: Shelf) -> None:
    shelf.fill(
        [
            one(1, "Backup", stem="a"),
            one(1, "Trip", stem="z"),
            one(2, "Trip", stem="m"),
        ]
    )

    assert _order(shelf, PhotoOrder.NAME) == [1, 2]
    assert _order(shelf, PhotoOrder.NAME, (no(FOLDER, "Backup"),)) == [2, 1]
    assert _order(shelf, PhotoOrder.NAME, (only(FOLDER, "Backup"),)) == [1]


def test_that_long_numbers_in_names_are_no_obstacle() -> None:
    long = "9" * 50

    assert sort_key(str(Path("a") / f"{long}.jpg")).startswith(long)
    assert sort_key("000.jpg") == sort_key("0.jpg")
