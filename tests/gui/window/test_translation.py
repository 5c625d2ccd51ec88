"""Every text a person reads goes through Qt's translation: what is not, shows without its marks."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QLocale,
    QModelIndex,
    Qt,
    QTranslator,
)
from PySide6.QtGui import QAction, QTextDocumentFragment
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)
from typing_extensions import override

from photofind.store.filter_kinds import CAMERA
from tests.gui.window import states
from tests.gui.window.closed_library import suggest
from tests.gui.window.conftest import OpenWindow

MOST_ROWS = 40


class Marking(QTranslator):
    """Translator that puts every text in marks."""

    @override
    def translate(
        self, context: str, sourceText: str, disambiguation: str | None = None, n: int = -1
    ) -> str:
        return f"«{sourceText}»" if sourceText else ""

    @override
    def isEmpty(self) -> bool:
        return False


@pytest.fixture(autouse=True)
def _marked(qapp: QApplication) -> Iterator[None]:
    translator = Marking()
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)


@pytest.fixture
def library(library: Path) -> Path:
    suggest(library, states.SUGGESTED)
    return library


def texts_of(page: QWidget) -> Iterator[tuple[str, str]]:
    """Return all texts, tooltips and accessible names, and where they are."""
    for one in [page, *page.findChildren(QWidget)]:
        if one.isVisible():
            where = f"{type(one.parent()).__name__}/{type(one).__name__}"
            for text in _texts(one):
                yield where, text
            if isinstance(one, QAbstractItemView):
                for text in _rows(one.model(), one.rootIndex()):
                    yield f"row of {where}", text


def _texts(widget: QWidget) -> Iterator[str]:
    yield widget.toolTip()
    yield widget.statusTip()
    yield widget.accessibleName()
    yield widget.accessibleDescription()
    yield from (text for action in widget.actions() for text in _of_action(action))
    if widget.isWindow():
        yield widget.windowTitle()
    if isinstance(widget, QLabel | QAbstractButton) and not _is_cut(widget):
        yield widget.text()
    if isinstance(widget, QLineEdit | QPlainTextEdit):
        yield widget.placeholderText()
    if isinstance(widget, QComboBox):
        yield from (widget.itemText(place) for place in range(widget.count()))


def _is_cut(widget: QLabel | QAbstractButton) -> bool:
    """Whether a text was elided to fit; the accessible name has all of it."""
    head, cut, tail = widget.text().partition("…")
    whole = widget.accessibleName()
    return bool(cut) and whole.startswith(head) and whole.endswith(tail)


def _of_action(action: QAction) -> Iterator[str]:
    yield action.text()
    yield action.toolTip()


def _rows(model: QAbstractItemModel | None, root: QModelIndex) -> Iterator[str]:
    if model is None:
        return
    # Of a list's model it is private.
    columns = model.columnCount(root) if isinstance(model, QAbstractTableModel) else 1
    for row in range(min(model.rowCount(root), MOST_ROWS)):
        for column in range(columns):
            index = model.index(row, column, root)
            for role in (
                Qt.ItemDataRole.DisplayRole,
                Qt.ItemDataRole.ToolTipRole,
                Qt.ItemDataRole.AccessibleTextRole,
            ):
                said = model.data(index, role)
                if isinstance(said, str):
                    yield said


def untranslated(page: QWidget, data: re.Pattern[str]) -> str:
    """Return texts with letters outside of marks, apart from a person's own names."""
    found = []
    for where, text in texts_of(page):
        plain = QTextDocumentFragment.fromHtml(text).toPlainText() if "<" in text else text
        if re.search(r"[^\W\d_]", data.sub("", _unmarked(plain))):
            found.append(f"{where}: {text!r}")
    return "\n".join(sorted(set(found)))


def _unmarked(text: str) -> str:
    """Remove what is in marks, which may be nested."""
    while (shorter := re.sub("«[^«»]*»", "", text)) != text:
        text = shorter
    return text


@pytest.fixture
def data() -> Callable[[OpenWindow], re.Pattern[str]]:
    """What is the person's own or the system's: names of files and tags, dates, filters, keys."""

    def of(opened: OpenWindow) -> re.Pattern[str]:
        library = opened.library
        own = {"Photofind", "JPEG", "holiday", "a house", *_of_dates()}
        own |= {*library.search.filter_values(CAMERA), *library.search.tag_names()}
        for photo in library.catalogue.photos.all_rows().photo_ids.tolist():
            details = library.catalogue.photos.details(photo)
            assert details is not None
            for file in details.files:
                own |= {str(file.path), str(file.path.parent), *file.path.parts}
        # What is wrong with a search is said by the engine, which knows no languages.
        own |= {opened.window.bar.problem} - {""}
        names = [rf"(?<!\w){re.escape(one)}(?!\w)" for one in sorted(own, key=len, reverse=True)]
        return re.compile("|".join([r'[a-z]+:("[^"]*"|[\w-]*)', *names, r"\b[A-Z]\b"]))

    return of


def _of_dates() -> set[str]:
    """Words of dates and sizes, which the system has translated."""
    locale = QLocale()
    both = QLocale.FormatType.LongFormat, QLocale.FormatType.ShortFormat
    months = {locale.standaloneMonthName(month, one) for one in both for month in range(1, 13)}
    days = {locale.dayName(day, one) for one in both for day in range(1, 8)}
    return {*months, *days, locale.amText(), locale.pmText(), "kB", "MB"}


@pytest.mark.parametrize("state", states.STATES, ids=lambda state: state.__name__)
def test_that_nothing_is_left_untranslated(
    opened: OpenWindow,
    state: Callable[[OpenWindow], QWidget],
    data: Callable[[OpenWindow], re.Pattern[str]],
) -> None:
    assert not untranslated(state(opened), data(opened))


@pytest.mark.parametrize("step", range(3))
def test_that_nothing_of_the_first_run_is_left_untranslated(
    empty_window: OpenWindow, step: int, data: Callable[[OpenWindow], re.Pattern[str]]
) -> None:
    assert not untranslated(states.first_run(empty_window, step), data(empty_window))


def test_that_nothing_of_what_could_not_be_read_is_left_untranslated(
    with_album: OpenWindow, album: Path, data: Callable[[OpenWindow], re.Pattern[str]]
) -> None:
    assert not untranslated(states.unreadable(with_album, album), data(with_album))


def test_that_nothing_of_all_that_failed_is_left_untranslated(
    with_failures: OpenWindow, data: Callable[[OpenWindow], re.Pattern[str]]
) -> None:
    page = states.failures(with_failures)
    assert not untranslated(page, data(with_failures))


def test_that_nothing_of_offered_tags_is_left_untranslated(
    with_offers: OpenWindow, data: Callable[[OpenWindow], re.Pattern[str]]
) -> None:
    page = states.same_photo(with_offers)
    assert not untranslated(page, data(with_offers))


def test_that_nothing_of_a_folder_that_is_away_is_left_untranslated(
    with_album: OpenWindow, album: Path, data: Callable[[OpenWindow], re.Pattern[str]]
) -> None:
    known = data(with_album)
    assert not untranslated(states.not_connected(with_album, album), known)
