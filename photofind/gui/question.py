"""A question that comes before what a person may not have meant."""

from PySide6.QtWidgets import QMessageBox, QWidget

from photofind.gui.wording import tr


def is_meant(window: QWidget, question: str, about: str, deed: str) -> bool:
    """Asks a person; where they only press Enter, everything is kept.

    Args:
        about: What follows from it.
        deed: What is done, for the title and for the button that says yes.
    """
    box = QMessageBox(window)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle(deed)
    box.setText(question)
    box.setInformativeText(about)
    yes = box.addButton(deed, QMessageBox.ButtonRole.AcceptRole)
    keep = tr("Keep")
    box.setDefaultButton(box.addButton(keep, QMessageBox.ButtonRole.RejectRole))
    box.exec()
    return box.clickedButton() is yes
