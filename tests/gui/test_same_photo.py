"""The line that offers a photo the tags of its former file."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from photofind.domain import PhotoId
from photofind.gui.lanes import Lane
from photofind.gui.same_photo import SamePhotoLine, SamePhotoOffers
from photofind.gui.undo import UndoHistory
from photofind.store.continuity import Offer
from photofind.store.successions import Verdict
from tests.support.tagged_folder import TaggedFolder, jpeg, picture

OFFER = Offer(
    1,
    PhotoId(1),
    Path("/photos/beach.jpg"),
    PhotoId(2),
    Path("/photos/beach bright.jpg"),
    Verdict.SIMILAR,
    0.9,
    ("sea", "Crete"),
)


@pytest.fixture
def line(qtbot: QtBot) -> SamePhotoLine:
    line = SamePhotoLine()
    qtbot.addWidget(line)
    return line


def _button(line: SamePhotoLine, text: str) -> QPushButton:
    return next(one for one in line.findChildren(QPushButton) if one.text() == text)


def _click(qtbot: QtBot, line: SamePhotoLine, text: str) -> None:
    qtbot.mouseClick(_button(line, text), Qt.MouseButton.LeftButton)


def test_that_the_line_is_there_only_while_something_is_offered(line: SamePhotoLine) -> None:
    assert line.isHidden()
    line.show_offers([OFFER])
    assert not line.isHidden()
    for word in ("beach.jpg", "beach bright.jpg", "sea, Crete"):
        assert word in line.accessibleName()
    line.show_offers([])
    assert line.isHidden()


def test_that_an_offer_names_a_photo_by_its_unchanged_name(line: SamePhotoLine) -> None:
    line.show_offers([replace(OFFER, path=Path("/photos/beach.jpg"), verdict=Verdict.REPLACED)])

    assert line.accessibleName() == "Is beach.jpg still the photo that you tagged sea, Crete?"


def test_that_a_long_question_is_seen_whole_in_a_small_window(line: SamePhotoLine) -> None:
    name = "Screenshot of our holiday in Crete, second week {}.jpg"
    tags = tuple(f"tag {number}" for number in range(12))
    line.resize(760, line.height())
    line.show_offers(
        [replace(OFFER, former_path=Path(name.format(1)), path=Path(name.format(2)), tags=tags)]
    )
    line.show()
    line.resize(760, line.heightForWidth(760))

    text = line._text
    assert text.text() == (
        "Same photo? Screenshot of ou…cond week 1.jpg (tagged tag 0, tag 1, tag 2 and 9 more) "
        "and Screenshot of ou…cond week 2.jpg look alike."
    )
    assert text.height() >= text.heightForWidth(text.width())
    assert line.minimumSizeHint().width() <= 760
    for said in (text.toolTip(), line.accessibleName()):
        assert name.format(1) in said
        assert tags[-1] in said


def test_that_a_second_click_answers_the_next_offer(qtbot: QtBot, line: SamePhotoLine) -> None:
    answered: list[Offer] = []
    line.accepted.connect(answered.append)
    second = replace(OFFER, id=2)
    line.show_offers([OFFER, second])
    line.show()
    _click(qtbot, line, "Same photo")
    _click(qtbot, line, "Same photo")

    assert answered == [OFFER, second]
    assert line.isHidden()


def test_that_the_photo_can_be_looked_at(qtbot: QtBot, line: SamePhotoLine) -> None:
    line.show_offers([OFFER])
    with qtbot.waitSignal(line.opened) as opened:
        _click(qtbot, line, "Look at it")
    assert opened.args == [OFFER.photo]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[TaggedFolder]:
    """Whose photo a.jpg, tagged "sea", is gone, and looks like b.jpg."""
    with TaggedFolder(tmp_path) as library:
        photo = library.add("a.jpg", jpeg(picture(1)))
        library.add("other.jpg", jpeg(picture(2)))
        library.run()
        library.tag(photo, "sea")
        photo.unlink()
        library.add("b.jpg", jpeg(picture(1), quality=60))
        library.run()
        yield library


def test_that_an_answer_can_be_undone_and_done_again(
    qtbot: QtBot, line: SamePhotoLine, library: TaggedFolder
) -> None:
    continuity = library.engine.catalogue.continuity
    writer = Lane("writer")
    history = UndoHistory(writer)
    offers = SamePhotoOffers(continuity, line, history, writer)
    photo = library.folder / "b.jpg"
    offers.read()
    qtbot.waitUntil(lambda: not line.isHidden())

    with qtbot.waitSignal(history.done) as done:
        _click(qtbot, line, "Same photo")
    assert done.args == ["b.jpg has the tags sea now.", True]
    assert library.tags_at(photo) == {"sea"}
    for act, tags, said in (
        (history.undo, set(), "Asked again about b.jpg."),
        (history.redo, {"sea"}, "b.jpg has the tags sea now."),
        (history.undo, set(), "Asked again about b.jpg."),
    ):
        with qtbot.waitSignal(history.undone) as undone:
            act()
        assert undone.args == [said]
        assert library.tags_at(photo) == tags
    qtbot.waitUntil(lambda: not line.isHidden())
    assert len(continuity.offers()) == 1
    writer.close()
