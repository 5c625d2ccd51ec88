"""The details beside a photo."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel
from pytestqt.qtbot import QtBot

from photofind.domain import PhotoId, PhotoMetadata
from photofind.gui.viewer.about import where_it_is, zone
from photofind.gui.viewer.copyable_label import CopyableLabel
from photofind.gui.viewer.inspector import MOST_COPIES, WIDTH_PX, Inspector
from photofind.store.continuity import Followed
from photofind.store.successions import Verdict
from tests.gui.viewer_album import BEACH, ROOT, details_of, path_of

ONE = PhotoId(1)


@pytest.fixture
def inspector(qtbot: QtBot) -> Inspector:
    made = Inspector()
    qtbot.addWidget(made)
    made.resize(WIDTH_PX, 700)
    made.show()
    qtbot.waitExposed(made)
    return made


def said(inspector: Inspector) -> str:
    """Return all visible texts, elided or not."""
    QApplication.processEvents()
    labels = [label for label in inspector.findChildren(QLabel) if label.isVisible()]
    whole = [label.whole if isinstance(label, CopyableLabel) else label.text() for label in labels]
    return "\n".join(whole)


def button(inspector: Inspector, name: str) -> QAbstractButton:
    QApplication.processEvents()
    found = [
        one
        for one in inspector.findChildren(QAbstractButton)
        if one.isVisible() and name in (one.text(), one.accessibleName())
    ]
    assert len(found) == 1, f"{len(found)} buttons {name!r}"
    return found[0]


@pytest.mark.parametrize(
    ("verdict", "label", "words"),
    [
        (Verdict.EDITED, "Edited", "has the tags of the photo before"),
        (Verdict.ACCEPTED, "Edited", "has the tags of the photo before"),
        (Verdict.REPLACED, "Saved over another photo", "did not get the tags"),
    ],
)
def test_that_it_says_whether_tags_came_along(
    inspector: Inspector, verdict: Verdict, label: str, words: str
) -> None:
    before = Followed(verdict, "2026-11-20T12:00:00+00:00")
    inspector.show_details(replace(details_of(ONE), followed=before))
    text = said(inspector)

    assert {label} <= set(text.splitlines())
    assert words in text
    assert "2026" in text


@pytest.mark.parametrize("verdict", [Verdict.DECLINED, Verdict.SIMILAR])
def test_that_nothing_is_said_of_what_a_person_decides(
    inspector: Inspector, verdict: Verdict
) -> None:
    inspector.show_details(details_of(ONE))
    without = said(inspector)
    inspector.show_details(replace(details_of(ONE), followed=Followed(verdict, "")))

    assert said(inspector) == without


def test_that_everything_known_is_said(inspector: Inspector) -> None:
    inspector.show_details(details_of(ONE))
    text = said(inspector)
    for part in (
        "IMG_0001.jpg",
        str(ROOT / "2019"),
        "14",
        "2019",
        "UTC+02:00",
        "7.1 megapixels",
        "JPEG, 4.3 MB",
        "Nikon D750",
        "50mm f/1.8",
        "33.5000° S",
        "151.2500° E",
    ):
        assert part in text


def test_that_what_is_not_known_is_left_out_but_for_the_date(inspector: Inspector) -> None:
    inspector.show_details(details_of(ONE, metadata=PhotoMetadata()))
    text = said(inspector)
    assert "no date" in text
    for label in ("Camera", "Lens", "Place", "UTC", "also lies"):
        assert label not in text


def test_that_another_photo_leaves_nothing_of_the_one_before(inspector: Inspector) -> None:
    inspector.show_details(details_of(ONE, copies=3))
    inspector.show_details(details_of(PhotoId(2), metadata=PhotoMetadata(camera="Leica")))
    text = said(inspector)
    assert "Leica" in text
    assert "Nikon" not in text
    assert "IMG_0001" not in text
    assert "other places" not in text


def test_that_nothing_is_said_before_anything_is_known(inspector: Inspector) -> None:
    inspector.show_details(details_of(ONE))
    inspector.clear()
    assert said(inspector) == ""


def test_that_a_long_name_is_cut_in_the_middle_and_copied_whole(inspector: Inspector) -> None:
    details = details_of(ONE)
    name = "the long way down to the beach at noon, second attempt " * 2 + ".jpg"
    file = replace(details.files[0], path=ROOT / name)
    inspector.show_details(replace(details, files=(file,)))
    label = next(
        one
        for one in inspector.findChildren(CopyableLabel)
        if one.whole == name and one.isVisible()
    )
    assert label.text() != name
    assert label.text().startswith("the long")
    assert label.text().endswith(".jpg")
    assert label.toolTip() == str(ROOT / name)
    label.setSelection(0, len(label.text()))
    QTest.keyClick(label, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == name


def test_that_the_place_can_be_copied_with_the_keyboard(inspector: Inspector) -> None:
    inspector.show_details(details_of(ONE))
    QTest.keyClick(button(inspector, "Copy Place"), Qt.Key.Key_Space)
    assert QGuiApplication.clipboard().text() == "-33.500000, 151.250000"


def test_that_the_file_is_shown_in_its_folder(inspector: Inspector, qtbot: QtBot) -> None:
    inspector.show_details(details_of(ONE))
    with qtbot.waitSignal(inspector.folder_requested) as requested:
        QTest.mouseClick(button(inspector, "Show in folder"), Qt.MouseButton.LeftButton)
    assert requested.args == [path_of(ONE)]


def test_that_each_copy_is_named_and_shown_in_its_folder(
    inspector: Inspector, qtbot: QtBot
) -> None:
    inspector.show_details(details_of(ONE, copies=2))
    assert "2 other places" in said(inspector)
    second: Path = ROOT / "copies" / "1.jpg"
    with qtbot.waitSignal(inspector.folder_requested) as requested:
        button(inspector, f"Show in folder: {second}").click()
    assert requested.args == [second]


def test_that_hundreds_of_copies_are_counted_and_a_dozen_named(inspector: Inspector) -> None:
    inspector.show_details(details_of(ONE, copies=300))
    text = said(inspector)
    assert "300 other places" in text
    assert text.count(str(ROOT / "copies")) == MOST_COPIES
    assert f"and {300 - MOST_COPIES} more" in text


def test_that_a_file_out_of_reach_is_not_offered_in_its_folder(inspector: Inspector) -> None:
    inspector.show_details(details_of(ONE, offline=True))
    assert not button(inspector, "Show in folder").isEnabled()


def test_that_why_a_photo_is_out_of_reach_names_its_drive() -> None:
    assert where_it_is(details_of(ONE, offline=True)) == "on ‘Backup SSD’, not connected"
    assert where_it_is(details_of(ONE)) == ""
    assert "no longer there" in where_it_is(replace(details_of(ONE), files=()))


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "UTC+00:00"), (330, "UTC+05:30"), (-210, "UTC−03:30"), (-60, "UTC−01:00")],
)
def test_that_zones_are_said_as_clocks(minutes: int, said: str) -> None:
    assert zone(minutes) == said


def test_that_nothing_is_wider_than_the_inspector(inspector: Inspector) -> None:
    details = details_of(ONE, copies=20)
    metadata = replace(details.photo.metadata, lens="A" * 30 + " " + "long lens name " * 6)
    photo = replace(details.photo, metadata=metadata)
    tags = tuple(replace(BEACH, name=f"tag {number}") for number in range(20))
    inspector.show_details(replace(details, photo=photo, tags=tags))
    QApplication.processEvents()
    content = inspector.widget()
    assert content is not None
    assert content.width() <= inspector.viewport().width()
    for child in content.findChildren(QLabel):
        if child.isVisible():
            right = child.mapTo(content, child.rect().topRight()).x()
            assert right <= content.width()
            assert child.height() >= child.heightForWidth(child.width()) or not child.wordWrap()


def test_that_the_tags_of_the_photo_are_there(inspector: Inspector, qtbot: QtBot) -> None:
    inspector.show_details(details_of(ONE))
    with qtbot.waitSignal(inspector.tags.confirmed) as confirmed:
        button(inspector, "Confirm dog").click()
    assert confirmed.args == ["dog"]
