"""Offer a person's tags to the photo that seems to be the former one with other bytes."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton
from typing_extensions import override

from photofind.gui.lanes import Lane
from photofind.gui.theme import SPACING, theme_of
from photofind.gui.undo import Done, Step, UndoHistory
from photofind.gui.wording import number, tr
from photofind.store.catalogue import ContinuityRepository
from photofind.store.continuity import Answered, Offer

SHOWN_TAGS = 3
SHOWN_LETTERS = 32
"""Letters of a file's name that the line shows at most."""


class SamePhotoLine(QFrame):
    """Line with one offer at a time and a button for each answer; hidden without offers.

    Signals:
        accepted: The `Offer`: both are the same photo.
        declined: The `Offer`: they are not.
        opened: Id of the photo that the tags are offered to, to be looked at.
    """

    accepted = Signal(object)
    declined = Signal(object)
    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._offers: list[Offer] = []
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._more = QLabel()
        self._more.setProperty("muted", True)
        look = QPushButton(self.tr("Look at it"))
        same = QPushButton(self.tr("Same photo"))
        other = QPushButton(self.tr("Another photo"))
        for button in (look, other):
            button.setProperty("quiet", True)
        same.setToolTip(self.tr("Gives it the tags."))
        other.setToolTip(self.tr("The tags stay where they are, and this is not asked again."))
        look.clicked.connect(lambda: self.opened.emit(self._offers[0].photo))
        same.clicked.connect(self._accept)
        other.clicked.connect(self._decline)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACING + 4, SPACING // 2, SPACING, SPACING // 2)
        layout.setSpacing(SPACING)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._more)
        for button in (look, same, other):
            layout.addWidget(button)
        self.hide()

    def show_offers(self, offers: Sequence[Offer]) -> None:
        """Show the first of some offers, or nothing where there are none."""
        self._offers = list(offers)
        if offers:
            self._text.setText(_question(offers[0], short=True))
            whole = _question(offers[0], short=False)
            self._text.setToolTip(whole)
            self._text.setAccessibleName(whole)
            self.setAccessibleName(whole)
            more = tr("{count} more").format(count=number(len(offers) - 1))
            self._more.setText(more if len(offers) > 1 else "")
        self.setVisible(bool(offers))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QColor(theme_of(self.palette()).hairline))
        painter.drawLine(0, 0, self.width(), 0)

    def _accept(self) -> None:
        self.accepted.emit(self._taken())

    def _decline(self) -> None:
        self.declined.emit(self._taken())

    def _taken(self) -> Offer:
        """Return the offer shown and go on to the next, so that none is answered twice."""
        offer, *rest = self._offers
        self.show_offers(rest)
        return offer


class SamePhotoOffers(QObject):
    """Reads offers for the line, and applies the answers as undoable steps.

    Signals:
        changed: Ids of photos that have other tags now.
    """

    changed = Signal(list)

    def __init__(
        self,
        continuity: ContinuityRepository,
        line: SamePhotoLine,
        history: UndoHistory,
        writer: Lane,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._continuity = continuity
        self._line = line
        self._history = history
        self._writer = writer
        line.accepted.connect(self._accept)
        line.declined.connect(self._decline)

    def read(self) -> None:
        """Show what is offered now."""
        self._writer.submit(self._continuity.offers, self._line.show_offers, key="offers")

    def _accept(self, offer: Offer) -> None:
        said = tr("{photo} has the tags {tags} now.").format(
            photo=offer.path.name, tags=", ".join(offer.tags)
        )
        self._history.do(self._step(offer, said, self._continuity.accept))

    def _decline(self, offer: Offer) -> None:
        said = tr("{photo} counts as another photo.").format(photo=offer.path.name)
        self._history.do(self._step(offer, said, self._continuity.decline))

    def _step(self, offer: Offer, said: str, answer: Callable[[int], Answered]) -> Step:
        def do() -> Done:
            answered = answer(offer.id)
            return Done(said, self._back(offer, said, answer, answered), announce=announce)

        def announce() -> None:
            self._announce(offer)

        return do

    def _back(
        self, offer: Offer, said: str, answer: Callable[[int], Answered], answered: Answered
    ) -> Step:
        def take_back() -> Done:
            self._continuity.take_back(answered)
            return Done(
                tr("Asked again about {photo}.").format(photo=offer.path.name),
                self._step(offer, said, answer),
                announce=lambda: self._announce(offer),
            )

        return take_back

    def _announce(self, offer: Offer) -> None:
        self.read()
        self.changed.emit([offer.photo])


def _question(offer: Offer, *, short: bool) -> str:
    """Ask whether it is the same photo.

    Args:
        short: Cut long names in the middle, and leave out tags of which there are many.
    """
    tags = ", ".join(offer.tags[:SHOWN_TAGS] if short else offer.tags)
    if short and len(offer.tags) > SHOWN_TAGS:
        tags = tr("{tags} and {count} more").format(
            tags=tags, count=number(len(offer.tags) - SHOWN_TAGS)
        )
    photo, former = offer.path.name, offer.former_path and offer.former_path.name
    if short:
        photo, former = _shortened(photo), former and _shortened(former)
    if former is None or offer.former_path == offer.path:
        return tr("Is {photo} still the photo that you tagged {tags}?").format(
            photo=photo, tags=tags
        )
    return tr("Same photo? {former} (tagged {tags}) and {photo} look alike.").format(
        photo=photo, former=former, tags=tags
    )


def _shortened(name: str) -> str:
    """Cut a long name in the middle; its start and its end tell most."""
    if len(name) <= SHOWN_LETTERS:
        return name
    half = SHOWN_LETTERS // 2
    return f"{name[:half]}…{name[-half + 1 :]}"
