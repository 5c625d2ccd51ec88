"""Row of one setting, and rows that are folded away."""

from dataclasses import Field
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from photofind.gui.icons import icon
from photofind.gui.settings.editors import Editor
from photofind.gui.theme import SPACING, theme_of
from photofind.gui.wording import localized
from photofind.settings import about

TITLE_PX = 190


class SettingRow(QWidget):
    """Title, editor, help text and reset button of one setting.

    Args:
        wide: Whether the editor lies below the title, not beside it.
    """

    def __init__(
        self, setting: "Field[Any]", editor: Editor, value: Any, *, wide: bool = False
    ) -> None:
        super().__init__()
        self.setting = setting
        self.declaration = about(setting)
        self.editor = editor
        title = localized(self.declaration.title)
        help_text = localized(self.declaration.help)
        editor.name(title, help_text)
        self._title = QLabel(title)
        self._title.setBuddy(editor)
        self._help = QLabel(help_text)
        self._help.setProperty("muted", True)
        self._problem = QLabel()
        self._problem.setProperty("danger", True)
        for line in (self._title, self._help, self._problem):
            line.setWordWrap(True)
        self._reset = QPushButton(self.tr("Reset to default"))
        self._reset.setProperty("quiet", True)
        self._reset.setAccessibleName(
            self.tr("Reset {setting} to its default").format(setting=title)
        )
        self._reset.clicked.connect(self._go_back)
        # Reserve its space, so that nothing moves when it is shown.
        policy = self._reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._reset.setSizePolicy(policy)
        self._lay_out(wide=wide)
        editor.set_value(value)
        editor.changed.connect(self._refresh)
        self._refresh()

    def _lay_out(self, *, wide: bool) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * SPACING)
        grid.setVerticalSpacing(2)
        grid.setColumnMinimumWidth(0, 0 if wide else TITLE_PX)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self._title, 0, 0)
        grid.addWidget(self._reset, 0, 2)
        if wide:
            self._title.hide()
            grid.addWidget(self._help, 0, 0, 1, 2)
            grid.addWidget(self.editor, 1, 0, 1, 3)
        else:
            self._title.setFixedWidth(TITLE_PX)
            grid.addWidget(self.editor, 0, 1)
            grid.addWidget(self._problem, 1, 1, 1, 2)
            grid.addWidget(self._help, 2, 1, 1, 2)

    def _go_back(self) -> None:
        self.editor.set_value(self.setting.default)
        self.editor.setFocus()

    def _refresh(self) -> None:
        problem = self.editor.problem()
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        self._reset.setVisible(bool(problem) or self.editor.value() != self.setting.default)


class Fold(QWidget):
    """Rows of one group that most people never need, behind a button."""

    def __init__(self, rows: list[SettingRow]) -> None:
        super().__init__()
        self._button = QPushButton(self.tr("Advanced"))
        self._button.setProperty("quiet", True)
        self._button.setCheckable(True)
        group = localized(rows[0].declaration.group)
        self._button.setAccessibleName(self.tr("{group}, advanced").format(group=group))
        self._inner = QWidget()
        column = QVBoxLayout(self._inner)
        column.setContentsMargins(0, SPACING, 0, 0)
        column.setSpacing(2 * SPACING)
        for row in rows:
            column.addWidget(row)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(self._button)
        page.addWidget(self._inner)
        page.setAlignment(self._button, Qt.AlignmentFlag.AlignLeading)
        self._button.toggled.connect(self._show)
        self._show(False)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show(self._button.isChecked())

    def _show(self, shown: bool) -> None:
        self._inner.setVisible(shown)
        name = "down" if shown else "right"
        self._button.setIcon(icon(name, theme_of(self.palette()).muted))
