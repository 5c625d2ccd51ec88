"""Loads the suggestions of a tag for the review page."""

from PySide6.QtCore import QObject

from photofind.gui.lanes import Lane
from photofind.gui.tags.review_page import ReviewPage
from photofind.store.catalogue import Catalogue
from photofind.store.gallery import PhotoRows
from photofind.store.tags import Suggestion

MOST_SHOWN = 5000
"""Suggestions of one tag that are looked at in one go; the rest follow when these are decided."""


class ReviewLoader(QObject):
    """Serves the page's requests on the writer's lane, so that what was decided is left out."""

    def __init__(
        self,
        catalogue: Catalogue,
        page: ReviewPage,
        writer: Lane,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._page = page
        self._writer = writer
        page.tag_chosen.connect(self.load)

    def load(self, name: str) -> None:
        """Load the suggestions of one tag, the most certain first."""
        catalogue = self._catalogue

        def work() -> tuple[list[Suggestion], PhotoRows]:
            suggestions = catalogue.tags.review_queue(MOST_SHOWN, name)
            return suggestions, catalogue.photos.rows([one.photo_id for one in suggestions])

        self._writer.submit(work, lambda found: self._page.show_suggestions(*found))
