import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from photofind.domain import Fingerprint, Photo, PhotoId, PhotoMetadata
from photofind.gui import wording
from photofind.gui.grid.captions import Caption, Captions
from photofind.gui.grid.model import PhotoModel, PhotoRole
from photofind.store.gallery import PhotoDetails, PhotoFile, PhotoRows

Rows = Callable[[int], PhotoRows]


def details(photo_id: PhotoId) -> PhotoDetails:
    metadata = PhotoMetadata(taken_at="2019-07-14T10:00:00" if photo_id % 2 else None)
    photo = Photo(Fingerprint(bytes(8)), "JPEG", 40, 30, (1, 2, 3), metadata)
    file = PhotoFile(Path(f"/photos/beach{photo_id}.jpg"), 1, Path("/photos"), offline=False)
    return PhotoDetails(photo_id, photo, (file,), ())


@pytest.fixture
def captions() -> Iterator[Captions]:
    made = Captions(details)
    yield made
    made.close()


@pytest.fixture
def model(rows: Rows, captions: Captions) -> PhotoModel:
    made = PhotoModel(captions=captions)
    made.show(rows(214), 37)
    return made


def spoken(model: PhotoModel, row: int) -> str:
    words = model.data(model.index(row), Qt.ItemDataRole.AccessibleTextRole)
    assert isinstance(words, str)
    return words


def test_that_it_is_a_model_as_qt_understands_one(
    model: PhotoModel, rows: Rows, qtmodeltester: ModelTester
) -> None:
    qtmodeltester.check(model)
    model.append(rows(300).at(slice(214, 300)))
    model.remove([PhotoId(3), PhotoId(4), PhotoId(300)])
    qtmodeltester.check(model)


def test_that_rows_say_what_is_drawn_of_them(model: PhotoModel, rows: Rows) -> None:
    index, wanted = model.index(36), rows(214)
    assert index.data(PhotoRole.PHOTO_ID) == 37
    assert index.data(PhotoRole.ASPECT) == pytest.approx(float(wanted.aspects[36]))
    assert index.data(PhotoRole.COLOUR) == int(wanted.colours[36])
    assert index.data(PhotoRole.OFFLINE) is False
    assert index.data(PhotoRole.SURE) is True
    assert model.index(37).data(PhotoRole.SURE) is False


def test_that_photos_that_are_not_ranked_are_neither_sure_nor_guesses(rows: Rows) -> None:
    model = PhotoModel()
    model.show(rows(3), None)
    assert model.index(0).data(PhotoRole.SURE) is None
    assert spoken(model, 2) == "photo 3 of 3"


def test_that_a_photo_is_counted_until_its_name_is_known(model: PhotoModel, qtbot: QtBot) -> None:
    assert spoken(model, 2) == "photo 3 of 214, sure"
    with qtbot.waitSignal(model.dataChanged):
        pass
    day = wording.day(datetime(2019, 7, 14))
    assert spoken(model, 2) == f"beach3.jpg, {day}, result 3 of 214, sure"


def test_that_guesses_and_what_is_not_connected_are_said(captions: Captions, rows: Rows) -> None:
    shown = rows(5)
    offline = np.array([False, False, False, True, False])
    model = PhotoModel()
    model.show(PhotoRows(shown.photo_ids, shown.aspects, shown.colours, offline), 2)
    assert spoken(model, 3) == "photo 4 of 5, best guess, not connected"


def test_that_a_tooltip_names_the_photo(model: PhotoModel, qtbot: QtBot) -> None:
    index = model.index(1)
    assert index.data(Qt.ItemDataRole.ToolTipRole) is None
    with qtbot.waitSignal(model.dataChanged):
        pass
    assert index.data(Qt.ItemDataRole.ToolTipRole) == "beach2.jpg"


def test_that_names_are_read_off_the_windows_thread(rows: Rows, qtbot: QtBot) -> None:
    threads: list[threading.Thread] = []

    def read(photo_id: PhotoId) -> PhotoDetails:
        threads.append(threading.current_thread())
        return details(photo_id)

    captions = Captions(read)
    with qtbot.waitSignal(captions.loaded):
        captions.get(PhotoId(1))
    captions.close()
    assert threads
    assert threading.main_thread() not in threads


def test_that_a_photo_that_was_renamed_is_announced_by_its_new_name(qtbot: QtBot) -> None:
    known = details(PhotoId(2))

    def read(_photo_id: PhotoId) -> PhotoDetails:
        return known

    captions = Captions(read)
    with qtbot.waitSignal(captions.loaded):
        captions.get(PhotoId(2))
    known = replace(known, files=(replace(known.files[0], path=Path("/photos/pier.jpg")),))
    captions.invalidate([PhotoId(2)])
    with qtbot.waitSignal(captions.loaded):
        assert captions.get(PhotoId(2)) is None
    captions.close()
    assert captions.get(PhotoId(2)) == Caption("pier.jpg", "")


def test_that_adding_photos_resets_nothing(model: PhotoModel, rows: Rows, qtbot: QtBot) -> None:
    held = QPersistentModelIndex(model.index(200))
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.rowsInserted) as emitted:
        model.append(rows(500).at(slice(214, 500)))
    assert emitted.args is not None
    assert emitted.args[1:] == [214, 499]
    assert model.rowCount() == 500
    assert held.row() == 200
    assert model.photo_id(499) == 500
    assert model.sure == 37


def test_that_many_small_additions_keep_every_photo(rows: Rows) -> None:
    everything, model = rows(1000), PhotoModel()
    model.show(everything.at(slice(0, 1)), None)
    for row in range(1, 1000):
        model.append(everything.at(slice(row, row + 1)))
    assert np.array_equal(model.rows.photo_ids, everything.photo_ids)
    assert np.array_equal(model.rows.colours, everything.colours)


def test_that_photos_leave_in_runs_and_the_sure_ones_stay_counted(
    model: PhotoModel, qtbot: QtBot
) -> None:
    runs: list[tuple[int, int]] = []
    model.rowsRemoved.connect(lambda _, first, last: runs.append((first, last)))
    model.remove([PhotoId(n) for n in (1, 2, 3, 37, 38, 214, 9999)])
    assert runs == [(213, 213), (36, 37), (0, 2)]
    assert model.rowCount() == 208
    assert model.sure == 33
    assert model.photo_id(0) == 4
    assert model.row_of(PhotoId(38)) is None
    assert model.row_of(PhotoId(39)) == 33


def test_that_rows_given_and_rows_read_are_never_written_to(rows: Rows) -> None:
    given, model = rows(10), PhotoModel()
    model.show(given, None)
    model.append(given)
    read = model.rows
    model.remove([PhotoId(1)])
    assert given.photo_ids.tolist() == list(range(1, 11))
    assert read.photo_ids.tolist() == list(range(1, 11)) * 2
