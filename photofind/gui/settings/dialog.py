"""Settings dialog, generated from the declarations in `photofind.settings`."""

from collections.abc import Callable
from dataclasses import Field, fields
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from photofind.gui.settings.editors import Editor, editor_for
from photofind.gui.settings.models import SearchModelChooser
from photofind.gui.settings.rows import Fold, SettingRow
from photofind.gui.theme import SPACING
from photofind.gui.wording import localized
from photofind.settings import Group, Kind, Settings, about

SIZE_PX = (720, 560)


class SettingsDialog(QDialog):
    """Dialog with an editor for each setting; read `settings` once it was accepted.

    Args:
        settings: As they are.
        chooser: For the search model; closed with the dialog.
    """

    def __init__(
        self, settings: Settings, chooser: SearchModelChooser, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Settings"))
        self.resize(*SIZE_PX)
        self._chooser = chooser
        self._special: dict[Kind, Callable[[], Editor]] = {
            Kind.SEARCH_MODEL: lambda: ModelEditor(chooser)
        }
        self._rows = [self._made_row(setting, settings) for setting in fields(Settings)]
        button = QDialogButtonBox.StandardButton
        self._buttons = QDialogButtonBox(button.Ok | button.Cancel)
        self._buttons.button(button.Ok).setProperty("primary", True)
        self._buttons.button(button.Ok).setDefault(True)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self._lay_out()
        self._check()

    def settings(self) -> Settings:
        """Return the edited settings; raise `ValueError` while some are invalid."""
        if any(row.editor.problem() for row in self._rows):
            raise ValueError("some settings cannot be used as they are")
        return Settings(**{row.setting.name: row.editor.value() for row in self._rows})

    @override
    def done(self, result: int) -> None:
        self._chooser.close_lanes()
        super().done(result)

    def _made_row(self, setting: "Field[Any]", settings: Settings) -> SettingRow:
        special = self._special.get(about(setting).kind)
        editor = special() if special is not None else editor_for(setting)
        row = SettingRow(setting, editor, getattr(settings, setting.name), wide=special is not None)
        editor.changed.connect(self._check)
        return row

    def _lay_out(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(3 * SPACING, 2 * SPACING, 3 * SPACING, 2 * SPACING)
        column.setSpacing(2 * SPACING)
        for group in Group:
            own = [row for row in self._rows if row.declaration.group is group]
            if own:
                column.addWidget(_heading(localized(group)))
                _add_rows(column, own)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        # Tab goes to the widgets in it, which scroll into view.
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 2 * SPACING)
        page.addWidget(scroll, 1)
        self._buttons.setContentsMargins(2 * SPACING, 0, 2 * SPACING, 0)
        page.addWidget(self._buttons)

    def _check(self) -> None:
        usable = not any(row.editor.problem() for row in self._rows)
        self._buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(usable)


class ModelEditor(Editor):
    """Editor of a setting that chooses a search model."""

    def __init__(self, chooser: SearchModelChooser) -> None:
        super().__init__()
        self._chooser = chooser
        page = QVBoxLayout(self)
        page.setContentsMargins(0, SPACING, 0, 0)
        page.addWidget(chooser)
        chooser.chosen_changed.connect(lambda _name: self.changed.emit())

    @override
    def value(self) -> Any:
        return self._chooser.chosen()

    @override
    def set_value(self, value: Any) -> None:
        self._chooser.choose(value)


def _add_rows(column: QVBoxLayout, rows: list[SettingRow]) -> None:
    for row in rows:
        if not row.declaration.advanced:
            column.addWidget(row)
    advanced = [row for row in rows if row.declaration.advanced]
    if advanced:
        column.addWidget(Fold(advanced))


def _heading(words: str) -> QLabel:
    label = QLabel(words)
    font = label.font()
    font.setWeight(QFont.Weight.DemiBold)
    label.setFont(font)
    return label
