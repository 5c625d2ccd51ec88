"""History of what a person did in the window, for undo and redo.

[Note: steps] A change is a step: a call that makes it, and returns a message and the inverse step.
Undo runs that one, whose own inverse is what redo runs. Steps run on the writer's lane, one after
the other, and so does all access to the history. A step that fails stays on its stack: undo stops
there, says why, and never goes on to something older.

All that a person does to photos, tags and folders is a step. Settings are none: their dialog shows
what holds and can be cancelled, and after another search model all photos are read again, which is
not a matter of one key.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from photofind.errors import UserFacingError
from photofind.gui.lanes import Lane
from photofind.gui.wording import tr

UNDOABLE = 50
"""Most steps that can be undone."""


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """Result of a step.

    Attributes:
        said: Message about what was done; empty for none.
        reverse: The inverse step; `None` where nothing was done.
        left: Step for what is still to be done; it replaces the step on its stack.
        error: Why something is left.
        announce: Emits the signals of what changed; called on the window's thread.
    """

    said: str
    reverse: "Step | None"
    left: "Step | None" = None
    error: UserFacingError | None = None
    announce: Callable[[], None] | None = None


Step = Callable[[], Done]
"""See [Note: steps]; raises `UserFacingError` where it changes nothing."""


class UndoHistory(QObject):
    """Runs a person's changes on the writer's lane, and keeps their inverse steps.

    Signals:
        done: A message about what was done, and whether it can be undone.
        undone: A message about what was undone or redone.
        failed: The `UserFacingError` of a step that failed.
        changed: Whether there is something to undo.
    """

    done = Signal(str, bool)
    undone = Signal(str)
    failed = Signal(object)
    changed = Signal(bool)

    def __init__(self, writer: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._writer = writer
        # Only used on the writer's lane.
        self._undo: deque[Step] = deque(maxlen=UNDOABLE)
        self._redo: deque[Step] = deque(maxlen=UNDOABLE)

    def do(self, step: Step) -> None:
        """Run a step and clear the redo stack."""

        def work() -> Done:
            done = step()
            if done.reverse is not None:
                self._undo.append(done.reverse)
                self._redo.clear()
            return done

        self._submit(work, lambda done: self.done.emit(done.said, done.reverse is not None))

    def undo(self) -> None:
        """Undo the last step, also one that is still running."""
        self._submit(
            lambda: _move(self._undo, self._redo, tr("There is nothing to undo.")), self._announce
        )

    def redo(self) -> None:
        """Redo the last step undone."""
        self._submit(
            lambda: _move(self._redo, self._undo, tr("There is nothing to redo.")), self._announce
        )

    def _announce(self, done: Done) -> None:
        self.undone.emit(done.said)

    def _submit(self, work: Callable[[], Done], report: Callable[[Done], None]) -> None:
        def finished(found: tuple[Done, bool]) -> None:
            done, undoable = found
            if done.announce is not None:
                done.announce()
            self.changed.emit(undoable)
            if done.error is not None:
                message = f"{done.said} {done.error.message}".strip()
                self.failed.emit(UserFacingError(message, done.error.hint))
            elif done.said:
                report(done)

        def run() -> tuple[Done, bool]:
            return work(), bool(self._undo)

        self._writer.submit(run, finished, self.failed.emit)


def _move(steps: deque[Step], reversed_steps: deque[Step], nothing: str) -> Done:
    """Run the last of some steps and push its inverse to the others."""
    if not steps:
        return Done(nothing, None)
    done = steps[-1]()
    steps.pop()
    if done.left is not None:
        steps.append(done.left)
    if done.reverse is not None:
        reversed_steps.append(done.reverse)
    return done
