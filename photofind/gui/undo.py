"""One history of what a person did in the window, to be taken back and done again.

[Note: steps] What a person does is a step: a call that does it, and returns words for it and the
step that takes it back. Undo runs that one, whose own reverse is what redo runs. Steps run on the
writer's lane, one after the other, and so does all that concerns the history. A step that fails
stays where it is: undo stops there, says why, and never goes on to something older.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from photofind.errors import UserFacingError
from photofind.gui.lanes import Lane
from photofind.gui.wording import tr

UNDOABLE = 50
"""Steps that can be taken back."""


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """What a step came to.

    Attributes:
        said: What was done, in words; empty where nothing needs to be said.
        reverse: Takes it back; `None` where nothing was done.
        left: What of the step is still to be done; it stays where the step was.
        error: Why that is so.
        announce: Emits the signals of what changed; called on the window's thread.
    """

    said: str
    reverse: "Step | None"
    left: "Step | None" = None
    error: UserFacingError | None = None
    announce: Callable[[], None] | None = None


Step = Callable[[], Done]
"""See [Note: steps]; raises `UserFacingError` where it can do nothing."""


class UndoHistory(QObject):
    """Does what a person does on the writer's lane, and remembers how to take it back.

    Signals:
        done: What was done, in words, and whether it can be taken back.
        undone: What was taken back or done again, in words.
        failed: The `UserFacingError` of what could not be.
        changed: Whether there is something to undo.
    """

    done = Signal(str, bool)
    undone = Signal(str)
    failed = Signal(object)
    changed = Signal(bool)

    def __init__(self, writer: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._writer = writer
        # Both belong to the writer's lane.
        self._undo: deque[Step] = deque(maxlen=UNDOABLE)
        self._redo: deque[Step] = deque(maxlen=UNDOABLE)

    def do(self, step: Step) -> None:
        """Does a step; what was taken back before is forgotten."""

        def work() -> Done:
            done = step()
            if done.reverse is not None:
                self._undo.append(done.reverse)
                self._redo.clear()
            return done

        self._submit(work, lambda done: self.done.emit(done.said, done.reverse is not None))

    def undo(self) -> None:
        """Takes the last step back, also one that is still being done."""
        self._submit(
            lambda: _move(self._undo, self._redo, tr("There is nothing to undo.")), self._announce
        )

    def redo(self) -> None:
        """Does again what was taken back last."""
        self._submit(
            lambda: _move(self._redo, self._undo, tr("There is nothing to redo.")), self._announce
        )

    def _announce(self, done: Done) -> None:
        self.undone.emit(done.said)

    def _submit(self, work: Callable[[], Done], tell: Callable[[Done], None]) -> None:
        def finished(found: tuple[Done, bool]) -> None:
            done, undoable = found
            if done.announce is not None:
                done.announce()
            self.changed.emit(undoable)
            if done.error is not None:
                message = f"{done.said} {done.error.message}".strip()
                self.failed.emit(UserFacingError(message, done.error.hint))
            elif done.said:
                tell(done)

        def run() -> tuple[Done, bool]:
            return work(), bool(self._undo)

        self._writer.submit(run, finished, self.failed.emit)


def _move(steps: deque[Step], reversed_steps: deque[Step], nothing: str) -> Done:
    """Runs the last of some steps; its reverse is the last of the others then."""
    if not steps:
        return Done(nothing, None)
    done = steps[-1]()
    steps.pop()
    if done.left is not None:
        steps.append(done.left)
    if done.reverse is not None:
        reversed_steps.append(done.reverse)
    return done
