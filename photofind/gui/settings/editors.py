"""Editors of settings: one for each type of value."""

from dataclasses import Field
from typing import Any

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from photofind.gui.icons import pixmap
from photofind.gui.theme import SPACING, theme_of
from photofind.gui.wording import localized
from photofind.settings import About, about

NUMBER_PX = 104
LINES_SHOWN = 4
ARROW_PX = 12


class Editor(QWidget):
    """Widget that edits one value.

    Signals:
        changed: The value, or whether it is valid, has changed.
    """

    changed = Signal()

    def value(self) -> Any:
        """Return the value; only where there is no `problem`."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        raise NotImplementedError

    def problem(self) -> str:
        """Describe why the input is invalid; empty where it is valid."""
        return ""

    def name(self, title: str, help_text: str) -> None:
        """Set name and description for screen readers."""
        field = self.focusProxy() or self
        field.setAccessibleName(title)
        field.setAccessibleDescription(help_text)


class NumberEditor(Editor):
    """Field for a whole or decimal number with its unit; arrow keys step."""

    def __init__(self, declaration: About, default: float) -> None:
        super().__init__()
        assert declaration.least is not None
        assert declaration.most is not None
        self._least, self._most = declaration.least, declaration.most
        self._whole = isinstance(default, int)
        self._declaration = declaration
        self._field = _NumberField(1 if self._whole else 0.05, self)
        self._unit = QLabel()
        self._unit.setProperty("muted", True)
        row = _row(self)
        row.addWidget(self._field)
        row.addWidget(self._unit)
        row.addStretch(1)
        self._field.textChanged.connect(self._refresh)
        self.setFocusProxy(self._field)

    @override
    def value(self) -> Any:
        number = self._parsed()
        assert number is not None
        return number

    @override
    def set_value(self, value: Any) -> None:
        self._field.setText(_written(value))

    @override
    def problem(self) -> str:
        number = self._parsed()
        if number is not None and self._least <= number <= self._most:
            return ""
        kind = (
            self.tr("Please give a whole number from {least} to {most}.")
            if self._whole
            else self.tr("Please give a number from {least} to {most}.")
        )
        return kind.format(least=_written(self._least), most=_written(self._most))

    def step(self, by: float) -> None:
        number = self._parsed()
        if number is not None:
            self.set_value(min(self._most, max(self._least, round(number + by, 6))))

    def _refresh(self) -> None:
        zero = self._declaration.zero if self._parsed() == 0 else ""
        self._unit.setText(localized(zero or self._declaration.unit))
        self.changed.emit()

    def _parsed(self) -> float | None:
        text = self._field.text().strip()
        number, understood = QLocale().toLongLong(text) if self._whole else QLocale().toDouble(text)
        return number if understood else None


class _NumberField(QLineEdit):
    def __init__(self, step: float, editor: NumberEditor) -> None:
        super().__init__(editor)
        self._step = step
        self._editor = editor
        self.setFixedWidth(NUMBER_PX)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Up:
            self._editor.step(self._step)
        elif event.key() == Qt.Key.Key_Down:
            self._editor.step(-self._step)
        else:
            super().keyPressEvent(event)


class ChoiceEditor(Editor):
    """Drop-down list of the values in words."""

    def __init__(self, declaration: About) -> None:
        super().__init__()
        assert declaration.choices is not None
        self._list = _ChoiceList()
        for value, words in declaration.choices.items():
            self._list.addItem(localized(words), value)
        row = _row(self)
        row.addWidget(self._list)
        row.addStretch(1)
        self._list.currentIndexChanged.connect(lambda: self.changed.emit())
        self.setFocusProxy(self._list)

    @override
    def value(self) -> Any:
        return self._list.currentData()

    @override
    def set_value(self, value: Any) -> None:
        self._list.setCurrentIndex(self._list.findData(value))


class _ChoiceList(QComboBox):
    """Combo box that paints the arrow which a style sheet removes."""

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        arrow = pixmap("down", theme_of(self.palette()).muted, ARROW_PX, self.devicePixelRatioF())
        painter = QPainter(self)
        painter.drawPixmap(self.width() - 2 * ARROW_PX, (self.height() - ARROW_PX) // 2, arrow)
        painter.end()


class TextEditor(Editor):
    """Field for a text that must not be empty."""

    def __init__(self) -> None:
        super().__init__()
        self._field = QLineEdit()
        _row(self).addWidget(self._field)
        self._field.textChanged.connect(lambda: self.changed.emit())
        self.setFocusProxy(self._field)

    @override
    def value(self) -> Any:
        return self._field.text().strip()

    @override
    def set_value(self, value: Any) -> None:
        self._field.setText(value)

    @override
    def problem(self) -> str:
        return "" if self.value() else self.tr("Please write something here.")


class LinesEditor(Editor):
    """Field for several texts, one a line."""

    def __init__(self, declaration: About) -> None:
        super().__init__()
        self._declaration = declaration
        self._field = QPlainTextEdit()
        self._field.setTabChangesFocus(True)
        self._field.setPlaceholderText(self.tr("One on each line"))
        line_px = self._field.fontMetrics().lineSpacing()
        self._field.setFixedHeight(LINES_SHOWN * line_px + 3 * SPACING)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.addWidget(self._field)
        self._field.textChanged.connect(lambda: self.changed.emit())
        self.setFocusProxy(self._field)

    @override
    def value(self) -> Any:
        lines = (line.strip() for line in self._field.toPlainText().splitlines())
        return tuple(line for line in lines if line)

    @override
    def problem(self) -> str:
        """Describe the problem of the first invalid line."""
        problems = ((line, self._declaration.problem(line)) for line in self.value())
        found = ((localized(problem), line) for line, problem in problems if problem)
        return next((problem.format(text=line) for problem, line in found), "")

    @override
    def set_value(self, value: Any) -> None:
        self._field.setPlainText("\n".join(value))


def editor_for(setting: "Field[Any]") -> Editor:
    """Make an editor for one of `fields(Settings)`, by the type of its default."""
    declaration, default = about(setting), setting.default
    if isinstance(default, tuple):
        return LinesEditor(declaration)
    if isinstance(default, str):
        return TextEditor() if declaration.choices is None else ChoiceEditor(declaration)
    if isinstance(default, bool) or not isinstance(default, int | float):
        raise TypeError(f"there is no editor for '{setting.name}', {type(default).__name__}")
    return NumberEditor(declaration, default)


def _written(value: float) -> str:
    """Format a number without thousands separators, which get in the way of typing."""
    locale = QLocale()
    locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
    if isinstance(value, int) or value == int(value):
        return locale.toString(int(value))
    return locale.toString(value, "g", 6)


def _row(widget: QWidget) -> QHBoxLayout:
    row = QHBoxLayout(widget)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(SPACING)
    return row
