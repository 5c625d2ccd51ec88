"""Searching in the whole window, as a person does, on real pictures."""

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from photofind.domain import PhotoId
from photofind.gui.search.order_menu import OrderButton
from photofind.gui.search.request import SearchRequest
from photofind.live.results import RegionOfPhoto
from photofind.search.parser import parse
from photofind.search.writing import written
from photofind.store.ordering import PhotoOrder
from tests.gui.window import states
from tests.gui.window.conftest import ALBUM, OpenWindow
from tests.gui.window.hands import CONTROL, NONE, SHIFT, drop, drop_data, press, search_for


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


def test_that_photos_become_examples_of_what_is_wanted_and_what_is_not(
    opened: OpenWindow, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(opened.window.search_runner.answered, timeout=20_000):
        search_for(opened.window, "a house ")
    wanted, unwanted = opened.shown()[3], opened.shown()[7]

    _press_on(opened, wanted, Qt.Key.Key_M)
    _press_on(opened, unwanted, Qt.Key.Key_M, SHIFT)

    more, less = opened.path_of(wanted), opened.path_of(unwanted)
    assert opened.window.search_runner.request == SearchRequest(
        parse(f'image:"{more}" -0.5:image:"{less}" a house')
    )
    chips = opened.window.bar.chips.chips
    assert [chip.text() for chip in chips] == [more.name, f"−{less.name} ×0.5"]
    assert opened.window.bar.field.text() == "a house"


def test_that_a_similar_photo_becomes_an_example_beside_the_next(opened: OpenWindow) -> None:
    search_for(opened.window, "folder:City ")
    opened.wait(lambda: opened.window.model.rowCount() < ALBUM)
    similar, wanted = opened.shown()[:2]
    _press_on(opened, similar, Qt.Key.Key_S)

    _press_on(opened, wanted, Qt.Key.Key_M)

    first, second = opened.path_of(similar), opened.path_of(wanted)
    assert opened.window.search_runner.request == SearchRequest(
        parse(f'0.5:image:"{first}" 0.5:image:"{second}" folder:City')
    )


def test_that_without_a_search_more_like_this_finds_similar_photos(opened: OpenWindow) -> None:
    photo = opened.shown()[4]

    _press_on(opened, photo, Qt.Key.Key_M)

    picture = opened.window.bar.request.picture
    assert picture is not None
    assert picture.source == photo
    assert opened.shown()[0] == photo


def test_that_without_a_search_there_is_nothing_to_have_less_of(opened: OpenWindow) -> None:
    before = opened.shown()
    states.focus_grid(opened)
    press(Qt.Key.Key_Home)

    press(Qt.Key.Key_M, SHIFT)

    assert opened.window.photos.notice.text.startswith("Search for something first.")
    assert opened.window.bar.request.empty
    assert opened.shown() == before


def test_that_a_part_of_a_photo_takes_no_examples(opened: OpenWindow) -> None:
    photo = opened.shown()[4]
    part = RegionOfPhoto(opened.path_of(photo), (0, 0, 40, 40))
    opened.window.pictures.search_region(part)
    opened.wait(lambda: opened.window.model.sure is not None)
    states.focus_grid(opened)
    press(Qt.Key.Key_Home)

    press(Qt.Key.Key_M)

    assert opened.window.photos.notice.text.startswith("A part of a photo cannot")
    picture = opened.window.bar.request.picture
    assert picture is not None
    assert picture.source == part


def test_that_two_photos_marked_at_once_are_both_examples(opened: OpenWindow) -> None:
    search_for(opened.window, "a house ")
    opened.wait(lambda: opened.window.model.sure is not None)
    photos = opened.shown()[2:4]

    for photo in photos:
        opened.window.pictures.add_example(photo, True)

    names = [f"{opened.path_of(photo).name} ×0.5" for photo in photos]
    opened.wait(lambda: [chip.text() for chip in opened.window.bar.chips.chips] == names)


def _press_on(
    opened: OpenWindow, photo: PhotoId, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE
) -> None:
    """Press a key on a photo in the grid, and wait for what it finds."""
    answered: list[object] = []
    opened.window.search_runner.answered.connect(lambda *found: answered.append(found))
    states.focus_grid(opened).make_current(photo)
    press(key, modifiers)
    opened.wait(lambda: len(answered) == 1)


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
