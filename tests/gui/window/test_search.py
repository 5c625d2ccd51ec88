"""Searching in the whole window, as a person does, on real pictures."""

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from photofind.gui.search.order_menu import OrderButton
from photofind.search.writing import written
from photofind.store.ordering import PhotoOrder
from tests.gui.window.conftest import ALBUM, OpenWindow
from tests.gui.window.hands import CONTROL, drop, drop_data, press, search_for


def test_that_typed_words_rank_the_photos(opened: OpenWindow, qtbot: QtBot) -> None:
    before = opened.shown()

    with qtbot.waitSignal(opened.window.search_runner.answered, timeout=20_000) as answered:
        search_for(opened.window, "a house")

    _, results = answered.args
    assert opened.shown() == results.rows.photo_ids.tolist()
    assert opened.shown() != before
    assert opened.window.photos.header.count_text


def test_that_a_typed_filter_becomes_a_chip_and_holds(opened: OpenWindow) -> None:
    search_for(opened.window, "folder:Winter ")

    opened.wait(lambda: written(opened.window.bar.request.query) == "folder:Winter")
    opened.wait(lambda: opened.window.model.rowCount() == 6)
    assert {opened.path_of(photo).parent.name for photo in opened.shown()} == {"Winter"}


def test_that_a_wrong_filter_keeps_what_was_found(opened: OpenWindow) -> None:
    search_for(opened.window, "folder:Winter ")
    opened.wait(lambda: opened.window.model.rowCount() == 6)

    search_for(opened.window, "from:yesterday ")

    opened.wait(lambda: "yesterday" in opened.window.bar.problem)
    assert opened.window.model.rowCount() == 6


def test_that_a_dropped_picture_finds_itself_first(opened: OpenWindow, drawn_album: Path) -> None:
    picture = drawn_album / "City" / "picture-0004.jpg"

    drop(opened.window, [picture])

    opened.wait(lambda: opened.window.model.sure is not None)
    assert opened.path_of(opened.shown()[0]) == picture
    (chip,) = opened.window.bar.chips.chips
    assert chip.text() == "picture-0004.jpg"
    opened.wait(lambda: chip.thumbnail is not None)


def test_that_several_dropped_pictures_are_searched_with_together(
    opened: OpenWindow, drawn_album: Path
) -> None:
    pictures = [drawn_album / "City" / f"picture-000{number}.jpg" for number in (4, 9)]

    drop(opened.window, pictures)

    opened.wait(lambda: opened.window.model.sure is not None)
    assert set(pictures) <= {opened.path_of(photo) for photo in opened.shown()[:4]}
    chips = opened.window.bar.chips.chips
    assert [chip.text() for chip in chips] == [picture.name for picture in pictures]
    opened.wait(lambda: all(chip.thumbnail is not None for chip in chips))


def test_that_a_dropped_text_is_searched_for(opened: OpenWindow, qtbot: QtBot) -> None:
    data = QMimeData()
    data.setText("a boat on the sea")

    with qtbot.waitSignal(opened.window.search_runner.answered, timeout=20_000) as answered:
        drop_data(opened.window, data)

    assert answered.args[0].query.only_text == "a boat on the sea"


def test_that_a_pasted_picture_is_searched_with(opened: OpenWindow, drawn_album: Path) -> None:
    picture = drawn_album / "City" / "picture-0004.jpg"
    QGuiApplication.clipboard().setImage(QImage(str(picture)))
    opened.window.photos.grid.setFocus()

    press(Qt.Key.Key_V, CONTROL)

    opened.wait(lambda: opened.window.model.sure is not None)
    assert opened.path_of(opened.shown()[0]) == picture


def test_that_dropped_folders_are_added(empty_window: OpenWindow, album: Path) -> None:
    drop(empty_window.window, [album])

    empty_window.wait(lambda: empty_window.window.model.rowCount() == ALBUM)
    assert [one.root.path for one in empty_window.library.catalogue.roots.summaries()] == [album]


def test_that_similar_photos_are_a_key_away(opened: OpenWindow) -> None:
    grid = opened.window.photos.grid
    grid.setFocus()
    grid.make_current(opened.shown()[4])
    wanted = opened.shown()[4]

    press(Qt.Key.Key_S)

    opened.wait(lambda: opened.window.model.sure is not None)
    assert opened.shown()[0] == wanted


def test_that_escape_leads_back_to_all_photos(opened: OpenWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(opened.window.search_runner.answered, timeout=20_000):
        search_for(opened.window, "a house")

    for _ in range(5):
        press(Qt.Key.Key_Escape)

    opened.wait(lambda: opened.window.model.sure is None)
    assert opened.window.search_runner.request is None
    assert opened.window.model.rowCount() == ALBUM
    assert opened.window.photos.grid.hasFocus()


def test_that_photos_are_sorted_as_chosen_until_another_order_is(
    opened: OpenWindow, qtbot: QtBot
) -> None:
    window = opened.window
    newest_first = opened.shown()
    button = window.photos.header.order_button

    _choose(button, PhotoOrder.OLDEST)
    opened.wait(lambda: opened.shown() != newest_first)
    assert opened.shown() == newest_first[::-1]

    with qtbot.waitSignal(window.search_runner.answered, timeout=20_000) as answered:
        search_for(window, "a house")
    assert answered.args[1].order is PhotoOrder.OLDEST
    found = opened.shown()
    assert found == [one for one in newest_first[::-1] if one in found]

    with qtbot.waitSignal(window.search_runner.answered, timeout=20_000) as answered:
        _choose(button, None)
    assert answered.args[1].order is None


def _choose(button: OrderButton, order: PhotoOrder | None) -> None:
    next(one for one in button.choices if one.data() is order).trigger()


def test_that_search_words_can_be_typed_from_anywhere(opened: OpenWindow) -> None:
    opened.window.photos.grid.setFocus()

    QTest.keyClick(opened.window, Qt.Key.Key_Slash)

    assert opened.window.bar.field.hasFocus()
