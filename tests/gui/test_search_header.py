"""What stands above the photos, and the controls beside it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from photofind.domain import PhotoId
from photofind.gui import wording
from photofind.gui.grid.layout import MAX_CELL, MIN_CELL
from photofind.gui.search.header import ResultsHeader
from photofind.gui.search.request import PictureQuery
from photofind.live.results import Coverage, RegionOfPhoto, Results
from photofind.store.gallery import PhotoRows
from photofind.store.ordering import PhotoOrder
from tests.gui.search_harness import requested

Rows = Callable[[int], PhotoRows]
ALL_READ = Coverage(38_000, 38_000)
HALF_READ = Coverage(12_400, 38_000)


@pytest.fixture
def header(qtbot: QtBot) -> ResultsHeader:
    made = ResultsHeader()
    qtbot.addWidget(made)
    made.resize(900, made.sizeHint().height())
    made.show()
    return made


@pytest.fixture
def results(rows: Rows) -> Callable[..., Results]:
    def made(
        shown: int,
        sure: int,
        *,
        total: int = 38_000,
        filtered: bool = False,
        ranked: bool = True,
        order: PhotoOrder | None = None,
        coverage: Coverage = ALL_READ,
        named: int = 0,
    ) -> Results:
        return Results(rows(shown), sure, total, filtered, ranked, order, coverage, named)

    return made


Made = Callable[..., Results]


def test_that_sure_photos_are_counted(header: ResultsHeader, results: Made) -> None:
    header.show_results(results(214, 37), requested("dog"))
    assert header.count_text == "214 photos · 37 sure"
    assert header.message == ""


def test_that_photos_found_by_their_names_are_counted(header: ResultsHeader, results: Made) -> None:
    header.show_results(results(214, 37, named=2), requested("IMG_1234"))
    assert header.count_text == "214 photos · 37 sure, 2 of them by name"


@pytest.mark.parametrize("typed", ["dog, without snow", "2:dog - snow", "image:sea.jpg dog"])
def test_that_a_composed_query_is_said_as_it_is_typed(
    header: ResultsHeader, results: Made, typed: str
) -> None:
    header.show_results(results(200, 0), requested(typed))
    assert f"Nothing here clearly shows ‘{typed}’." in header.message


def test_that_all_photos_are_counted_and_an_empty_library_says_nothing(
    header: ResultsHeader,
) -> None:
    header.show_all(38_120, ALL_READ)
    assert header.count_text == f"{wording.number(38_120)} photos"
    header.show_all(0, Coverage(0, 0))
    assert header.count_text == ""
    assert header.message == ""


def test_that_an_empty_library_says_nothing_of_a_search(
    header: ResultsHeader, results: Made
) -> None:
    empty = results(0, 0, total=0, coverage=Coverage(0, 0))
    header.show_results(empty, requested("dog from:2019"))
    assert (header.count_text, header.message, header.broaden_buttons) == ("", "", [])


def test_that_an_incomplete_library_is_said(header: ResultsHeader, results: Made) -> None:
    header.show_results(results(214, 37, coverage=HALF_READ), requested("dog"))
    read, known = wording.number(12_400), wording.number(38_000)
    assert header.count_text.endswith(f"in the {read} of {known} photos read so far")
    header.show_all(38_000, HALF_READ)
    assert header.count_text == f"{known} photos {read} read so far"


def test_that_nothing_sure_is_said_with_a_way_out_for_each_filter(
    header: ResultsHeader, results: Made, qtbot: QtBot
) -> None:
    request = requested('giraffe from:2019 -folder:"My Photos"')
    header.show_results(results(200, 0, filtered=True), request)
    assert header.count_text == "200 best guesses"
    assert header.message == "Nothing here clearly shows ‘giraffe’. Best guesses below."
    assert [button.text() for button in header.broaden_buttons] == [
        "Search without from:2019",
        "Search without −folder:My Photos",
    ]
    with qtbot.waitSignal(header.broadened) as broadened:
        QTest.mouseClick(header.broaden_buttons[1], Qt.MouseButton.LeftButton)
    assert broadened.args == [requested("giraffe from:2019")]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (PhotoId(7), "Nothing here clearly looks like ‘beach.jpg’."),
        (
            RegionOfPhoto(Path("beach.jpg"), (0, 0, 9, 9)),
            "Nothing here clearly shows this part of ‘beach.jpg’.",
        ),
    ],
)
def test_that_a_picture_nothing_resembles_is_named(
    header: ResultsHeader,
    results: Made,
    source: PhotoId | RegionOfPhoto,
    said: str,
) -> None:
    picture = PictureQuery(source, "beach.jpg")
    header.show_results(results(200, 0), requested(picture=picture))
    assert header.message == f"{said} Best guesses below."


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("image:/sea/beach.jpg", "Nothing here clearly looks like ‘beach.jpg’."),
        ("image:picture-0123456789abcdef.png", "Nothing here clearly looks like ‘pasted picture’."),
        ("-image:/sea/beach.jpg", "Nothing here clearly looks other than ‘beach.jpg’."),
        ("image:a.jpg -image:b.jpg", "Nothing here clearly looks like these pictures."),
        ("image:/sea/a.jpg dog", "Nothing here clearly shows ‘image:a.jpg dog’."),
    ],
)
def test_that_pictures_in_a_query_are_named_without_their_folders(
    header: ResultsHeader, results: Made, typed: str, said: str
) -> None:
    header.show_results(results(200, 0), requested(typed))
    assert header.message == f"{said} Best guesses below."


def test_that_a_long_query_is_named_shortly(header: ResultsHeader, results: Made) -> None:
    header.show_results(results(200, 0), requested("dog " * 100))
    assert len(header.message) < 120


def test_that_filters_no_photo_passes_can_be_taken_away(
    header: ResultsHeader, results: Made, qtbot: QtBot
) -> None:
    request = requested("dog from:2019 to:2018")
    header.show_results(results(0, 0, total=0, filtered=True), request)
    assert header.count_text == "No photos"
    assert header.message == "No photo passes these filters."
    with qtbot.waitSignal(header.broadened) as broadened:
        QTest.keyClick(header.broaden_buttons[0], Qt.Key.Key_Space)
    assert broadened.args == [requested("dog to:2018")]


def test_that_the_picture_stays_when_a_filter_goes(
    header: ResultsHeader, results: Made, qtbot: QtBot
) -> None:
    request = requested("from:2019", PictureQuery(PhotoId(3), "beach.jpg"))
    header.show_results(results(0, 0, total=0, filtered=True), request)
    with qtbot.waitSignal(header.broadened) as broadened:
        header.broaden_buttons[0].click()
    assert broadened.args == [requested("", request.picture)]


def test_that_filters_alone_are_by_date(header: ResultsHeader, results: Made) -> None:
    found = results(214, 0, total=214, filtered=True, ranked=False, order=PhotoOrder.NEWEST)
    header.show_results(found, requested("from:2019"))
    assert header.count_text == "214 photos by date"
    assert header.message == ""


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (PhotoOrder.NEWEST, "by date"),
        (PhotoOrder.OLDEST, "by date, the oldest first"),
        (PhotoOrder.NAME, "by name"),
        (PhotoOrder.RATING, "by rating"),
    ],
)
def test_that_another_order_says_what_it_keeps(
    header: ResultsHeader, results: Made, order: PhotoOrder, said: str
) -> None:
    header.show_results(results(37, 37, order=order), requested("dog"))
    assert header.count_text == f"37 sure photos {said}"
    assert header.message == ""

    header.show_results(results(500, 0, order=order), requested("dog"))
    assert header.count_text == f"500 best guesses {said}"
    assert header.message == "Nothing here clearly shows ‘dog’. Best guesses below."


def test_that_the_best_match_is_offered_where_there_is_something_to_match(
    header: ResultsHeader, results: Made
) -> None:
    header.show_all(38_000, ALL_READ)
    assert _offered(header) == ["Newest first", "Oldest first", "Name", "Rating"]
    assert header.order_button.text() == "Newest first"

    header.show_results(results(214, 37), requested("dog"))
    assert _offered(header) == ["Best match", "Newest first", "Oldest first", "Name", "Rating"]
    assert header.order_button.text() == "Best match"
    assert header.order_button.accessibleName() == "Sorted by: Best match"


def test_that_an_order_stays_chosen(header: ResultsHeader, results: Made, qtbot: QtBot) -> None:
    header.show_results(results(214, 37), requested("dog"))
    with qtbot.waitSignal(header.order_chosen) as chosen:
        next(one for one in header.order_button.choices if one.text() == "Rating").trigger()
    assert chosen.args == [PhotoOrder.RATING]

    header.show_all(38_000, ALL_READ)

    assert header.order_button.text() == "Rating"
    assert [one.text() for one in header.order_button.choices if one.isChecked()] == ["Rating"]


def _offered(header: ResultsHeader) -> list[str]:
    return [one.text() for one in header.order_button.choices]


def test_that_a_search_before_anything_is_read_says_so(
    header: ResultsHeader, results: Made
) -> None:
    nothing = results(0, 0, total=0, coverage=Coverage(0, 38_000))
    header.show_results(nothing, requested("dog"))
    assert "No photo has been read yet" in header.message


def test_that_buttons_of_the_last_search_go_with_it(header: ResultsHeader, results: Made) -> None:
    header.show_results(results(200, 0), requested("giraffe from:2019"))
    header.show_results(results(214, 37), requested("dog from:2019"))
    assert header.broaden_buttons == []
    assert header.message == ""


def test_that_new_photos_are_shown_on_request(header: ResultsHeader, qtbot: QtBot) -> None:
    assert not header.new_button.isVisible()
    header.show_new(1)
    assert header.new_button.text() == "1 new photo – show it"
    header.show_new(12)
    assert header.new_button.text() == "12 new photos – show them"
    with qtbot.waitSignal(header.refresh_requested):
        QTest.mouseClick(header.new_button, Qt.MouseButton.LeftButton)
    assert not header.new_button.isVisible()


def test_that_new_results_hold_the_new_photos(header: ResultsHeader, results: Made) -> None:
    header.show_new(12)
    header.show_results(results(214, 37), requested("dog"))
    assert not header.new_button.isVisible()


def test_that_the_slider_changes_the_size_and_following_the_grid_signals_nothing(
    header: ResultsHeader,
) -> None:
    slider = header.size_slider
    assert slider.accessibleName() == "Photo size"
    emitted: list[int] = []
    header.cell_size_changed.connect(emitted.append)
    header.set_cell_size(240)
    assert (slider.value(), emitted) == (240, [])
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert emitted == [slider.value()]
    assert emitted[0] > 240
    QTest.keyClick(slider, Qt.Key.Key_Home)
    QTest.keyClick(slider, Qt.Key.Key_End)
    assert emitted[-2:] == [MIN_CELL, MAX_CELL]


def test_that_rows_and_squares_take_turns(header: ResultsHeader) -> None:
    in_rows, in_squares = header.arrangement_buttons
    assert (in_rows.accessibleName(), in_squares.accessibleName()) == ("Rows", "Squares")
    emitted: list[str] = []
    header.arrangement_changed.connect(emitted.append)
    QTest.mouseClick(in_squares, Qt.MouseButton.LeftButton)
    QTest.keyClick(in_rows, Qt.Key.Key_Space)
    assert emitted == ["squares", "justified"]
    header.set_arrangement("squares")
    assert in_squares.isChecked()
    assert not in_rows.isChecked()
    assert len(emitted) == 2


@pytest.mark.parametrize("width", [560, 660, 900, 1600])
def test_that_no_text_is_cut_off(results: Made, qtbot: QtBot, width: int) -> None:
    host, header = QWidget(), ResultsHeader()
    column = QVBoxLayout(host)
    column.addWidget(header)
    column.addStretch()
    qtbot.addWidget(host)
    host.resize(width, 400)
    host.show()
    request = requested("giraffe " * 20 + 'from:2019 -tag:work folder:"Pictures of the journey"')
    header.show_results(results(200, 0, filtered=True, coverage=HALF_READ), request)
    header.show_new(12_345)
    qtbot.waitUntil(lambda: all(_fits(button) for button in header.broaden_buttons))
    labels = [label for label in header.findChildren(QLabel) if label.text()]
    for shown in [*labels, *header.broaden_buttons, header.new_button]:
        place = shown.rect().translated(shown.mapTo(header, QPoint(0, 0)))
        assert header.rect().contains(place), shown
        qtbot.waitUntil(partial(_fits, shown))


def _fits(widget: QWidget) -> bool:
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.heightForWidth(widget.width()) <= widget.height()
    return widget.sizeHint().width() <= widget.width()
