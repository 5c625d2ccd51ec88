"""The history alone, with steps that only say what they do."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from photofind.errors import UserFacingError
from photofind.gui.lanes import Lane
from photofind.gui.undo import UNDOABLE, Done, Step, UndoHistory


@pytest.fixture
def history(qtbot: QtBot) -> Iterator[UndoHistory]:
    lane = Lane("writer")
    yield UndoHistory(lane)
    lane.close()


@pytest.fixture
def said(history: UndoHistory) -> list[str]:
    """Signals of the history, in order."""
    emitted: list[str] = []
    history.done.connect(lambda text, undoable: emitted.append(f"{text}+" if undoable else text))
    history.undone.connect(lambda text: emitted.append(f"<{text}>"))
    history.failed.connect(lambda error: emitted.append(f"!{error.message}"))
    return emitted


def step(name: str) -> Step:
    return lambda: Done(name, lambda: Done(f"no {name}", step(name)))


def refusing(message: str) -> Step:
    def refuse() -> Done:
        raise UserFacingError(message, "Nothing can be done.")

    return refuse


def test_that_the_last_step_is_taken_back_first(
    history: UndoHistory, said: list[str], qtbot: QtBot
) -> None:
    history.do(step("tag"))
    history.do(step("trash"))
    for _ in range(3):
        history.undo()

    qtbot.waitUntil(lambda: len(said) == 5)
    assert said == ["tag+", "trash+", "<no trash>", "<no tag>", "<There is nothing to undo.>"]


def test_that_redo_does_it_again_until_something_else_is_done(
    history: UndoHistory, said: list[str], qtbot: QtBot
) -> None:
    history.do(step("tag"))
    history.undo()
    history.redo()
    history.undo()
    history.do(step("trash"))
    history.redo()
    history.undo()

    qtbot.waitUntil(lambda: len(said) == 7)
    assert said == [
        "tag+", "<no tag>", "<tag>", "<no tag>", "trash+", "<There is nothing to redo.>",
        "<no trash>",
    ]  # fmt: skip


def test_that_undo_stops_at_what_cannot_be_taken_back(
    history: UndoHistory, said: list[str], qtbot: QtBot
) -> None:
    history.do(step("tag"))
    history.do(lambda: Done("trash", refusing("It stays in the trash.")))
    for _ in range(3):
        history.undo()

    qtbot.waitUntil(lambda: len(said) == 5)
    assert said == ["tag+", "trash+", *["!It stays in the trash."] * 3]


def test_that_what_could_not_be_taken_back_of_a_step_is_tried_again(
    history: UndoHistory, said: list[str], qtbot: QtBot
) -> None:
    error = UserFacingError("One is in the way.", "Move it away.")

    def rest() -> Done:
        return Done("the rest", step("rest"))

    history.do(step("tag"))
    history.do(lambda: Done("trash", lambda: Done("Half.", step("half"), rest, error)))
    for _ in range(3):
        history.undo()

    qtbot.waitUntil(lambda: len(said) == 5)
    assert said == ["tag+", "trash+", "!Half. One is in the way.", "<the rest>", "<no tag>"]


def test_that_a_step_that_did_nothing_or_failed_is_not_remembered(
    history: UndoHistory, said: list[str], qtbot: QtBot
) -> None:
    history.do(lambda: Done("so already", None))
    history.do(refusing("The disk is full."))
    history.undo()

    qtbot.waitUntil(lambda: len(said) == 3)
    assert said == ["so already", "!The disk is full.", "<There is nothing to undo.>"]


def test_that_it_says_whether_there_is_something_to_undo(
    history: UndoHistory, said: list[str], qtbot: QtBot
) -> None:
    undoable: list[bool] = []
    history.changed.connect(undoable.append)
    for act in (lambda: history.do(step("tag")), history.undo, history.undo, history.redo):
        act()

    qtbot.waitUntil(lambda: len(said) == 4)
    assert undoable == [True, False, False, True]


def test_that_the_oldest_steps_are_forgotten(
    history: UndoHistory, said: list[str], qtbot: QtBot
) -> None:
    for number in range(UNDOABLE + 1):
        history.do(step(f"{number}"))
    for _ in range(UNDOABLE + 1):
        history.undo()

    qtbot.waitUntil(lambda: len(said) == 2 * (UNDOABLE + 1))
    assert said[-2:] == ["<no 1>", "<There is nothing to undo.>"]


def test_that_signals_come_on_the_windows_thread(
    history: UndoHistory, said: list[str], qtbot: QtBot
) -> None:
    order: list[str] = []
    history.do(lambda: Done("tag", None, announce=lambda: order.append("announced")))
    history.done.connect(lambda *_: order.append("said"))

    qtbot.waitUntil(lambda: bool(said))
    assert order == ["announced", "said"]
