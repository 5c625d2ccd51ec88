"""Filters against a catalogue."""

import unicodedata

import pytest

from photofind.store import embeddings, tags
from photofind.store.filter_kinds import (
    CAMERA,
    FOLDER,
    FROM,
    HAS,
    NEAR,
    ORIENTATION,
    RATING,
    SIZE,
    TAG,
    TO,
    TYPE,
)
from photofind.store.filter_values import FileType
from photofind.store.filters import Filter, all_of, any_of, negation
from photofind.store.names import FILE
from photofind.store.suggestions import replace_suggestions

from .samples import SPACE
from .shelf import ROOTS, Shelf, no, one, only
from .shelf import shelf as shelf


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


def test_that_a_file_is_found_by_a_part_of_its_name(shelf: Shelf) -> None:
    shelf.fill(
        [
            one(1, "img_1234", stem="beach"),
            one(2, stem="IMG_1234"),
            one(3, stem="Straße"),
            one(4, stem=unicodedata.normalize("NFD", "Île")),
            one(4, stem="copy"),
        ]
    )

    assert shelf.numbers(only(FILE, "img_1234")) == [2]
    assert shelf.numbers(only(FILE, "1234.JPG")) == [2]
    assert shelf.numbers(only(FILE, "STRASSE")) == [3]
    assert shelf.numbers(only(FILE, "île")) == [4]
    assert shelf.numbers(no(FILE, "île")) == [1, 2, 3, 4]
    assert shelf.numbers(only(FILE, "g_1%")) == []


def test_that_unrated_photos_have_no_stars(shelf: Shelf) -> None:
    shelf.fill([one(number, rating=stars) for number, stars in enumerate((None, 0, 3, 5, -1))])

    assert shelf.numbers(only(RATING, ">=3")) == [2, 3]
    assert shelf.numbers(only(RATING, "3")) == [2]
    assert shelf.numbers(only(RATING, "<3")) == [0, 1, 4]
    assert shelf.numbers(only(RATING, "unrated")) == shelf.numbers(only(RATING, "0")) == [0, 1]
    assert shelf.numbers(no(RATING, ">=3")) == [0, 1, 4]
    assert shelf.numbers(only(HAS, "rating")) == [2, 3, 4]


def test_that_sizes_are_of_the_file_or_of_the_picture(shelf: Shelf) -> None:
    shelf.fill(
        [
            one(1, width=4000, height=3000, size_bytes=5_000_000),
            one(2, width=3000, height=4000, size_bytes=5_000_001),
            one(3, width=600, height=600, size_bytes=499_999),
            one(3, "Export", width=600, height=600, size_bytes=9_000_000),
        ]
    )

    assert shelf.numbers(only(SIZE, ">5MB")) == [2, 3]
    assert shelf.numbers(only(SIZE, "5MB")) == [1, 2, 3]
    assert shelf.numbers(only(SIZE, "<500KB")) == [3]
    assert shelf.numbers(only(SIZE, "12MP")) == [1, 2]
    assert shelf.numbers(only(SIZE, ">12MP")) == []
    assert shelf.numbers(only(ORIENTATION, "landscape")) == [1]
    assert shelf.numbers(only(ORIENTATION, "portrait")) == [2]
    assert shelf.numbers(only(ORIENTATION, "square")) == [3]


@pytest.mark.parametrize(
    ("around", "inside", "outside"),
    [
        ("0,179.9,50km", [(0, 180), (0, -180), (0, -179.8), (0.1, 179.5)], [(0, -179.6), (0, 0)]),
        ("0,-179.9,50km", [(0, 180), (0, 179.8)], [(0, 179.6)]),
        ("89.9,0,50km", [(90, 10), (89.8, 180), (89.9, 90)], [(89.4, 0), (89.5, 180)]),
        ("-90,0,1mi", [(-90, 120), (-89.99, 77)], [(-89.9, 0), (90, 0)]),
        ("48.85,2.35,10km", [(48.85, 2.35), (48.9, 2.4)], [(48.85, 2.5), (48.95, 2.35)]),
        ("60,10,100km", [(60, 11.7)], [(60, 11.9), (61, 10)]),
        ("0,0,30000km", [(0, 180), (90, 0), (-45, -120)], []),
        ("10,20,0m", [(10, 20)], [(10, 20.0001)]),
    ],
)
def test_that_places_are_found_on_a_sphere(
    shelf: Shelf,
    around: str,
    inside: list[tuple[float, float]],
    outside: list[tuple[float, float]],
) -> None:
    places = enumerate([*inside, *outside])
    shelf.fill([one(99), *(one(number, place=place) for number, place in places)])

    assert shelf.numbers(only(NEAR, around)) == list(range(len(inside)))
    assert 99 in shelf.numbers(no(NEAR, around))


def test_that_one_file_must_pass_a_whole_group(shelf: Shelf) -> None:
    shelf.fill(
        [
            one(1, "Backup", camera="Nikon"),
            one(1, "Italy", camera="Nikon"),
            one(2, "Backup", camera="Canon"),
            one(3, "Rome"),
        ]
    )
    nikon, backup, rome = only(CAMERA, "nikon"), only(FOLDER, "Backup"), only(FOLDER, "Rome")

    assert shelf.numbers(any_of([nikon, rome])) == [1, 3]
    assert shelf.numbers(all_of([nikon, backup])) == [1]
    assert shelf.numbers(negation(all_of([nikon, backup]))) == [1, 2, 3]
    assert shelf.numbers(negation(any_of([nikon, backup]))) == [3]
    outside = negation(all_of([nikon, backup]))
    assert shelf.filtered.locate([shelf.ids[1]], (outside,)) == {
        shelf.ids[1]: ROOTS[0] / "Italy/1.jpg"
    }


def test_that_a_place_is_looked_up_by_its_latitude(shelf: Shelf) -> None:
    with shelf.database.reading() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT id FROM photos WHERE latitude BETWEEN 1 AND 2"
        )
        assert "ix_photos_place" in str(plan.all())


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
