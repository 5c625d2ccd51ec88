"""The page that is shown once."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from photofind.clip.checkpoints import EMBEDDED
from photofind.gui.first_run.folders import FoldersStep
from photofind.gui.first_run.pages import FirstRun, FirstRunChoice
from photofind.gui.settings.downloads import ModelDownloads
from photofind.gui.settings.models import SearchModelChooser
from photofind.paths import LibraryPaths
from photofind.search_models import SearchModel, search_models
from tests.gui.model_shelf import button_in, click_in
from tests.gui.silent_disk import silent_disk as silent_disk

BETTER = "ViT-B-32-256/datacomp_s34b_b86k"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "Pictures"
    (folder / "2019").mkdir(parents=True)
    (folder / "beach.jpg").touch()
    return folder


@pytest.fixture
def requested() -> list[Path]:
    """Folders chosen in the next dialogs."""
    return []


@pytest.fixture
def first_run(
    qtbot: QtBot, tmp_path: Path, pictures: Path, requested: list[Path]
) -> Iterator[FirstRun]:
    def none_comes(*_request: object) -> SearchModel:
        raise AssertionError("nothing is fetched or added here")

    downloads = ModelDownloads(none_comes)
    chooser = SearchModelChooser(
        None,
        EMBEDDED,
        load=lambda: search_models(LibraryPaths(tmp_path / "library")),
        add=none_comes,
        downloads=downloads,
    )
    made = FirstRun(
        chooser, pictures, choose_folder=lambda _parent: requested.pop() if requested else None
    )
    qtbot.addWidget(made)
    made.resize(900, 600)
    with qtbot.waitSignal(chooser.loaded):
        made.show()
    yield made
    made.close_lanes()
    downloads.close()


def _has_folders(first_run: FirstRun, *folders: Path) -> bool:
    return first_run._folders.folders() == folders


def _add_pictures(first_run: FirstRun, pictures: Path, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: "Add ‘Pictures’" in _buttons(first_run))
    click_in(first_run, "Add ‘Pictures’")
    qtbot.waitUntil(lambda: _has_folders(first_run, pictures))


def _buttons(widget: QWidget) -> list[str]:
    return [one.text() for one in widget.findChildren(QAbstractButton) if one.isVisible()]


def _words(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def _drop(onto: FoldersStep, paths: list[Path]) -> bool:
    """Drag and drop; return whether the drag was accepted."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left, none = (
        Qt.DropAction.CopyAction,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    place = QPointF(onto.rect().center())
    entered = QDragEnterEvent(place.toPoint(), copy, data, left, none)
    entered.ignore()
    QGuiApplication.sendEvent(onto, entered)
    if entered.isAccepted():
        QGuiApplication.sendEvent(onto, QDropEvent(place, copy, data, left, none))
    return entered.isAccepted()


def test_that_the_systems_pictures_folder_is_two_presses_of_enter_away_from_the_models(
    first_run: FirstRun, pictures: Path, qtbot: QtBot
) -> None:
    first_run.activateWindow()
    qtbot.waitUntil(lambda: "Add ‘Pictures’" in _buttons(first_run))
    assert first_run.focusWidget() is button_in(first_run, "Add ‘Pictures’")

    QTest.keyClick(first_run, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: _has_folders(first_run, pictures))
    QTest.keyClick(first_run, Qt.Key.Key_Return)

    assert "How good should the search be?" in _words(first_run)


def test_that_the_whole_way_gives_folders_and_model(
    first_run: FirstRun, pictures: Path, qtbot: QtBot
) -> None:
    _add_pictures(first_run, pictures, qtbot)
    click_in(first_run, "Next")
    click_in(first_run, "Next")
    assert "Nothing leaves this computer." in _words(first_run)
    assert "Your photos are never changed." in _words(first_run)

    with qtbot.waitSignal(first_run.finished) as finished:
        click_in(first_run, "Start")

    assert finished.args == [FirstRunChoice((pictures,), EMBEDDED)]


def test_that_every_step_can_be_skipped(first_run: FirstRun, pictures: Path, qtbot: QtBot) -> None:
    _add_pictures(first_run, pictures, qtbot)
    click_in(first_run, "Skip")
    click_in(first_run, "Skip")

    with qtbot.waitSignal(first_run.finished) as finished:
        click_in(first_run, "Start")

    assert finished.args == [FirstRunChoice((), None)]


def test_that_going_back_and_on_takes_back_a_skip(first_run: FirstRun, qtbot: QtBot) -> None:
    click_in(first_run, "Skip")
    click_in(first_run, "Skip")
    QTest.keyClick(first_run, Qt.Key.Key_Escape)
    click_in(first_run, "Next")

    with qtbot.waitSignal(first_run.finished) as finished:
        click_in(first_run, "Start")

    assert finished.args == [FirstRunChoice((), EMBEDDED)]


def test_that_the_model_chosen_on_the_cards_is_the_one_given(
    first_run: FirstRun, qtbot: QtBot
) -> None:
    click_in(first_run, "Skip")
    first_run._chooser.choose(BETTER)
    click_in(first_run, "Next")

    with qtbot.waitSignal(first_run.finished) as finished:
        click_in(first_run, "Start")

    assert finished.args == [FirstRunChoice((), BETTER)]


def test_that_without_folders_one_can_only_skip(first_run: FirstRun) -> None:
    assert not button_in(first_run, "Next").isEnabled()
    assert button_in(first_run, "Skip").isEnabled()


def test_that_the_demo_and_the_way_past_all_are_offered_on_every_step(
    first_run: FirstRun, qtbot: QtBot
) -> None:
    for _step in range(3):
        with qtbot.waitSignal(first_run.demo_requested):
            click_in(first_run, "Open the demo pictures")
        with qtbot.waitSignal(first_run.skipped):
            click_in(first_run, "Skip all")
        first_run._forward()


def test_that_escape_goes_one_step_back_and_no_further(first_run: FirstRun) -> None:
    click_in(first_run, "Skip")
    QTest.keyClick(first_run, Qt.Key.Key_Escape)
    assert first_run.step == 0

    QTest.keyClick(first_run, Qt.Key.Key_Escape)

    assert first_run.step == 0


def test_that_several_folders_can_be_added_and_removed(
    first_run: FirstRun, tmp_path: Path, requested: list[Path], qtbot: QtBot
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    for folder in (first, second):
        requested.append(folder)
        click_in(first_run, "Add folder…")
    qtbot.waitUntil(lambda: _has_folders(first_run, first, second))

    QTest.keyClick(first_run._folders._list, Qt.Key.Key_Delete)

    assert first_run._folders.folders() == (first,)


def test_that_a_dialog_given_up_changes_nothing(first_run: FirstRun) -> None:
    click_in(first_run, "Add folder…")

    assert first_run._folders.folders() == ()


def test_that_folders_can_be_dropped_and_files_are_refused_in_words(
    first_run: FirstRun, pictures: Path, qtbot: QtBot
) -> None:
    assert _drop(first_run._folders, [pictures, pictures / "beach.jpg"])

    qtbot.waitUntil(lambda: _has_folders(first_run, pictures))
    assert "‘beach.jpg’ is not a folder" in _words(first_run)
    assert button_in(first_run, "Next").isEnabled()


def test_that_a_drag_without_files_is_not_taken(first_run: FirstRun) -> None:
    assert not _drop(first_run._folders, [])


@pytest.mark.parametrize(("second", "remark"), [("2019", "within ‘Pictures’"), (".", "already")])
def test_that_what_is_covered_already_is_not_added_again(
    first_run: FirstRun, pictures: Path, second: str, remark: str, qtbot: QtBot
) -> None:
    first_run._folders.add([pictures, pictures / second])

    qtbot.waitUntil(lambda: _has_folders(first_run, pictures))
    assert remark in _words(first_run)


def test_that_a_folder_takes_the_place_of_those_within_it(
    first_run: FirstRun, pictures: Path, qtbot: QtBot
) -> None:
    first_run._folders.add([pictures / "2019", pictures])

    qtbot.waitUntil(lambda: _has_folders(first_run, pictures))


def test_that_no_folder_is_suggested_where_there_is_none(
    make_step: Callable[[Path | None], FoldersStep], tmp_path: Path, qtbot: QtBot
) -> None:
    assert _buttons(make_step(None)) == ["Add folder…", "Remove"]

    step = make_step(tmp_path / "none")
    qtbot.waitSignal(step._suggestions._lane.idled).wait()
    assert _buttons(step) == ["Add folder…", "Remove"]


def test_that_a_disk_that_does_not_answer_is_said_and_the_next_folder_is_added(
    silent_disk: Path,
    make_step: Callable[[Path | None], FoldersStep],
    pictures: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    monkeypatch.setattr("photofind.gui.disk_lane.DISK_ANSWERS_S", 0.4)
    step = make_step(silent_disk)

    step.add([silent_disk])
    qtbot.waitUntil(lambda: "The disk of ‘server’ does not answer." in _words(step), timeout=30_000)
    assert step.folders() == ()

    step.add([pictures])
    qtbot.waitUntil(lambda: step.folders() == (pictures,), timeout=30_000)
    assert _buttons(step) == ["Add folder…", "Remove"]


def test_that_a_folder_that_was_skipped_does_not_come_later(
    first_run: FirstRun, pictures: Path, qtbot: QtBot
) -> None:
    first_run._folders.add([pictures])
    first_run._folders.clear()

    with qtbot.waitSignal(first_run._folders.changed):
        first_run._folders.add([pictures / "2019"])

    assert first_run._folders.folders() == (pictures / "2019",)


@pytest.fixture
def make_step(qtbot: QtBot) -> Iterator[Callable[[Path | None], FoldersStep]]:
    steps: list[FoldersStep] = []

    def make(suggested: Path | None) -> FoldersStep:
        steps.append(FoldersStep(suggested))
        qtbot.addWidget(steps[-1])
        steps[-1].show()
        return steps[-1]

    yield make
    for step in steps:
        step.close_lanes()


def test_that_every_step_fits_a_small_window(first_run: FirstRun) -> None:
    for _step in range(3):
        hint = first_run.minimumSizeHint()
        assert hint.width() <= 900
        assert hint.height() <= 600
        first_run._forward()
