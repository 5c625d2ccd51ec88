"""Pictures among the terms of a query: chips in the search bar."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from photofind.domain import PhotoId
from photofind.gui.search.chip import Chip
from photofind.gui.search.request import PictureQuery
from photofind.search.query import PictureFile
from tests.gui.search_harness import Harness, requested
from tests.gui.search_harness import harness as harness
from tests.gui.search_harness import make_harness as make_harness

CONTROL = Qt.KeyboardModifier.ControlModifier

SEA = PictureFile(Path("/photos/sea.jpg"))


def test_that_a_picture_becomes_a_chip_beside_words_when_a_space_follows_it(
    harness: Harness, qtbot: QtBot
) -> None:
    QTest.keyClicks(harness.bar.field, "dog image:/photos/sea.jpg")
    assert harness.chips == []
    with qtbot.waitSignal(harness.bar.submitted):
        QTest.keyClicks(harness.bar.field, " ")
    assert harness.chips == ["sea.jpg"]
    assert harness.bar.field.text() == "dog "
    assert harness.submitted[-1] == requested("image:/photos/sea.jpg dog")


def test_that_chips_name_pictures_with_sign_and_weight(harness: Harness) -> None:
    typed = 'image:/a/sea.jpg -image:"/a/my cat.jpg" 2:image:b.jpg -0.5:image:c.jpg from:2019'
    harness.bar.submit(requested(typed))
    assert harness.chips == ["sea.jpg", "−my cat.jpg", "b.jpg ×2", "−c.jpg ×0.5", "from:2019"]
    assert [chip.accessibleName() for chip in harness.bar.chips.chips] == [
        "Picture: sea.jpg. Remove with Delete.",
        "Picture: not my cat.jpg. Remove with Delete.",
        "Picture: b.jpg, weight 2. Remove with Delete.",
        "Picture: not c.jpg, weight 0.5. Remove with Delete.",
        "Filter: from 2019. Remove with Delete.",
    ]


def test_that_a_pasted_picture_has_no_name_of_its_own(harness: Harness) -> None:
    harness.bar.submit(requested("image:/kept/picture-0123456789abcdef.png"))
    assert harness.chips == ["pasted picture"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_that_a_picture_is_removed_with_a_key(harness: Harness, key: Qt.Key) -> None:
    harness.bar.submit(requested("image:a.jpg -image:b.jpg dog"))
    QTest.keyClick(harness.bar.chips.chips[1], key)
    assert harness.chips == ["a.jpg"]
    assert harness.submitted[-1] == requested("image:a.jpg dog")


def test_that_of_the_same_picture_twice_one_is_removed(harness: Harness) -> None:
    harness.bar.submit(requested("image:a.jpg image:a.jpg"))
    QTest.keyClick(harness.bar.chips.chips[0], Qt.Key.Key_Delete)
    assert harness.chips == ["a.jpg"]
    assert harness.submitted[-1] == requested("image:a.jpg")


def test_that_backspace_in_the_text_removes_the_last_picture(harness: Harness) -> None:
    harness.bar.submit(requested("image:a.jpg -image:b.jpg"))
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Backspace)
    assert harness.chips == ["a.jpg"]
    assert harness.bar.field.text() == ""
    assert harness.submitted[-1] == requested("image:a.jpg")


def test_that_enter_takes_a_picture_back_into_the_text(harness: Harness) -> None:
    typed = '-0.5:image:"/photos/my cat.jpg"'
    harness.bar.submit(requested(f"{typed} dog"))
    QTest.keyClick(harness.bar.chips.chips[0], Qt.Key.Key_Return)
    assert harness.chips == []
    assert harness.bar.field.text() == f"{typed} dog"
    assert harness.bar.field.cursorPosition() == len(typed)
    assert harness.bar.field.hasFocus()
    assert harness.bar.request == requested(f"{typed} dog")


def test_that_escape_clears_words_then_pictures(harness: Harness) -> None:
    harness.bar.submit(requested("image:a.jpg dog"))
    harness.bar.field.setFocus()
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Escape)
    assert harness.submitted[-1] == requested("image:a.jpg")
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Escape)
    assert harness.submitted[-1] == requested()


def test_that_a_typed_picture_takes_the_place_of_a_similar_photo(
    harness: Harness, qtbot: QtBot
) -> None:
    harness.bar.submit(requested("", PictureQuery(PhotoId(7), "beach.jpg")))
    with qtbot.waitSignal(harness.bar.submitted):
        QTest.keyClicks(harness.bar.field, "image:a.jpg ")
    assert harness.chips == ["a.jpg"]
    assert harness.submitted[-1] == requested("image:a.jpg")


def test_that_a_search_with_a_picture_is_among_the_recent_ones(
    harness: Harness, qtbot: QtBot
) -> None:
    QTest.keyClicks(harness.bar.field, "dog -image:a.jpg ")
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Return)
    harness.bar.submit(requested())
    harness.bar.focus_search()
    qtbot.waitUntil(lambda: "-image:a.jpg dog" in harness.offered)


def test_that_a_thumbnail_is_wanted_once_and_kept_with_the_picture(harness: Harness) -> None:
    wanted: list[object] = []
    harness.bar.chips.thumbnail_wanted.connect(wanted.append)
    harness.bar.submit(requested("image:/photos/sea.jpg"))
    harness.bar.submit(requested("image:/photos/sea.jpg from:2019"))
    assert wanted == [SEA]

    harness.bar.chips.show_thumbnail(SEA, QPixmap(64, 48))
    harness.bar.submit(requested("-image:/photos/sea.jpg from:2019"))

    assert wanted == [SEA]
    chip = harness.bar.chips.chips[0]
    assert chip.text() == "−sea.jpg"
    assert _has_thumbnail(chip)


def test_that_a_thumbnail_that_comes_too_late_is_dropped(harness: Harness) -> None:
    harness.bar.submit(requested("image:/photos/sea.jpg"))
    harness.bar.submit(requested("image:/photos/other.jpg"))
    harness.bar.chips.show_thumbnail(SEA, QPixmap(64, 48))
    assert not _has_thumbnail(harness.bar.chips.chips[0])


def test_that_a_weight_keeps_its_room_where_names_are_cut(harness: Harness, qtbot: QtBot) -> None:
    pictures = [f"-0.125:image:a-picture-with-a-long-name-{n}.jpg" for n in range(6)]
    harness.bar.submit(requested(" ".join(pictures)))
    chips = harness.bar.chips.chips
    for chip in chips:
        harness.bar.chips.show_thumbnail(_picture(chip), QPixmap(64, 48))
    harness.window.resize(500, 200)
    qtbot.waitUntil(lambda: chips[0].width() < chips[0].sizeHint().width())
    for chip in chips:
        # Beside the picture and the cross.
        weight = chip.fontMetrics().horizontalAdvance("−… ×0.125")
        assert chip.width() - 2 * chip.height() >= weight


@pytest.mark.parametrize(
    ("before", "key", "after"),
    [
        ("image:a.jpg", Qt.Key.Key_Up, "1.25:image:a.jpg"),
        ("image:a.jpg", Qt.Key.Key_Down, "0.75:image:a.jpg"),
        ("-0.333:image:a.jpg", Qt.Key.Key_Up, None),
        ("-0.333:image:a.jpg", Qt.Key.Key_Down, "-0.5:image:a.jpg"),
        ("0.1:image:a.jpg", Qt.Key.Key_Up, "0.5:image:a.jpg"),
        ("3:image:a.jpg", Qt.Key.Key_Up, None),
    ],
)
def test_that_keys_on_a_picture_open_its_weight_and_change_it(
    harness: Harness, before: str, key: Qt.Key, after: str | None
) -> None:
    harness.bar.submit(requested(f"{before} dog"))
    (chip,) = harness.bar.chips.chips
    assert "Ctrl+Up and Ctrl+Down" in chip.accessibleDescription()
    QTest.keyClick(chip, key, CONTROL)
    popup = harness.bar.chips.weight_popup
    assert popup.isVisible()
    assert harness.submitted[1:] == ([] if after is None else [requested(f"{after} dog")])
    assert harness.bar.chips.chips == [chip], "which the popup belongs to"
    QTest.keyClick(popup.slider, Qt.Key.Key_Return)
    assert not popup.isVisible()
    assert harness.bar.field.text() == "dog"


def test_that_the_slider_says_what_it_means(harness: Harness) -> None:
    harness.bar.submit(requested("0.5:image:a.jpg"))
    harness.bar.chips.chips[0].weight_requested.emit(0)
    popup = harness.bar.chips.weight_popup
    said = [popup.words]
    for _ in range(3):
        QTest.keyClick(popup.slider, Qt.Key.Key_Left)
        said.append(popup.words)
    assert said == ["Wanted ×0.5", "Wanted ×0.25", "Left out", "Not wanted ×0.25"]
    assert popup.slider.accessibleDescription() == "Not wanted ×0.25"
    popup.close()
    assert harness.chips == ["−a.jpg ×0.25"]
    assert harness.submitted[1:] == [requested(f"{weight}:image:a.jpg") for weight in (0.25, -0.25)]


def test_that_a_picture_that_counts_nothing_goes_when_the_slider_does(
    harness: Harness, qtbot: QtBot
) -> None:
    harness.bar.submit(requested("image:b.jpg 0.25:image:a.jpg"))
    chip = harness.bar.chips.chips[1]
    chip.setFocus()
    QTest.keyClick(chip, Qt.Key.Key_Down, CONTROL)
    assert harness.chips == ["b.jpg", "a.jpg ×0.25"]
    with qtbot.waitSignal(harness.bar.submitted):
        QTest.keyClick(harness.bar.chips.weight_popup.slider, Qt.Key.Key_Escape)
    assert harness.chips == ["b.jpg"]
    assert harness.submitted[-1] == requested("image:b.jpg")


@pytest.mark.parametrize("direction", list(Qt.LayoutDirection)[:2])
def test_that_a_click_on_the_weight_opens_it_and_beside_it_takes_the_picture_back(
    harness: Harness, direction: Qt.LayoutDirection
) -> None:
    harness.window.setLayoutDirection(direction)
    harness.bar.submit(requested("2:image:a.jpg"))
    (chip,) = harness.bar.chips.chips
    # Written from left to right in every language: the weight ends where the text does.
    cross = 28 if direction == Qt.LayoutDirection.LeftToRight else 12
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(chip.width() - cross, 12))
    assert harness.bar.chips.weight_popup.isVisible()
    harness.bar.chips.weight_popup.close()
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(chip.width() // 2 - 8, 12))
    assert not harness.bar.chips.weight_popup.isVisible()
    assert harness.bar.field.text() == "2:image:a.jpg"


def test_that_a_filter_has_no_weight(harness: Harness) -> None:
    harness.bar.submit(requested("from:2019"))
    QTest.keyClick(harness.bar.chips.chips[0], Qt.Key.Key_Up, CONTROL)
    assert not harness.bar.chips.weight_popup.isVisible()


def _picture(chip: Chip) -> PictureFile:
    return PictureFile(Path(chip.text().removeprefix("−").removesuffix(" ×0.125")))


def _has_thumbnail(chip: Chip) -> bool:
    return chip.thumbnail is not None


@pytest.mark.parametrize(
    ("typed", "chips", "text", "spoken"),
    [
        ("2:dog", ["dog ×2"], "", "Words: dog, weight 2. Remove with Delete."),
        ("dog - deep snow", ["−deep snow"], "dog", "Words: not deep snow. Remove with Delete."),
        ("a beach, without people", ["−people"], "a beach",
         "Words: not people. Remove with Delete."),
        ("-0.5:fog {x}", ["−fog {x} ×0.5"], "",
         "Words: not fog {x}, weight 0.5. Remove with Delete."),
    ],
)  # fmt: skip
def test_that_words_with_a_sign_or_a_weight_become_a_chip_when_submitted(
    harness: Harness, qtbot: QtBot, typed: str, chips: list[str], text: str, spoken: str
) -> None:
    QTest.keyClicks(harness.bar.field, typed)
    assert harness.bar.field.text() == typed
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Return)
    assert (harness.chips, harness.bar.field.text()) == (chips, text)
    assert harness.bar.chips.chips[0].accessibleName() == spoken
    assert harness.submitted[-1] == requested(typed)

    QTest.keyClick(harness.bar.chips.chips[0], Qt.Key.Key_Return)
    assert (harness.chips, harness.bar.field.text()) == ([], typed)


def test_that_words_beside_what_is_wrong_stay_text(harness: Harness) -> None:
    QTest.keyClicks(harness.bar.field, "dog - snow 0:cat")
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Return)
    assert harness.bar.problem
    assert (harness.chips, harness.bar.field.text()) == ([], "dog - snow 0:cat")


def test_that_backspace_takes_marked_words_back(harness: Harness) -> None:
    harness.bar.submit(requested("image:a.jpg dog - snow"))
    assert harness.chips == ["a.jpg", "−snow"]
    harness.bar.field.setFocus()
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Home)
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Backspace)
    assert (harness.chips, harness.bar.field.text()) == (["a.jpg"], "dog - snow")


def test_that_words_are_weighed_as_pictures_are(harness: Harness) -> None:
    harness.bar.submit(requested("a beach without people"))
    (chip,) = harness.bar.chips.chips
    QTest.keyClick(chip, Qt.Key.Key_Down, CONTROL)
    assert harness.chips == ["−people ×1.25"]
    assert harness.submitted[-1] == requested("a beach -1.25:people")
    for _ in range(9):
        QTest.keyClick(harness.bar.chips.weight_popup.slider, Qt.Key.Key_Up)
    harness.bar.chips.weight_popup.close()
    assert harness.chips == ["people"]
    assert harness.submitted[-1] == requested("a beach + people")

    QTest.keyClick(chip, Qt.Key.Key_Return)
    assert harness.bar.field.text() == "a beach + people"
