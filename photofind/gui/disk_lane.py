"""Looks at files and folders that a person named, whose disk may never answer."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject

from photofind.cancel import CancelToken
from photofind.errors import BadInputError, UserFacingError
from photofind.gui.lanes import Lane, Order
from photofind.gui.wording import folder_name, tr
from photofind.photos.scanner import DISK_ANSWERS_S, RootAwayError, RootScanner, RootSilentError

T = TypeVar("T")


class DiskLane(QObject):
    """Lane for looks at a disk; one without an answer fails, and what waits behind it goes on.

    Close it before its parent goes.

    Args:
        order: With `LATEST_ONLY`, a look ends the one before.
    """

    def __init__(
        self,
        name: str,
        parent: QObject | None = None,
        *,
        order: Order = Order.OLDEST_FIRST,
    ) -> None:
        super().__init__(parent)
        self._latest_only = order is Order.LATEST_ONLY
        self._lane = Lane(name, self, order=order)
        self._disks = RootScanner(silence_s=DISK_ANSWERS_S)
        self._cancel = CancelToken()

    def submit(
        self,
        paths: Sequence[Path],
        look: Callable[[Path], T],
        done: Callable[[list[T]], None],
        failed: Callable[[UserFacingError], None],
    ) -> None:
        """Look at paths, in order; call it on the window's thread, as the others are.

        Args:
            look: Called with each path on a thread of its own; may raise `OSError`.
            failed: Gets a `BadInputError`: the disk does not answer, or refuses.
        """
        if self._latest_only:
            self._cancel_all()
        chosen, disks, cancel = tuple(paths), self._disks, self._cancel

        def look_at_all() -> list[T]:
            return [_look_at(path, look, disks, cancel) for path in chosen]

        self._lane.submit(look_at_all, done, failed)

    def drop_all(self) -> None:
        """Cancel every look."""
        self._cancel_all()
        self._lane.drop_all()

    def close(self) -> None:
        """End at once, whatever a disk does."""
        self._cancel.cancel()
        self._lane.close()

    def _cancel_all(self) -> None:
        self._cancel.cancel()
        self._cancel = CancelToken()


def _look_at(path: Path, look: Callable[[Path], T], disks: RootScanner, cancel: CancelToken) -> T:
    name = folder_name(path)
    try:
        (found,) = disks.iterate(path, lambda _: [look(path)], cancel)
    except RootSilentError:
        raise BadInputError(
            tr("The disk of ‘{name}’ does not answer.").format(name=name),
            tr("See whether it is connected, and try again."),
        ) from None
    except RootAwayError as error:
        raise BadInputError(
            tr("‘{name}’ cannot be opened: {reason}.").format(name=name, reason=_reason(error)),
            tr("See whether its disk is connected, and whether you may open it."),
        ) from error
    return found


def _reason(error: RootAwayError) -> str:
    """Return the system's own words; an `OSError` may have none."""
    cause = error.__cause__
    return (cause.strerror if isinstance(cause, OSError) else None) or str(cause)
