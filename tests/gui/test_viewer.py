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
from tests.gui.viewer_harness import MIDDLE, Harness
from tests.gui.viewer_harness import harness as harness

PATIENCE_S = 5.0
"""Longer than a test waits for a signal: a lane that is held must end with a test that failed."""


def test_that_a_photo_is_shown_as_large_as_the_view(harness: Harness) -> None:
    harness.open()
    assert harness.viewer.current == 20
    assert harness.viewer.canvas.photo_size == QSize(*PHOTO)
    shown = harness.viewer.canvas.to_view((0, 0, *PHOTO))
    side = max(shown.width(), shown.height())
    assert harness.album.pictures[0][1] == pytest.approx(side, abs=1)
    assert harness.viewer.canvas.is_fitted


def test_that_the_thumbnail_stands_in_until_the_picture_comes(harness: Harness) -> None:
    harness.album.hold()
    harness.viewer.open_row(MIDDLE)
    harness.qtbot.waitUntil(lambda: harness.thumbnails.cached(PhotoId(20)) is not None)
    assert not harness.viewer.canvas.has_picture
    stand_in = harness.viewer.canvas.grab().toImage()
    assert len({stand_in.pixel(x, y) for x in range(200, 700, 50) for y in (200, 300)}) > 3
    harness.album.let_go()
    harness.wait_for_picture()


def test_that_keys_go_through_the_photos(harness: Harness) -> None:
    harness.open()
    shown: list[PhotoId] = []
    harness.viewer.current_changed.connect(shown.append)
    harness.press(
        Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp
    )
    assert shown == [21, 22, 21, 22, 21]
    harness.press(Qt.Key.Key_End, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_Left)
    assert shown[5:] == [40, 1]


def test_that_the_top_line_says_which_photo_it_is(harness: Harness) -> None:
    harness.open(2)
    assert harness.viewer.top_line.position_text == "3 of 40"
    harness.qtbot.waitUntil(lambda: harness.viewer.top_line.name_text == path_of(PhotoId(3)).name)
    assert harness.viewer.canvas.accessibleName() == path_of(PhotoId(3)).name


def test_that_a_click_into_the_strip_shows_that_photo(harness: Harness) -> None:
    harness.open()
    strip = harness.viewer.filmstrip
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=strip.rect_of(MIDDLE + 2).center())
    assert harness.viewer.current == 22
    assert strip.current == MIDDLE + 2
    harness.press(Qt.Key.Key_Right)
    assert harness.viewer.current == 23


def test_that_the_next_photo_is_loaded_before_its_request(harness: Harness) -> None:
    harness.open()
    harness.qtbot.waitUntil(lambda: len(harness.album.requested) == 3)
    assert harness.album.requested == [20, 21, 19]
    # The next photo was loaded before the previous one was even requested.
    QApplication.processEvents()
    harness.press(Qt.Key.Key_Right)
    assert harness.viewer.canvas.has_picture


def test_that_going_back_loads_the_one_behind_first(harness: Harness) -> None:
    harness.open()
    harness.qtbot.waitUntil(lambda: len(harness.album.requested) == 3)
    harness.viewer.open_row(9)
    harness.qtbot.waitUntil(lambda: len(harness.album.requested) == 6)
    assert harness.album.requested[3:] == [10, 9, 11]


def test_that_only_the_last_of_fifty_flips_is_loaded(harness: Harness) -> None:
    harness.model.show(rows_of(60), None)
    harness.album.hold()
    harness.viewer.open_row(0)
    harness.qtbot.waitUntil(lambda: harness.album.requested == [1])
    harness.press(*[Qt.Key.Key_Right] * 50)
    harness.album.let_go()
    harness.wait_for_picture()
    assert harness.viewer.current == 51
    assert harness.album.requested[:2] == [1, 51]
    harness.qtbot.waitUntil(lambda: harness.viewer.top_line.name_text == path_of(PhotoId(51)).name)


def test_that_zooming_in_loads_more_pixels_and_moves_nothing(harness: Harness) -> None:
    harness.open()
    at = QPoint(500, 300)
    QTest.mouseDClick(harness.viewer.canvas, Qt.MouseButton.LeftButton, pos=at)
    before = harness.viewer.canvas.to_photo(QPointF(at))
    harness.qtbot.waitUntil(lambda: (20, PHOTO[0]) in harness.album.pictures)
    coarse = harness.viewer.canvas.grab().toImage()
    harness.qtbot.waitUntil(lambda: harness.viewer.canvas.grab().toImage() != coarse)
    after = harness.viewer.canvas.to_photo(QPointF(at))
    assert (after.x(), after.y()) == pytest.approx((before.x(), before.y()))


def test_that_arrows_pan_a_zoomed_photo_and_do_not_leave_it(harness: Harness) -> None:
    harness.open()
    harness.press(Qt.Key.Key_1, Qt.Key.Key_Right)
    assert harness.viewer.current == 20
    harness.press(Qt.Key.Key_0, Qt.Key.Key_Right)
    assert harness.viewer.current == 21


def test_that_escape_leaves_by_way_of_the_details(harness: Harness) -> None:
    harness.open()
    harness.qtbot.waitUntil(lambda: harness.viewer.top_line.name_text != "")
    harness.viewer.focus_tags()
    assert harness.viewer.inspector.isVisible()
    with harness.qtbot.assertNotEmitted(harness.viewer.left):
        harness.press(Qt.Key.Key_Escape)
    with harness.qtbot.waitSignal(harness.viewer.left):
        harness.press(Qt.Key.Key_Escape)


def test_that_the_details_come_and_go_with_a_key_and_with_the_button(harness: Harness) -> None:
    harness.open()
    toggled: list[bool] = []
    harness.viewer.details_toggled.connect(toggled.append)
    harness.press(Qt.Key.Key_I)
    assert harness.viewer.inspector.isVisible()
    QTest.mouseClick(harness.button("Details"), Qt.MouseButton.LeftButton)
    assert not harness.viewer.inspector.isVisible()
    assert toggled == [True, False]


def test_that_a_request_names_the_photo(harness: Harness) -> None:
    harness.open()
    for signal, key, args in (
        (harness.viewer.similar_requested, Qt.Key.Key_S, [20]),
        (harness.viewer.example_given, Qt.Key.Key_M, [20, True]),
        (harness.viewer.tag_requested, Qt.Key.Key_T, [[20]]),
        (harness.viewer.trash_requested, Qt.Key.Key_Delete, [[20]]),
        (harness.viewer.region_requested, Qt.Key.Key_R, []),
    ):
        with harness.qtbot.waitSignal(signal) as requested:
            harness.press(key)
        assert requested.args == args
    for words, signal in (
        ("Find similar", harness.viewer.similar_requested),
        ("Tag", harness.viewer.tag_requested),
        ("Region", harness.viewer.region_requested),
        ("Back", harness.viewer.left),
    ):
        with harness.qtbot.waitSignal(signal):
            QTest.mouseClick(harness.button(words), Qt.MouseButton.LeftButton)
    with harness.qtbot.waitSignal(harness.viewer.example_given) as given:
        QTest.keyClick(harness.viewer.canvas, Qt.Key.Key_M, Qt.KeyboardModifier.ShiftModifier)
    assert given.args == [20, False]
    with harness.qtbot.waitSignal(harness.viewer.copy_requested) as copied:
        QTest.keyClick(harness.viewer.canvas, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert copied.args == [[20]]


def test_that_a_region_waits_for_the_picture(harness: Harness) -> None:
    harness.album.hold()
    harness.viewer.open_row(MIDDLE)
    with harness.qtbot.assertNotEmitted(harness.viewer.region_requested):
        harness.press(Qt.Key.Key_R)
    with harness.qtbot.waitSignal(harness.viewer.region_requested):
        harness.album.let_go()
    assert harness.viewer.canvas.has_picture


def test_that_a_region_waits_until_the_photos_file_is_known(harness: Harness) -> None:
    describe, known = harness.album.describe, threading.Event()

    def describe_later(photo_id: PhotoId) -> PhotoDetails | None:
        known.wait(PATIENCE_S)
        return describe(photo_id)

    harness.album.describe = describe_later
    harness.viewer.open_row(MIDDLE)
    harness.wait_for_picture()
    with harness.qtbot.assertNotEmitted(harness.viewer.region_requested):
        harness.press(Qt.Key.Key_R)
    with harness.qtbot.waitSignal(harness.viewer.region_requested):
        known.set()
    assert harness.viewer.path is not None


def test_that_a_region_requested_on_another_photo_is_dropped(harness: Harness) -> None:
    harness.album.hold()
    harness.viewer.open_row(MIDDLE)
    harness.press(Qt.Key.Key_R, Qt.Key.Key_Right)
    with harness.qtbot.assertNotEmitted(harness.viewer.region_requested):
        harness.album.let_go()
        harness.wait_for_picture()


def test_that_a_photo_out_of_reach_stays_grey_and_says_where_it_is(harness: Harness) -> None:
    harness.model.show(rows_of(40, offline=(20,)), None)
    harness.album.offline.add(PhotoId(20))
    harness.viewer.open_row(MIDDLE)
    canvas = harness.viewer.canvas
    harness.qtbot.waitUntil(
        lambda: canvas.accessibleDescription() == "on ‘Backup SSD’, not connected"
    )
    harness.qtbot.waitUntil(lambda: harness.thumbnails.cached(PhotoId(20), grey=True) is not None)
    image = canvas.grab().toImage()
    colours = [image.pixelColor(x, y) for x in range(100, 800, 50) for y in range(20, 350, 30)]
    inside = [one for one in colours if one.value() > 60]
    assert inside
    assert all(one.saturation() < 10 for one in inside)
    assert harness.album.pictures == []
    assert not harness.button("Region").isEnabled()


def test_that_a_photo_that_is_back_is_loaded_whatever_the_row_says(harness: Harness) -> None:
    harness.model.show(rows_of(40, offline=(20,)), None)
    harness.open()
    assert harness.album.requested[0] == 20


def test_that_an_unreadable_photo_says_why_over_its_thumbnail(harness: Harness) -> None:
    error = BadInputError("‘IMG_0020.jpg’ could not be read.", "Copy it again.")
    harness.album.errors[PhotoId(20)] = error
    harness.viewer.open_row(MIDDLE)
    canvas = harness.viewer.canvas
    said = f"{error.message}\n{error.hint}"
    harness.qtbot.waitUntil(lambda: canvas.accessibleDescription() == said)
    harness.qtbot.waitUntil(lambda: harness.viewer.top_line.name_text != "")
    assert canvas.accessibleDescription() == said
    assert not harness.button("Region").isEnabled()
    harness.press(Qt.Key.Key_Right)
    harness.wait_for_picture()
    assert canvas.accessibleDescription() == ""
    assert harness.button("Region").isEnabled()


def test_that_a_photo_taken_away_makes_room_for_the_next(harness: Harness) -> None:
    harness.open()
    harness.model.remove([PhotoId(20)])
    assert harness.viewer.current == 21
    assert harness.viewer.top_line.position_text == "20 of 39"
    harness.press(Qt.Key.Key_End)
    harness.model.remove([PhotoId(40)])
    assert harness.viewer.current == 39


def test_that_the_viewer_is_left_when_the_last_photo_goes(harness: Harness) -> None:
    harness.model.show(rows_of(1), None)
    harness.open(0)
    with harness.qtbot.waitSignal(harness.viewer.left):
        harness.model.remove([PhotoId(1)])


def test_that_new_photos_move_nothing_but_the_count(harness: Harness) -> None:
    harness.open()
    harness.model.append(rows_of(60))
    assert harness.viewer.current == 20
    assert harness.viewer.top_line.position_text == "20 of 100"


def test_that_tags_go_out_with_their_photo_and_come_back(harness: Harness) -> None:
    harness.open()
    harness.viewer.show_details(True)
    harness.qtbot.waitUntil(lambda: harness.viewer.inspector.tags.isVisible())
    tags = harness.viewer.inspector.tags
    for inner, outer in (
        (tags.confirmed, harness.viewer.tag_confirmed),
        (tags.rejected, harness.viewer.tag_rejected),
        (tags.removed, harness.viewer.tag_removed),
        (tags.added, harness.viewer.tag_added),
    ):
        with harness.qtbot.waitSignal(outer) as emitted:
            inner.emit("dog")
        assert emitted.args == [20, "dog"]
    harness.viewer.show_tags(PhotoId(20), [BEACH])
    names = [one.text() for one in tags.findChildren(QAbstractButton) if one.isVisible()]
    assert "dog" not in names
    harness.press(Qt.Key.Key_Right, Qt.Key.Key_Left)
    names = [one.text() for one in tags.findChildren(QAbstractButton) if one.isVisible()]
    assert "beach" in names
    assert "dog" not in names


def test_that_a_changed_photo_is_shown_anew(harness: Harness) -> None:
    harness.open()
    harness.qtbot.waitUntil(lambda: harness.viewer.top_line.name_text == "IMG_0020.jpg")
    requested = harness.album.requested.count(PhotoId(20))
    harness.album.describe = lambda _: details_of(PhotoId(77))
    harness.viewer.refresh([PhotoId(20)])
    harness.qtbot.waitUntil(lambda: harness.viewer.top_line.name_text == "IMG_0077.jpg")
    harness.qtbot.waitUntil(lambda: harness.album.requested.count(PhotoId(20)) == requested + 1)


def test_that_a_changed_photo_keeps_its_pixels_while_zoomed_in(harness: Harness) -> None:
    harness.open()
    harness.press(Qt.Key.Key_1)
    harness.qtbot.waitUntil(lambda: (20, PHOTO[0]) in harness.album.pictures)
    coarse = harness.viewer.canvas.grab().toImage()
    harness.qtbot.waitUntil(lambda: harness.viewer.canvas.grab().toImage() != coarse)
    harness.viewer.refresh([PhotoId(20)])
    harness.qtbot.waitUntil(lambda: harness.album.pictures.count((PhotoId(20), PHOTO[0])) == 2)
    assert harness.viewer.canvas.zoom == 1.0


def test_that_details_stay_chosen_while_the_viewer_is_away(harness: Harness) -> None:
    harness.viewer.show_details(True)
    harness.viewer.hide()
    assert harness.viewer.details_shown


def test_that_leaving_ends_loading_and_closes_nothing_shared(harness: Harness) -> None:
    harness.album.hold()
    harness.viewer.open_row(MIDDLE)
    harness.qtbot.waitUntil(lambda: harness.album.requested == [20])
    harness.press(Qt.Key.Key_Right)
    harness.viewer.hide()
    harness.album.let_go()
    with harness.qtbot.waitSignal(harness.thumbnails.loaded):
        harness.thumbnails.invalidate([PhotoId(1)])
        harness.thumbnails.get(PhotoId(1))
    assert harness.album.requested == [20]
    harness.model.remove([PhotoId(21)])
    harness.viewer.show()
    harness.open(0)
    assert harness.viewer.current == 1


def test_that_arrows_are_mirrored_where_people_read_from_the_right(harness: Harness) -> None:
    harness.viewer.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    harness.open()
    harness.press(Qt.Key.Key_Left)
    assert harness.viewer.current == 21


def test_that_nothing_is_cut_off_in_a_small_window(harness: Harness) -> None:
    harness.viewer.show_details(True)
    harness.open()
    for words in ("Back", "Find similar", "Tag", "Region", "Details"):
        button = harness.button(words)
        assert button.width() >= button.sizeHint().width()
        right = button.mapTo(harness.viewer, button.rect().topRight()).x()
        assert right < harness.viewer.width()
