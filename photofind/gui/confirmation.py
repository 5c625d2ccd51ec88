"""A confirmation dialog for what cannot easily be taken back."""

from PySide6.QtWidgets import QMessageBox, QWidget

from photofind.gui.wording import tr


def confirm_action(window: QWidget, question: str, about: str, action: str) -> bool:
    """Ask for confirmation; Enter keeps everything.

    Args:
        about: The consequences.
        action: The action, for the title and the button that confirms it.
    """
    box = QMessageBox(window)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle(action)
    box.setText(question)
    box.setInformativeText(about)
    yes = box.addButton(action, QMessageBox.ButtonRole.AcceptRole)
    keep = tr("Keep")
    box.setDefaultButton(box.addButton(keep, QMessageBox.ButtonRole.RejectRole))
    box.exec()
    return box.clickedButton() is yes
