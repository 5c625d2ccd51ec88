"""Choose a search model from a list of cards."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from photofind.errors import UserFacingError
from photofind.gui.lanes import Lane
from photofind.gui.settings.downloads import ModelDownloads
from photofind.gui.settings.model_card import ModelCard
from photofind.gui.theme import SPACING
from photofind.search_models import SearchModel

ChoosePath = Callable[[QWidget], Path | None]
"""Let a person choose a file or folder; `None` where they cancel."""


def choose_folder(parent: QWidget) -> Path | None:
    title = parent.tr("The folder of a search model")
    chosen = QFileDialog.getExistingDirectory(parent, title)
    return Path(chosen) if chosen else None


def choose_file(parent: QWidget) -> Path | None:
    title = parent.tr("The file of a search model")
    kinds = parent.tr("Search models (*.safetensors *.bin)")
    chosen, _kind = QFileDialog.getOpenFileName(parent, title, "", kinds)
    return Path(chosen) if chosen else None


class SearchModelChooser(QWidget):
    """List of search models; call `close_lanes` before it goes.

    Args:
        in_use: The one photos are read with now; `None` before the first.
        chosen: The one that is marked at first.
        load: All of them; called on a lane.
        add: Takes one from a file or folder; called on a lane.
        downloads: Outlives this widget, and so do the downloads begun here.

    Signals:
        chosen_changed: Another model (its name) is selected.
        loaded: The cards are up to date.
    """

    chosen_changed = Signal(str)
    loaded = Signal()

    def __init__(
        self,
        in_use: str | None,
        chosen: str,
        *,
        load: Callable[[], Sequence[SearchModel]],
        add: Callable[[Path], SearchModel],
        downloads: ModelDownloads,
        choose_folder: ChoosePath = choose_folder,
        choose_file: ChoosePath = choose_file,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._in_use = in_use
        self._chosen = chosen
        self._load = load
        self._add = add
        self._downloads = downloads
        self._models: list[SearchModel] = []
        self._cards: dict[str, ModelCard] = {}
        self._wanted: str | None = None
        self._lane = Lane("search models", self)
        self._list = QVBoxLayout()
        self._list.setSpacing(SPACING)
        self._own = QPushButton(self.tr("Use a file I have…"))
        menu = QMenu(self._own)
        menu.addAction(self.tr("A folder…"), lambda: self._add_source(choose_folder(self)))
        menu.addAction(self.tr("A file…"), lambda: self._add_source(choose_file(self)))
        self._own.setMenu(menu)
        self._problem = QLabel()
        self._problem.setProperty("danger", True)
        self._hint = QLabel()
        self._consequence = QLabel(
            self.tr(
                "Photos are read again in the background; the old search keeps working meanwhile."
            )
        )
        for line in (self._problem, self._hint, self._consequence):
            line.setWordWrap(True)
            line.hide()
        for line in (self._hint, self._consequence):
            line.setProperty("muted", True)
        self._lay_out()
        downloads.changed.connect(self._show_one)
        downloads.finished.connect(self._arrived)
        self.reload()

    def chosen(self) -> str:
        return self._chosen

    def choose(self, name: str) -> None:
        if name != self._chosen:
            self._chosen = name
            self._show_all()
            self.chosen_changed.emit(name)

    def reload(self) -> None:
        """Load again which models are on this computer."""
        self._lane.submit(self._load, self._show, self._show_problem, key="load")

    def close_lanes(self) -> None:
        self._lane.close()

    def _lay_out(self) -> None:
        below = QHBoxLayout()
        below.addWidget(self._own)
        below.addStretch(1)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(SPACING)
        page.addLayout(self._list)
        page.addWidget(self._consequence)
        page.addLayout(below)
        page.addWidget(self._problem)
        page.addWidget(self._hint)
        page.addStretch(1)

    def _show(self, models: Sequence[SearchModel]) -> None:
        self._models = list(models)
        for index, model in enumerate(models):
            if model.name not in self._cards:
                self._list.insertWidget(index, self._made_card(model))
        self._show_all()
        self.loaded.emit()

    def _made_card(self, model: SearchModel) -> ModelCard:
        card = ModelCard(model)
        name = model.name
        card.chosen.connect(lambda: self.choose(name))
        card.download_requested.connect(lambda: self._fetch(name))
        card.pause_requested.connect(lambda: self._downloads.pause(name))
        self._cards[name] = card
        return card

    def _show_all(self) -> None:
        for model in self._models:
            self._show_card(model)
        again = self._in_use is not None and self._chosen != self._in_use
        self._consequence.setVisible(again)

    def _show_one(self, name: str) -> None:
        if self._downloads.state(name) is None:
            # Paused, or here: what is on the disk says how far.
            self.reload()
        for model in self._models:
            if model.name == name:
                self._show_card(model)

    def _show_card(self, model: SearchModel) -> None:
        self._cards[model.name].show_model(
            model,
            self._downloads.state(model.name),
            chosen=model.name == self._chosen,
            in_use=model.name == self._in_use,
        )

    def _fetch(self, name: str) -> None:
        self._wanted = name
        self._downloads.start(name)

    def _arrived(self, model: SearchModel) -> None:
        """Select a model that was downloaded from here."""
        if model.name == self._wanted and not model.missing:
            self._wanted = None
            self.choose(model.name)

    def _add_source(self, source: Path | None) -> None:
        if source is None:
            return
        self._show_problem(None)
        self._own.setEnabled(False)
        self._lane.submit(lambda: self._add(source), self._added, self._refused)

    def _added(self, model: SearchModel) -> None:
        self._own.setEnabled(True)
        self.choose(model.name)
        self.reload()

    def _refused(self, error: UserFacingError) -> None:
        self._own.setEnabled(True)
        self._show_problem(error)

    def _show_problem(self, error: UserFacingError | None) -> None:
        self._problem.setText("" if error is None else error.message)
        self._hint.setText("" if error is None else error.hint)
        for line in (self._problem, self._hint):
            line.setVisible(error is not None)
