"""The viewer: one photo after another, by keys and mouse."""

import threading

import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication

from photofind.domain import PhotoId
from photofind.errors import BadInputError
from photofind.store.gallery import PhotoDetails
from tests.gui.viewer_album import BEACH, PHOTO, details_of, path_of, rows_of
from tests.gui.viewer_desk import MIDDLE, Desk
from tests.gui.viewer_desk import desk as desk

PATIENCE_S = 5.0
"""Longer than a test waits for a signal: a lane that is held must end with a test that failed."""


def test_that_a_photo_is_shown_as_large_as_the_view(desk: Desk) -> None:
    desk.open()
    assert desk.viewer.current == 20
    assert desk.viewer.canvas.photo_size == QSize(*PHOTO)
    shown = desk.viewer.canvas.to_view((0, 0, *PHOTO))
    side = max(shown.width(), shown.height())
    assert desk.album.pictures[0][1] == pytest.approx(side, abs=1)
    assert desk.viewer.canvas.is_fitted


def test_that_the_thumbnail_stands_in_until_the_picture_comes(desk: Desk) -> None:
    desk.album.hold()
    desk.viewer.open_row(MIDDLE)
    desk.qtbot.waitUntil(lambda: desk.thumbnails.held(PhotoId(20)) is not None)
    assert not desk.viewer.canvas.has_picture
    stand_in = desk.viewer.canvas.grab().toImage()
    assert len({stand_in.pixel(x, y) for x in range(200, 700, 50) for y in (200, 300)}) > 3
    desk.album.let_go()
    desk.wait_for_picture()


def test_that_keys_go_through_the_photos(desk: Desk) -> None:
    desk.open()
    shown: list[PhotoId] = []
    desk.viewer.current_changed.connect(shown.append)
    desk.press(
        Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp
    )
    assert shown == [21, 22, 21, 22, 21]
    desk.press(Qt.Key.Key_End, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_Left)
    assert shown[5:] == [40, 1]


def test_that_the_top_line_says_which_photo_it_is(desk: Desk) -> None:
    desk.open(2)
    assert desk.viewer.top_line.place_text == "3 of 40"
    desk.qtbot.waitUntil(lambda: desk.viewer.top_line.name_text == path_of(PhotoId(3)).name)
    assert desk.viewer.canvas.accessibleName() == path_of(PhotoId(3)).name


def test_that_a_click_into_the_strip_shows_that_photo(desk: Desk) -> None:
    desk.open()
    strip = desk.viewer.filmstrip
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=strip.rect_of(MIDDLE + 2).center())
    assert desk.viewer.current == 22
    assert strip.current == MIDDLE + 2
    desk.press(Qt.Key.Key_Right)
    assert desk.viewer.current == 23


def test_that_the_next_photo_is_loaded_before_it_is_asked_for(desk: Desk) -> None:
    desk.open()
    desk.qtbot.waitUntil(lambda: len(desk.album.asked) == 3)
    assert desk.album.asked == [20, 21, 19]
    # The next photo came before the one behind was asked for, be it only to the door.
    QApplication.processEvents()
    desk.press(Qt.Key.Key_Right)
    assert desk.viewer.canvas.has_picture


def test_that_going_back_loads_the_one_behind_first(desk: Desk) -> None:
    desk.open()
    desk.qtbot.waitUntil(lambda: len(desk.album.asked) == 3)
    desk.viewer.open_row(9)
    desk.qtbot.waitUntil(lambda: len(desk.album.asked) == 6)
    assert desk.album.asked[3:] == [10, 9, 11]


def test_that_only_the_last_of_fifty_flips_is_loaded(desk: Desk) -> None:
    desk.model.show(rows_of(60), None)
    desk.album.hold()
    desk.viewer.open_row(0)
    desk.qtbot.waitUntil(lambda: desk.album.asked == [1])
    desk.press(*[Qt.Key.Key_Right] * 50)
    desk.album.let_go()
    desk.wait_for_picture()
    assert desk.viewer.current == 51
    assert desk.album.asked[:2] == [1, 51]
    desk.qtbot.waitUntil(lambda: desk.viewer.top_line.name_text == path_of(PhotoId(51)).name)


def test_that_zooming_in_loads_more_pixels_and_moves_nothing(desk: Desk) -> None:
    desk.open()
    at = QPoint(500, 300)
    QTest.mouseDClick(desk.viewer.canvas, Qt.MouseButton.LeftButton, pos=at)
    before = desk.viewer.canvas.to_photo(QPointF(at))
    desk.qtbot.waitUntil(lambda: (20, PHOTO[0]) in desk.album.pictures)
    coarse = desk.viewer.canvas.grab().toImage()
    desk.qtbot.waitUntil(lambda: desk.viewer.canvas.grab().toImage() != coarse)
    after = desk.viewer.canvas.to_photo(QPointF(at))
    assert (after.x(), after.y()) == pytest.approx((before.x(), before.y()))


def test_that_arrows_pan_a_zoomed_photo_and_do_not_leave_it(desk: Desk) -> None:
    desk.open()
    desk.press(Qt.Key.Key_1, Qt.Key.Key_Right)
    assert desk.viewer.current == 20
    desk.press(Qt.Key.Key_0, Qt.Key.Key_Right)
    assert desk.viewer.current == 21


def test_that_escape_leaves_by_way_of_the_details(desk: Desk) -> None:
    desk.open()
    desk.qtbot.waitUntil(lambda: desk.viewer.top_line.name_text != "")
    desk.viewer.focus_tags()
    assert desk.viewer.inspector.isVisible()
    with desk.qtbot.assertNotEmitted(desk.viewer.left):
        desk.press(Qt.Key.Key_Escape)
    with desk.qtbot.waitSignal(desk.viewer.left):
        desk.press(Qt.Key.Key_Escape)


def test_that_the_details_come_and_go_with_a_key_and_with_the_button(desk: Desk) -> None:
    desk.open()
    toggled: list[bool] = []
    desk.viewer.details_toggled.connect(toggled.append)
    desk.press(Qt.Key.Key_I)
    assert desk.viewer.inspector.isVisible()
    QTest.mouseClick(desk.button("Details"), Qt.MouseButton.LeftButton)
    assert not desk.viewer.inspector.isVisible()
    assert toggled == [True, False]


def test_that_what_is_asked_for_names_the_photo(desk: Desk) -> None:
    desk.open()
    for signal, key, args in (
        (desk.viewer.similar_asked, Qt.Key.Key_S, [20]),
        (desk.viewer.tag_asked, Qt.Key.Key_T, [[20]]),
        (desk.viewer.trash_asked, Qt.Key.Key_Delete, [[20]]),
        (desk.viewer.region_asked, Qt.Key.Key_R, []),
    ):
        with desk.qtbot.waitSignal(signal) as asked:
            desk.press(key)
        assert asked.args == args
    for words, signal in (
        ("Find similar", desk.viewer.similar_asked),
        ("Tag", desk.viewer.tag_asked),
        ("Region", desk.viewer.region_asked),
        ("Back", desk.viewer.left),
    ):
        with desk.qtbot.waitSignal(signal):
            QTest.mouseClick(desk.button(words), Qt.MouseButton.LeftButton)
    with desk.qtbot.waitSignal(desk.viewer.copy_asked) as copied:
        QTest.keyClick(desk.viewer.canvas, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert copied.args == [[20]]


def test_that_a_region_waits_for_the_picture(desk: Desk) -> None:
    desk.album.hold()
    desk.viewer.open_row(MIDDLE)
    with desk.qtbot.assertNotEmitted(desk.viewer.region_asked):
        desk.press(Qt.Key.Key_R)
    with desk.qtbot.waitSignal(desk.viewer.region_asked):
        desk.album.let_go()
    assert desk.viewer.canvas.has_picture


def test_that_a_region_waits_until_the_photos_file_is_known(desk: Desk) -> None:
    describe, known = desk.album.describe, threading.Event()

    def describe_later(photo_id: PhotoId) -> PhotoDetails | None:
        known.wait(PATIENCE_S)
        return describe(photo_id)

    desk.album.describe = describe_later
    desk.viewer.open_row(MIDDLE)
    desk.wait_for_picture()
    with desk.qtbot.assertNotEmitted(desk.viewer.region_asked):
        desk.press(Qt.Key.Key_R)
    with desk.qtbot.waitSignal(desk.viewer.region_asked):
        known.set()
    assert desk.viewer.path is not None


def test_that_a_region_asked_for_on_another_photo_is_forgotten(desk: Desk) -> None:
    desk.album.hold()
    desk.viewer.open_row(MIDDLE)
    desk.press(Qt.Key.Key_R, Qt.Key.Key_Right)
    with desk.qtbot.assertNotEmitted(desk.viewer.region_asked):
        desk.album.let_go()
        desk.wait_for_picture()


def test_that_a_photo_out_of_reach_stays_grey_and_says_where_it_is(desk: Desk) -> None:
    desk.model.show(rows_of(40, offline=(20,)), None)
    desk.album.offline.add(PhotoId(20))
    desk.viewer.open_row(MIDDLE)
    canvas = desk.viewer.canvas
    desk.qtbot.waitUntil(lambda: canvas.accessibleDescription() == "on ‘Backup SSD’, not connected")
    desk.qtbot.waitUntil(lambda: desk.thumbnails.held(PhotoId(20), grey=True) is not None)
    image = canvas.grab().toImage()
    colours = [image.pixelColor(x, y) for x in range(100, 800, 50) for y in range(20, 350, 30)]
    inside = [one for one in colours if one.value() > 60]
    assert inside
    assert all(one.saturation() < 10 for one in inside)
    assert desk.album.pictures == []
    assert not desk.button("Region").isEnabled()


def test_that_a_photo_that_is_back_is_loaded_whatever_the_row_says(desk: Desk) -> None:
    desk.model.show(rows_of(40, offline=(20,)), None)
    desk.open()
    assert desk.album.asked[0] == 20


def test_that_an_unreadable_photo_says_why_over_its_thumbnail(desk: Desk) -> None:
    error = BadInputError("‘IMG_0020.jpg’ could not be read.", "Copy it again.")
    desk.album.errors[PhotoId(20)] = error
    desk.viewer.open_row(MIDDLE)
    canvas = desk.viewer.canvas
    said = f"{error.message}\n{error.hint}"
    desk.qtbot.waitUntil(lambda: canvas.accessibleDescription() == said)
    desk.qtbot.waitUntil(lambda: desk.viewer.top_line.name_text != "")
    assert canvas.accessibleDescription() == said
    assert not desk.button("Region").isEnabled()
    desk.press(Qt.Key.Key_Right)
    desk.wait_for_picture()
    assert canvas.accessibleDescription() == ""
    assert desk.button("Region").isEnabled()


def test_that_a_photo_taken_away_makes_room_for_the_next(desk: Desk) -> None:
    desk.open()
    desk.model.remove([PhotoId(20)])
    assert desk.viewer.current == 21
    assert desk.viewer.top_line.place_text == "20 of 39"
    desk.press(Qt.Key.Key_End)
    desk.model.remove([PhotoId(40)])
    assert desk.viewer.current == 39


def test_that_the_viewer_is_left_when_the_last_photo_goes(desk: Desk) -> None:
    desk.model.show(rows_of(1), None)
    desk.open(0)
    with desk.qtbot.waitSignal(desk.viewer.left):
        desk.model.remove([PhotoId(1)])


def test_that_new_photos_move_nothing_but_the_count(desk: Desk) -> None:
    desk.open()
    desk.model.append(rows_of(60))
    assert desk.viewer.current == 20
    assert desk.viewer.top_line.place_text == "20 of 100"


def test_that_tags_go_out_with_their_photo_and_come_back(desk: Desk) -> None:
    desk.open()
    desk.viewer.show_details(True)
    desk.qtbot.waitUntil(lambda: desk.viewer.inspector.tags.isVisible())
    tags = desk.viewer.inspector.tags
    for inner, outer in (
        (tags.confirmed, desk.viewer.tag_confirmed),
        (tags.rejected, desk.viewer.tag_rejected),
        (tags.removed, desk.viewer.tag_removed),
        (tags.added, desk.viewer.tag_added),
    ):
        with desk.qtbot.waitSignal(outer) as told:
            inner.emit("dog")
        assert told.args == [20, "dog"]
    desk.viewer.show_tags(PhotoId(20), [BEACH])
    names = [one.text() for one in tags.findChildren(QAbstractButton) if one.isVisible()]
    assert "dog" not in names
    desk.press(Qt.Key.Key_Right, Qt.Key.Key_Left)
    names = [one.text() for one in tags.findChildren(QAbstractButton) if one.isVisible()]
    assert "beach" in names
    assert "dog" not in names


def test_that_a_changed_photo_is_shown_anew(desk: Desk) -> None:
    desk.open()
    desk.qtbot.waitUntil(lambda: desk.viewer.top_line.name_text == "IMG_0020.jpg")
    asked = desk.album.asked.count(PhotoId(20))
    desk.album.describe = lambda _: details_of(PhotoId(77))
    desk.viewer.refresh([PhotoId(20)])
    desk.qtbot.waitUntil(lambda: desk.viewer.top_line.name_text == "IMG_0077.jpg")
    desk.qtbot.waitUntil(lambda: desk.album.asked.count(PhotoId(20)) == asked + 1)


def test_that_a_changed_photo_keeps_its_pixels_while_zoomed_in(desk: Desk) -> None:
    desk.open()
    desk.press(Qt.Key.Key_1)
    desk.qtbot.waitUntil(lambda: (20, PHOTO[0]) in desk.album.pictures)
    coarse = desk.viewer.canvas.grab().toImage()
    desk.qtbot.waitUntil(lambda: desk.viewer.canvas.grab().toImage() != coarse)
    desk.viewer.refresh([PhotoId(20)])
    desk.qtbot.waitUntil(lambda: desk.album.pictures.count((PhotoId(20), PHOTO[0])) == 2)
    assert desk.viewer.canvas.zoom == 1.0


def test_that_details_stay_chosen_while_the_viewer_is_away(desk: Desk) -> None:
    desk.viewer.show_details(True)
    desk.viewer.hide()
    assert desk.viewer.details_shown


def test_that_leaving_ends_loading_and_closes_nothing_shared(desk: Desk) -> None:
    desk.album.hold()
    desk.viewer.open_row(MIDDLE)
    desk.qtbot.waitUntil(lambda: desk.album.asked == [20])
    desk.press(Qt.Key.Key_Right)
    desk.viewer.hide()
    desk.album.let_go()
    with desk.qtbot.waitSignal(desk.thumbnails.loaded):
        desk.thumbnails.forget([PhotoId(1)])
        desk.thumbnails.get(PhotoId(1))
    assert desk.album.asked == [20]
    desk.model.remove([PhotoId(21)])
    desk.viewer.show()
    desk.open(0)
    assert desk.viewer.current == 1


def test_that_arrows_are_mirrored_where_people_read_from_the_right(desk: Desk) -> None:
    desk.viewer.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    desk.open()
    desk.press(Qt.Key.Key_Left)
    assert desk.viewer.current == 21


def test_that_nothing_is_cut_off_in_a_small_window(desk: Desk) -> None:
    desk.viewer.show_details(True)
    desk.open()
    for words in ("Back", "Find similar", "Tag", "Region", "Details"):
        button = desk.button(words)
        assert button.width() >= button.sizeHint().width()
        right = button.mapTo(desk.viewer, button.rect().topRight()).x()
        assert right < desk.viewer.width()
