"""Each key of the sheet, pressed on the whole window, does what the sheet says."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QGuiApplication, QImage, QKeySequence
from PySide6.QtWidgets import QLabel

from photofind.domain import PhotoId
from photofind.gui.shortcuts import ShortcutSheet, shortcuts
from tests.gui.window import states
from tests.gui.window.closed_library import suggest
from tests.gui.window.conftest import ALBUM, OpenWindow
from tests.gui.window.hands import Answering, press, type_in

Check = Callable[[OpenWindow], None]


@pytest.fixture
def library(library: Path) -> Path:
    suggest(library, states.SUGGESTED)
    return library


def _press(keys: str) -> None:
    combination: QKeyCombination = QKeySequence(keys)[0]  # type: ignore[index]  # it is, says Qt
    press(combination.key(), combination.keyboardModifiers())


def _writes(opened: OpenWindow) -> None:
    assert opened.window.bar.field.hasFocus()
    assert not opened.window.navigation.viewing


def _searches_with_the_copied_picture(opened: OpenWindow) -> None:
    opened.wait(lambda: bool(opened.window.bar.request.query.pictures))
    opened.wait(lambda: opened.window.model.sure is not None)


def _takes_the_tag_back(opened: OpenWindow) -> None:
    first = opened.shown()[:1]
    opened.wait(lambda: "Removed tag ‘trip’" in opened.window.photos.notice.text)
    (tags,) = opened.library.catalogue.tags.of(first)
    assert "trip" not in [tag.name for tag in tags]


def _tags_again(opened: OpenWindow) -> None:
    first = opened.shown()[:1]
    opened.wait(lambda: "trip" in [tag.name for tag in opened.library.catalogue.tags.of(first)[0]])
    opened.wait(lambda: "‘trip’ added" in opened.window.photos.notice.text)


def _opens_settings(opened: OpenWindow) -> None:
    dialog = opened.window.settings.dialog
    assert dialog is not None
    opened.wait(dialog.isVisible)
    dialog.reject()


def _fills_the_screen(opened: OpenWindow) -> None:
    assert opened.window.isFullScreen()
    _press("F11")
    assert not opened.window.isFullScreen()


def _goes_back_to_all_photos(opened: OpenWindow) -> None:
    """From the photo, the selection, the search."""
    _press("Esc")
    _press("Esc")
    opened.wait(lambda: opened.window.search_runner.request is None)


def _shows_the_keys(opened: OpenWindow) -> None:
    (sheet,) = opened.window.findChildren(ShortcutSheet)
    opened.wait(sheet.isVisible)
    said = [label.text() for label in sheet.findChildren(QLabel)]
    for _, group in shortcuts():
        assert all(one.does in said for one in group)
    sheet.reject()


def _opens_the_photo(opened: OpenWindow) -> None:
    assert opened.window.navigation.viewing
    assert opened.window.viewer.current == opened.shown()[0]


def _finds_similar_ones(opened: OpenWindow) -> None:
    opened.wait(lambda: opened.window.model.sure is not None)
    assert opened.window.bar.request.picture is not None


def _says_that_a_search_is_missing(opened: OpenWindow) -> None:
    assert opened.window.photos.notice.text.startswith("Search for something first.")


def _asks_for_a_tag(opened: OpenWindow) -> None:
    opened.wait(lambda: opened.window.editing.dialog is not None)
    dialog = opened.window.editing.dialog
    assert dialog is not None
    dialog.reject()


def _selects_all(opened: OpenWindow) -> None:
    assert opened.window.photos.grid.selected() == opened.shown()


def _copies(opened: OpenWindow) -> None:
    opened.wait(lambda: "1 photo copied." in opened.window.photos.notice.text)
    assert opened.window.photos.notice.isVisible()
    (url,) = QGuiApplication.clipboard().mimeData().urls()
    assert Path(url.toLocalFile()).is_file()


def _is_kept(opened: OpenWindow) -> None:
    kept = Answering("Keep")
    opened.wait(lambda: "Move this photo to the trash?" in kept.text)
    assert opened.window.model.rowCount() == ALBUM


def _is(cell_px: Callable[[int], bool]) -> Check:
    def check(opened: OpenWindow) -> None:
        grid = opened.window.photos.grid
        assert cell_px(grid.cell_size)
        assert opened.window.photos.header.size_slider.value() == grid.cell_size

    return check


def _sees(step: int) -> Check:
    def check(opened: OpenWindow) -> None:
        row = opened.shown().index(_photo_of(opened))
        assert opened.window.viewer.current == opened.shown()[row + step]

    return check


def _is_drawn(zoom: Callable[[float], bool]) -> Check:
    def check(opened: OpenWindow) -> None:
        assert zoom(opened.window.viewer.canvas.zoom)

    return check


def _photo_of(opened: OpenWindow) -> PhotoId:
    return next(one for one in opened.shown() if opened.path_of(one).name == states.PHOTO)


def _draws_boxes(opened: OpenWindow) -> None:
    opened.wait(opened.window.region.isVisible)


def _types_tags(opened: OpenWindow) -> None:
    assert opened.window.viewer.inspector.isVisible()
    type_in("lake")
    press(Qt.Key.Key_Return)
    photo = opened.window.viewer.current
    assert photo is not None
    opened.wait(
        lambda: "lake" in [tag.name for tag in opened.library.catalogue.tags.of([photo])[0]]
    )


def _shows_details(opened: OpenWindow) -> None:
    assert opened.window.viewer.inspector.isVisible()
    _press("I")
    assert not opened.window.viewer.inspector.isVisible()


def _fits(opened: OpenWindow) -> None:
    assert opened.window.viewer.canvas.is_fitted


def _decides(confirmed: list[str]) -> Check:
    def check(opened: OpenWindow) -> None:
        page = opened.window.review
        opened.wait(lambda: page.model.rowCount() == len(states.SUGGESTED["train"]) - 1)
        opened.wait(
            lambda: (
                [tag.name for tag in opened.library.catalogue.tags.counts() if tag.confirmed]
                == confirmed
            )
        )

    return check


EVERYWHERE: Mapping[str, Check] = {
    "Ctrl+K": _writes,
    "/": _writes,
    "Ctrl+V": _searches_with_the_copied_picture,
    "Ctrl+Z": _takes_the_tag_back,
    "Ctrl+Shift+Z": _tags_again,
    "Ctrl+,": _opens_settings,
    "F11": _fills_the_screen,
    "Esc": _goes_back_to_all_photos,
    "?": _shows_the_keys,
}
PHOTOS: Mapping[str, Check] = {
    "Enter": _opens_the_photo,
    "S": _finds_similar_ones,
    "M": _finds_similar_ones,
    "Shift+M": _says_that_a_search_is_missing,
    "T": _asks_for_a_tag,
    "Ctrl+A": _selects_all,
    "Ctrl+C": _copies,
    "Del": _is_kept,
    "Ctrl++": _is(lambda pixels: pixels > 200),
    "Ctrl+-": _is(lambda pixels: pixels < 200),
    "Ctrl+0": _is(lambda pixels: pixels == 200),
}
ONE_PHOTO: Mapping[str, Check] = {
    "Left": _sees(-1),
    "Right": _sees(1),
    "R": _draws_boxes,
    "S": _finds_similar_ones,
    "M": _finds_similar_ones,
    "Shift+M": _says_that_a_search_is_missing,
    "T": _types_tags,
    "I": _shows_details,
    "Ctrl+C": _copies,
    "Del": _is_kept,
    "Ctrl++": _is_drawn(lambda zoom: zoom > 2),
    "Ctrl+-": _is_drawn(lambda zoom: zoom < 2),
    "0": _fits,
    "1": _is_drawn(lambda zoom: zoom == pytest.approx(1)),
}
ZOOMING = ("0", "1", "Ctrl++", "Ctrl+-")
REVIEW: Mapping[str, Check] = {"Y": _decides(["train"]), "N": _decides([])}


def test_that_every_key_of_the_sheet_is_pressed_here() -> None:
    listed = [[one.keys for one in group] for _, group in shortcuts()]

    assert listed == [list(keys) for keys in (EVERYWHERE, PHOTOS, ONE_PHOTO, REVIEW)]


@pytest.mark.parametrize("keys", EVERYWHERE)
@pytest.mark.parametrize("state", [states.all_photos, states.viewer])
def test_that_a_key_works_everywhere(
    opened: OpenWindow, state: Callable[[OpenWindow], object], keys: str, drawn_album: Path
) -> None:
    picture = QImage(str(drawn_album / "City" / "picture-0004.jpg"))
    QGuiApplication.clipboard().setImage(picture)
    opened.window.tags.add(opened.shown()[:1], "trip")
    opened.wait(lambda: "‘trip’ added" in opened.window.photos.notice.text)
    if keys == "Esc":
        states.results(opened)
    state(opened)
    if keys == "Ctrl+Shift+Z":
        _press("Ctrl+Z")
        _takes_the_tag_back(opened)

    _press(keys)

    EVERYWHERE[keys](opened)


@pytest.mark.parametrize("keys", PHOTOS)
def test_that_a_key_works_on_photos(opened: OpenWindow, keys: str) -> None:
    states.all_photos(opened)
    opened.window.photos.set_cell_size(230 if keys == "Ctrl+0" else 200)

    _press(keys)

    PHOTOS[keys](opened)


@pytest.mark.parametrize("keys", ONE_PHOTO)
def test_that_a_key_works_on_one_photo(opened: OpenWindow, keys: str) -> None:
    # So small that a photo has to be made smaller to fit.
    opened.window.resize(opened.window.minimumSize())
    states.viewer(opened)
    opened.window.viewer.show_details(False)
    canvas = opened.window.viewer.canvas
    if keys in ZOOMING:
        canvas.zoom_by(2 / canvas.zoom)

    _press(keys)

    ONE_PHOTO[keys](opened)


@pytest.mark.parametrize("keys", REVIEW)
def test_that_a_key_works_on_suggested_tags(opened: OpenWindow, keys: str) -> None:
    states.review(opened)
    opened.window.review.grid.setFocus()
    press(Qt.Key.Key_Home)

    _press(keys)

    REVIEW[keys](opened)


@pytest.mark.parametrize("keys", ["/", "?", "S", "T"])
def test_that_keys_are_letters_where_one_writes(opened: OpenWindow, keys: str) -> None:
    press(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)

    type_in(keys)

    assert opened.window.bar.field.text() == keys
    assert opened.window.model.rowCount() == ALBUM
