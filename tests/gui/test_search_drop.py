"""Pictures, folders and words dropped on the window, and pasted into it."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QImage,
)
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from photofind.gui.search import kept_pictures
from photofind.gui.search.drop import MOST_PICTURES, DropOverlay
from tests.gui.silent_disk import silent_disk as silent_disk


@dataclass
class Harness:
    """A window that takes drops, and what it told."""

    window: QWidget
    overlay: DropOverlay
    kept: Path
    pictures: list[Path] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    noticed: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def drag(self, held: QMimeData) -> bool:
        """Whether the window would take it."""
        enter = QDragEnterEvent(QPoint(20, 20), *_carrying(held))
        QApplication.sendEvent(self.window, enter)
        move = QDragMoveEvent(QPoint(30, 30), *_carrying(held))
        if enter.isAccepted():
            QApplication.sendEvent(self.window, move)
        return enter.isAccepted() and move.isAccepted()

    def says(self, text: str) -> bool:
        """Whether the overlay says so by now."""
        return self.overlay.text == text

    def drop(self, held: QMimeData) -> None:
        assert self.drag(held)
        QApplication.sendEvent(self.window, QDropEvent(QPointF(30, 30), *_carrying(held)))


def _carrying(
    held: QMimeData,
) -> tuple[Qt.DropAction, QMimeData, Qt.MouseButton, Qt.KeyboardModifier]:
    """What every event of a drag is made with, after its place."""
    return (
        Qt.DropAction.CopyAction,
        held,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )


@pytest.fixture
def harness(qtbot: QtBot, tmp_path: Path) -> Iterator[Harness]:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 600)
    overlay = DropOverlay(tmp_path / "kept", window)
    made = Harness(window, overlay, tmp_path / "kept")
    overlay.pictures_dropped.connect(made.pictures.extend)
    overlay.folders_dropped.connect(made.folders.extend)
    overlay.refused.connect(made.refused.append)
    overlay.noticed.connect(made.noticed.append)
    overlay.text_offered.connect(made.texts.append)
    window.show()
    qtbot.waitExposed(window)
    yield made
    overlay.close_lanes()


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    def made(name: str) -> Path:
        path = tmp_path / name
        path.write_bytes(b"no matter")
        return path

    return made


File = Callable[[str], Path]


def test_that_one_picture_is_invited_and_searched_with(
    harness: Harness, file: File, qtbot: QtBot
) -> None:
    held = _files(file("beach.JPG"))
    assert harness.drag(held)
    assert harness.overlay.isVisible()
    qtbot.waitUntil(lambda: harness.says("Drop a picture to find photos like it"))
    assert harness.overlay.geometry() == harness.window.rect()
    harness.drop(held)
    assert not harness.overlay.isVisible()
    qtbot.waitUntil(lambda: harness.pictures == [file("beach.JPG")])
    assert not harness.overlay.isVisible()
    assert harness.noticed == []


def test_that_several_pictures_are_searched_with_together(
    harness: Harness, file: File, qtbot: QtBot
) -> None:
    held = _files(file("notes.txt"), file("one.jpg"), file("two.png"))
    harness.drag(held)
    qtbot.waitUntil(lambda: harness.says("Drop to find photos like these 2 pictures"))
    with qtbot.waitSignal(harness.overlay.pictures_dropped) as dropped:
        harness.drop(held)
    assert dropped.args == [[file("one.jpg"), file("two.png")]]
    assert harness.noticed == []


def test_that_of_very_many_pictures_the_first_are_taken_and_counted(
    harness: Harness, file: File, qtbot: QtBot
) -> None:
    pictures = [file(f"{number}.jpg") for number in range(MOST_PICTURES + 2)]
    harness.drag(_files(*pictures))
    qtbot.waitUntil(lambda: harness.says("Drop to find photos like the first 10 of 12 pictures"))
    harness.drop(_files(*pictures))
    qtbot.waitUntil(lambda: harness.pictures == pictures[:MOST_PICTURES])
    assert harness.noticed == ["Searching with the first 10 of 12 pictures."]


def test_that_folders_are_offered_to_the_library(
    harness: Harness, tmp_path: Path, file: File, qtbot: QtBot
) -> None:
    folders = [tmp_path / "Italy", tmp_path / "2019.jpg"]
    for folder in folders:
        folder.mkdir()
    held = _files(*folders, file("beach.jpg"))
    harness.drag(held)
    qtbot.waitUntil(lambda: harness.says("Drop folders to add them to your library"))
    harness.drop(held)
    qtbot.waitUntil(lambda: harness.folders == folders)
    assert harness.pictures == []


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("notes.txt", "‘notes.txt’ is not a picture."),
        ("layers.psd", "Photofind cannot read Photoshop (PSD) pictures yet."),
    ],
)
def test_that_what_is_no_picture_is_refused_with_the_reason(
    harness: Harness, file: File, name: str, reason: str, qtbot: QtBot
) -> None:
    held = _files(file(name))
    harness.drag(held)
    qtbot.waitUntil(lambda: harness.says(reason))
    harness.drop(held)
    qtbot.waitUntil(lambda: harness.refused == [reason])
    assert harness.pictures == []


def test_that_a_file_that_is_gone_is_refused(
    harness: Harness, tmp_path: Path, qtbot: QtBot
) -> None:
    harness.overlay.paste(_files(tmp_path / "gone.jpg"))
    qtbot.waitUntil(lambda: harness.refused == ["‘gone.jpg’ is not there any more."])


@pytest.fixture
def soon_silent(silent_disk: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that does not answer, which counts as silent in no time."""
    monkeypatch.setattr("photofind.gui.disk_lane.DISK_ANSWERS_S", 0.4)
    return silent_disk


def test_that_a_disk_that_does_not_answer_is_said(
    soon_silent: Path, harness: Harness, qtbot: QtBot
) -> None:
    held, said = _files(soon_silent / "beach.jpg"), "The disk of ‘beach.jpg’ does not answer."
    assert harness.drag(held)
    assert harness.overlay.isVisible()
    qtbot.waitUntil(lambda: harness.says(said), timeout=30_000)

    harness.drop(held)

    qtbot.waitUntil(lambda: bool(harness.refused), timeout=30_000)
    assert harness.refused == [f"{said} See whether it is connected, and try again."]
    assert harness.pictures == []


def test_that_a_disk_that_does_not_answer_holds_up_no_other_drop(
    silent_disk: Path, harness: Harness, file: File, qtbot: QtBot
) -> None:
    harness.drop(_files(silent_disk / "silent.jpg"))

    harness.drop(_files(file("beach.jpg")))

    qtbot.waitUntil(lambda: harness.pictures == [file("beach.jpg")], timeout=30_000)


def test_that_a_drag_holds_up_and_ends_nothing_that_was_dropped_before(
    silent_disk: Path, harness: Harness, file: File, qtbot: QtBot
) -> None:
    harness.overlay.paste(_files(file("beach.jpg")))
    harness.drag(_files(silent_disk / "silent.jpg"))
    QApplication.sendEvent(harness.window, QDragLeaveEvent())

    qtbot.waitUntil(lambda: harness.pictures == [file("beach.jpg")], timeout=30_000)
    assert not harness.overlay.isVisible()


def test_that_nothing_is_fetched_from_the_web(harness: Harness) -> None:
    held = QMimeData()
    held.setUrls([QUrl("https://example.org/beach.jpg")])
    harness.drop(held)
    assert harness.refused[0].startswith("This picture is on the web.")
    assert harness.pictures == []


def test_that_a_picture_from_a_browser_is_kept_and_searched_with(
    harness: Harness, qtbot: QtBot
) -> None:
    held = _image("teal")
    held.setUrls([QUrl("https://example.org/beach.jpg")])
    with qtbot.waitSignal(harness.overlay.pictures_dropped):
        harness.drop(held)
    assert harness.refused == []
    assert QImage(str(harness.pictures[0])).pixelColor(3, 3) == QColor("teal")


def test_that_the_same_picture_pasted_twice_is_kept_once(harness: Harness, qtbot: QtBot) -> None:
    for colour in ("teal", "teal", "brown"):
        with qtbot.waitSignal(harness.overlay.pictures_dropped):
            harness.overlay.paste(_image(colour))
    assert harness.pictures[0] == harness.pictures[1] != harness.pictures[2]
    assert sorted(harness.kept.iterdir()) == sorted(set(harness.pictures))


def test_that_the_oldest_kept_pictures_go(tmp_path: Path) -> None:
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    kept = []
    for shade in range(kept_pictures.KEPT + 5):
        image.fill(QColor(shade, 0, 0))
        kept.append(kept_pictures.keep_picture(image, tmp_path))
        # Clocks of files are coarse: several would be as old as one another.
        os.utime(kept[-1], (shade, shade))
    assert sorted(tmp_path.iterdir()) == sorted(kept[-kept_pictures.KEPT :])


def test_that_a_picture_that_cannot_be_kept_is_refused_with_the_reason(
    harness: Harness, qtbot: QtBot
) -> None:
    harness.kept.write_text("a file where a folder belongs")
    with qtbot.waitSignal(harness.overlay.refused):
        harness.overlay.paste(_image("teal"))
    assert harness.refused[0].startswith("This picture cannot be kept")
    assert harness.pictures == []


def test_that_words_are_searched_for(harness: Harness) -> None:
    held = QMimeData()
    held.setText("a dog\non a beach ")
    harness.drop(held)
    harness.overlay.paste(held)
    assert harness.texts == ["a dog on a beach"] * 2


def test_that_an_empty_clipboard_is_said(harness: Harness) -> None:
    harness.overlay.paste(QMimeData())
    assert harness.refused == ["There is no picture and no text to search with."]


def test_that_a_drag_of_something_else_is_left_alone(harness: Harness) -> None:
    held = QMimeData()
    held.setData("application/x-something", b"1")
    assert not harness.drag(held)
    assert not harness.overlay.isVisible()


def test_that_the_invitation_goes_when_the_drag_leaves(harness: Harness, file: File) -> None:
    harness.drag(_files(file("beach.jpg")))
    QApplication.sendEvent(harness.window, QDragLeaveEvent())
    assert not harness.overlay.isVisible()


def test_that_the_invitation_follows_the_window(harness: Harness, file: File) -> None:
    harness.drag(_files(file("beach.jpg")))
    harness.window.resize(1200, 700)
    assert harness.overlay.geometry() == harness.window.rect()


class _OwnEnter(QDragEnterEvent):
    """As Qt reports a drag that began in this program."""

    def __init__(self, held: QMimeData, source: QWidget) -> None:
        super().__init__(QPoint(20, 20), *_carrying(held))
        self._source = source

    def source(self) -> QWidget:
        return self._source


class _OwnDrop(QDropEvent):
    def __init__(self, held: QMimeData, source: QWidget) -> None:
        super().__init__(QPointF(20, 20), *_carrying(held))
        self._source = source

    def source(self) -> QWidget:
        return self._source


def test_that_photos_dragged_from_the_grid_are_left_alone(harness: Harness, file: File) -> None:
    held = _files(file("beach.jpg"))
    for event in (_OwnEnter(held, harness.window), _OwnDrop(held, harness.window)):
        assert harness.overlay.eventFilter(harness.window, event)
        assert not event.isAccepted()
    assert not harness.overlay.isVisible()
    assert harness.pictures == []


def test_that_other_events_of_the_window_pass(harness: Harness) -> None:
    assert not harness.overlay.eventFilter(harness.window, QEvent(QEvent.Type.Enter))


def _files(*paths: Path) -> QMimeData:
    held = QMimeData()
    held.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return held


def _image(colour: str) -> QMimeData:
    image = QImage(16, 16, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    held = QMimeData()
    held.setImageData(image)
    return held
