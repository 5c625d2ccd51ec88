"""The error of a search, below it."""

from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QLabel, QWidget

from photofind.errors import QueryError
from photofind.gui.theme import SPACING


def query_problem(error: QueryError) -> str:
    """The error without its column, which a wavy line shows."""
    problem = error.message.removeprefix(f"Column {error.column}: ")
    return f"{problem[:1].upper()}{problem[1:]} {error.hint}"


class ProblemLine(QLabel):
    """Takes no room while nothing is wrong."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("danger", True)
        self.setWordWrap(True)
        self.setContentsMargins(SPACING + 4, 2, SPACING, 4)
        self.hide()

    def show_problem(self, problem: str) -> None:
        """Nothing is wrong where it is empty."""
        self.setText(problem)
        self.setVisible(bool(problem))
        if problem:
            # Else a screen reader would miss it: the focus stays in the field.
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
