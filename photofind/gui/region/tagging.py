"""Tag the photo with what is in the box."""

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from photofind.gui.tags.entry import name_completer
from photofind.gui.theme import SPACING
from photofind.store.tag_names import LONGEST_NAME


class TagLine(QWidget):
    """Field with the best label, until a person chooses or types another, and a button.

    Signals:
        tag_requested: The name of a tag for the photo.
    """

    tag_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._typed = False
        self._names = QStringListModel(self)
        self._field = QLineEdit()
        self._button = QPushButton(self.tr("Tag this"))
        self._confirmation = QLabel()
        self._dress()
        line = QHBoxLayout()
        line.setSpacing(SPACING)
        line.addWidget(self._field, 1)
        line.addWidget(self._button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(line)
        layout.addWidget(self._confirmation)
        self._field.textEdited.connect(self._type)
        self._field.textChanged.connect(self._refresh)
        self._field.returnPressed.connect(self._request_tag)
        self._button.clicked.connect(self._request_tag)
        self._refresh()

    @property
    def name(self) -> str:
        """The tag the photo would get; empty for none."""
        return " ".join(self._field.text().split())

    def set_completions(self, names: Sequence[str]) -> None:
        self._names.setStringList(list(names))

    def suggest(self, name: str) -> None:
        """Fill in a name, unless a person has typed one."""
        if not self._typed and not self._field.hasFocus():
            self._field.setText(name)

    def set_name(self, name: str) -> None:
        """Fill in a name that a person chose."""
        self._typed = False
        self._field.setText(name)

    def show_tagged(self, name: str) -> None:
        self._confirmation.setText(self.tr("Tagged ‘{name}’.").format(name=name))
        self._confirmation.show()

    def reset_choice(self) -> None:
        """Let the next suggestion replace the text, even one that was typed."""
        self._typed = False

    def reset(self) -> None:
        self._typed = False
        self._field.clear()
        self._confirmation.hide()

    def _dress(self) -> None:
        self._field.setMaxLength(LONGEST_NAME)
        self._field.setPlaceholderText(self.tr("A name for it"))
        self._field.setAccessibleName(self.tr("Tag for this photo"))
        self._button.setAccessibleName(self.tr("Tag this photo"))
        self._confirmation.setTextFormat(Qt.TextFormat.PlainText)
        self._confirmation.setProperty("muted", True)
        self._confirmation.hide()
        self._field.setCompleter(name_completer(self._names, self))

    def _type(self, text: str) -> None:
        self._typed = bool(text.strip())

    def _refresh(self) -> None:
        self._button.setEnabled(bool(self.name))
        self._confirmation.hide()

    def _request_tag(self) -> None:
        if self.name:
            self.tag_requested.emit(self.name)
