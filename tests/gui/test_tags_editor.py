import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog
from pytestqt.qtbot import QtBot

from photofind.gui.tags.chip import Chip
from photofind.gui.tags.editor import TagEditor
from photofind.gui.tags.entry import TagEntry
from photofind.store.tag_decisions import TagChanges
from photofind.store.tags import PERSON, ZERO_SHOT, PhotoTag, TagState


def confirmed(name: str) -> PhotoTag:
    return PhotoTag(name, TagState.CONFIRMED, PERSON, None, None, "")


def suggested(name: str) -> PhotoTag:
    return PhotoTag(name, TagState.SUGGESTED, ZERO_SHOT, 3.0, 1, "")


@pytest.fixture
def editor(qtbot: QtBot) -> TagEditor:
    """Three photos: dog on all, sea on one, boat suggested for two."""
    made = TagEditor(
        [
            [confirmed("dog"), confirmed("sea"), suggested("boat")],
            [confirmed("dog"), suggested("boat")],
            [confirmed("Dog")],
        ],
        ["donkey", "dog", "cat"],
    )
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def chips(editor: TagEditor) -> dict[str, Chip]:
    return {chip.face.name: chip for chip in editor.findChildren(Chip) if not chip.isHidden()}


def press(editor: TagEditor, name: str, words: str) -> None:
    buttons = chips(editor)[name].findChildren(QAbstractButton)
    chips(editor)[name].setFocus()
    (button,) = [one for one in buttons if one.accessibleName() == words and one.isVisible()]
    button.click()


def type_tag(qtbot: QtBot, editor: TagEditor, name: str) -> None:
    (field,) = editor.findChildren(TagEntry)
    field.setFocus()
    qtbot.keyClicks(field, name)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_that_it_says_how_many_photos_are_tagged(editor: TagEditor, qtbot: QtBot) -> None:
    assert editor.windowTitle() == "Tag 3 photos"
    one = TagEditor([[]], [])
    qtbot.addWidget(one)
    assert one.windowTitle() == "Tag this photo"


def test_that_the_field_has_the_keyboard_first(editor: TagEditor, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), TagEntry))


def test_that_chips_show_what_all_have_and_what_some_have(editor: TagEditor) -> None:
    notes = {name: chip.face.note for name, chip in chips(editor).items()}
    assert notes == {"dog": "", "sea": "1 of 3", "boat": "2 of 3"}
    assert "suggested for 2 of 3" in chips(editor)["boat"].accessibleName()


def test_that_nothing_is_to_be_done_at_first(editor: TagEditor) -> None:
    assert not editor.changes()
    assert editor.changes() == TagChanges()


def test_that_typed_tags_are_added_and_known_ones_are_not_added_twice(
    editor: TagEditor, qtbot: QtBot
) -> None:
    for name in ("cat", "CAT", "dog"):
        type_tag(qtbot, editor, name)
    assert editor.changes() == TagChanges(added=("cat",))
    assert editor.isVisible()


def test_that_marks_add_confirm_reject_and_remove(editor: TagEditor) -> None:
    press(editor, "sea", "Add sea to all")
    press(editor, "boat", "Confirm boat")
    press(editor, "dog", "Take dog away")
    assert editor.changes() == TagChanges(added=("sea",), removed=("dog",), confirmed=("boat",))

    press(editor, "boat", "Keep boat as it was")
    press(editor, "boat", "Take boat away")
    assert editor.changes().rejected == ("boat",)
    assert editor.changes().confirmed == ()


def test_that_what_was_taken_away_can_be_kept_after_all(editor: TagEditor) -> None:
    press(editor, "dog", "Take dog away")
    press(editor, "dog", "Keep dog as it was")
    assert not editor.changes()


def test_that_a_new_tag_is_forgotten_when_it_is_taken_away(editor: TagEditor, qtbot: QtBot) -> None:
    type_tag(qtbot, editor, "cat")
    press(editor, "cat", "Take cat away")
    assert "cat" not in chips(editor)
    assert not editor.changes()


def test_that_keys_on_a_chip_decide(editor: TagEditor, qtbot: QtBot) -> None:
    chips(editor)["boat"].setFocus()
    qtbot.keyClick(chips(editor)["boat"], Qt.Key.Key_Return)
    qtbot.keyClick(chips(editor)["dog"], Qt.Key.Key_Delete)
    assert editor.changes() == TagChanges(removed=("dog",), confirmed=("boat",))
    assert editor.isVisible()


def test_that_ctrl_enter_is_done_and_takes_what_was_typed(editor: TagEditor, qtbot: QtBot) -> None:
    (field,) = editor.findChildren(TagEntry)
    field.setFocus()
    qtbot.keyClicks(field, "cat")
    with qtbot.waitSignal(editor.accepted):
        qtbot.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert editor.result() == QDialog.DialogCode.Accepted
    assert editor.changes() == TagChanges(added=("cat",))


def test_that_escape_empties_the_field_and_then_cancels(editor: TagEditor, qtbot: QtBot) -> None:
    (field,) = editor.findChildren(TagEntry)
    field.setFocus()
    qtbot.keyClicks(field, "xyz")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert editor.isVisible()
    with qtbot.waitSignal(editor.rejected):
        qtbot.keyClick(field, Qt.Key.Key_Escape)
