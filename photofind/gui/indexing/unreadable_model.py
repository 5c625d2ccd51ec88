"""Tree model of unreadable files, grouped by reason."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from typing_extensions import override

from photofind.domain import Failure
from photofind.gui.wording import number

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
NAME, FOLDER = range(2)


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason and the failures it caused, sorted by path.

    Attributes:
        sought: What a filter looks in, one for each failure.
    """

    words: str
    failures: tuple[Failure, ...]
    sought: tuple[str, ...]

    def narrowed(self, text: str) -> "Reason":
        """Keep failures whose path or reason contains a case-folded text."""
        if text in self.words.casefold():
            return self
        both = zip(self.failures, self.sought, strict=True)
        kept = [(failure, sought) for failure, sought in both if text in sought]
        return Reason(self.words, tuple(one for one, _ in kept), tuple(text for _, text in kept))


class UnreadableModel(QAbstractItemModel):
    """Two levels: reasons, those with the most files first, and the files of each."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[Reason, ...] = ()
        self._shown: tuple[Reason, ...] = ()
        self._filter = ""

    @property
    def count(self) -> int:
        """Number of files shown."""
        return sum(len(reason.failures) for reason in self._shown)

    def show(self, failures: Sequence[Failure]) -> None:
        grouped: dict[str, list[Failure]] = defaultdict(list)
        for failure in sorted(failures, key=lambda failure: failure.path):
            grouped[failure.reason].append(failure)
        reasons = (_reason(words, own) for words, own in grouped.items())
        self._all = tuple(sorted(reasons, key=lambda one: (-len(one.failures), one.words)))
        self._apply()

    def narrow(self, text: str) -> None:
        """Show only the files whose path or reason contains the text."""
        self._filter = text.strip().casefold()
        self._apply()

    def failure(self, index: Index) -> Failure | None:
        """Return the failure at an index; `None` for a reason."""
        if not index.isValid() or index.internalId() == 0:
            return None
        return self._shown[index.internalId() - 1].failures[index.row()]

    def failures_of(self, index: Index) -> tuple[Failure, ...]:
        """Return the failures below a reason, or the one at the index itself."""
        one = self.failure(index)
        if one is not None:
            return (one,)
        return self._shown[index.row()].failures if index.isValid() else ()

    def all_shown(self) -> list[Failure]:
        return [failure for reason in self._shown for failure in reason.failures]

    @override
    def index(self, row: int, column: int, parent: Index = ROOT) -> QModelIndex:
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        # What is below a reason carries the reason's row, from 1.
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)

    @override
    # In Qt's types an overload, the other one being the parent of an object.
    def parent(self, index: Index = ROOT) -> QModelIndex:  # type: ignore[override]
        if not index.isValid() or index.internalId() == 0:
            return QModelIndex()
        return self.createIndex(index.internalId() - 1, 0, 0)

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        if not parent.isValid():
            return len(self._shown)
        if parent.internalId() or parent.column():
            return 0
        return len(self._shown[parent.row()].failures)

    @override
    def columnCount(self, parent: Index = ROOT) -> int:
        return 2

    @override
    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> str | None:
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        return self.tr("File") if section == NAME else self.tr("Folder")

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        if not index.isValid():
            return None
        failure = self.failure(index)
        if failure is None:
            return self._reason_data(self._shown[index.row()], index.column(), role)
        if role == Qt.ItemDataRole.DisplayRole:
            return failure.path.name if index.column() == NAME else str(failure.path.parent)
        if role == Qt.ItemDataRole.ToolTipRole:
            return str(failure.path)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.tr("{file} in {folder}: {reason}").format(
                file=failure.path.name, folder=failure.path.parent, reason=failure.reason
            )
        return None

    def _reason_data(self, reason: Reason, column: int, role: int) -> str | None:
        said = self.tr("{reason} · {count}").format(
            reason=reason.words, count=number(len(reason.failures))
        )
        spoken = (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
        )
        return said if column == NAME and role in spoken else None

    def _apply(self) -> None:
        self.beginResetModel()
        narrowed = (reason.narrowed(self._filter) for reason in self._all)
        self._shown = tuple(reason for reason in narrowed if reason.failures)
        self.endResetModel()


def _reason(words: str, failures: Sequence[Failure]) -> Reason:
    sought = tuple(str(failure.path).casefold() for failure in failures)
    return Reason(words, tuple(failures), sought)


def as_text(failures: Sequence[Failure]) -> str:
    """Format one line for each failure: path, tab, reason."""
    return "\n".join(f"{_one_line(failure.path)}\t{failure.reason}" for failure in failures)


def _one_line(path: Path) -> str:
    return str(path).replace("\n", " ")
