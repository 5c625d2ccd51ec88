"""Tree model of what failed, grouped by kind and reason."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
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
from photofind.gui.outline import UNREADABLE
from photofind.gui.wording import number, tr

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
NAME, FOLDER = range(2)


FailuresByKind = Mapping[str, Sequence[Failure]]
"""As in `photofind.gui.outline.Outline`."""


def kind_words() -> dict[str, str]:
    """Return what to call the failures of each kind, in the order they are listed."""
    return {
        UNREADABLE: tr("Could not be read"),
        "thumbnail": tr("No thumbnail could be made"),
        "embedding": tr("Cannot be searched"),
        "tags": tr("No tags could be suggested"),
    }


def summary(failures: FailuresByKind) -> str:
    """Say how many files failed, and in what way where it is the same for all."""
    count = len({failure.path for own in failures.values() for failure in own})
    if set(failures) <= {UNREADABLE}:
        one, many = tr("1 file could not be read"), tr("{count} files could not be read")
    else:
        one, many = tr("1 photo with a problem"), tr("{count} photos with problems")
    return one if count == 1 else many.format(count=number(count))


@dataclass(frozen=True, slots=True)
class Group:
    """Failures of one kind and reason, sorted by path.

    Attributes:
        words: The kind and the reason, as in each failure.
        sought: What a filter looks in, one for each failure.
    """

    words: str
    failures: tuple[Failure, ...]
    sought: tuple[str, ...]

    def narrowed(self, text: str) -> "Group":
        """Keep failures whose path, kind or reason contains a case-folded text."""
        if text in self.words.casefold():
            return self
        both = zip(self.failures, self.sought, strict=True)
        kept = [(failure, sought) for failure, sought in both if text in sought]
        return Group(self.words, tuple(one for one, _ in kept), tuple(text for _, text in kept))


class FailureModel(QAbstractItemModel):
    """Two levels: groups, by kind and then those with the most files first, and their files."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[Group, ...] = ()
        self._shown: tuple[Group, ...] = ()
        self._filter = ""

    @property
    def count(self) -> int:
        """Number of files shown."""
        return sum(len(group.failures) for group in self._shown)

    def show(self, failures: FailuresByKind) -> None:
        """Replace what is listed; each kind has an entry in `kind_words`."""
        words = kind_words()
        order = list(words)
        self._all = tuple(
            group
            for kind in sorted(failures, key=order.index)
            for group in _groups(words[kind], failures[kind])
        )
        self._apply()

    def narrow(self, text: str) -> None:
        """Show only the files whose path, kind or reason contains the text."""
        self._filter = text.strip().casefold()
        self._apply()

    def failure(self, index: Index) -> Failure | None:
        """Return the failure at an index; `None` for a group."""
        if not index.isValid() or index.internalId() == 0:
            return None
        return self._shown[index.internalId() - 1].failures[index.row()]

    def failures_of(self, index: Index) -> tuple[Failure, ...]:
        """Return the failures below a group, or the one at the index itself."""
        one = self.failure(index)
        if one is not None:
            return (one,)
        return self._shown[index.row()].failures if index.isValid() else ()

    def all_shown(self) -> list[Failure]:
        return [failure for group in self._shown for failure in group.failures]

    @override
    def index(self, row: int, column: int, parent: Index = ROOT) -> QModelIndex:
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        # What is below a group carries the row of the group, from 1.
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
            return self._group_data(self._shown[index.row()], index.column(), role)
        if role == Qt.ItemDataRole.DisplayRole:
            return failure.path.name if index.column() == NAME else str(failure.path.parent)
        if role == Qt.ItemDataRole.ToolTipRole:
            return str(failure.path)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.tr("{file} in {folder}: {reason}").format(
                file=failure.path.name, folder=failure.path.parent, reason=failure.reason
            )
        return None

    def _group_data(self, group: Group, column: int, role: int) -> str | None:
        said = self.tr("{reason} · {count}").format(
            reason=group.words, count=number(len(group.failures))
        )
        spoken = (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
        )
        return said if column == NAME and role in spoken else None

    def _apply(self) -> None:
        self.beginResetModel()
        narrowed = (group.narrowed(self._filter) for group in self._all)
        self._shown = tuple(group for group in narrowed if group.failures)
        self.endResetModel()


def _groups(kind: str, failures: Sequence[Failure]) -> list[Group]:
    """Group failures by their reasons, which a kind's words are put before."""
    by_reason: dict[str, list[Failure]] = defaultdict(list)
    for failure in sorted(failures, key=lambda failure: failure.path):
        words = tr("{what}: {reason}").format(what=kind, reason=failure.reason)
        by_reason[words].append(Failure(failure.path, words))
    groups = [
        Group(words, tuple(own), tuple(str(failure.path).casefold() for failure in own))
        for words, own in by_reason.items()
    ]
    return sorted(groups, key=lambda one: (-len(one.failures), one.words))


def as_text(failures: Sequence[Failure]) -> str:
    """Format one line for each failure: path, tab, reason."""
    return "\n".join(f"{_one_line(failure.path)}\t{failure.reason}" for failure in failures)


def _one_line(path: Path) -> str:
    return str(path).replace("\n", " ")
