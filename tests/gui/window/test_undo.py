"""Files go to the trash as they were shown, and whatever was done last is taken back first."""

import hashlib
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from photofind.domain import PhotoId
from photofind.gui.grid.view import GridView
from photofind.gui.tags.editor import TagEditor
from photofind.gui.trash_dialog import TrashDialog
from photofind.system_trash import OneWayTrash
from tests.gui.window import states
from tests.gui.window.closed_library import suggest
from tests.gui.window.conftest import ALBUM, OpenWindow
from tests.gui.window.hands import (
    CONTROL,
    SHIFT,
    Answering,
    button,
    click,
    press,
    search_for,
    type_in,
)

BEACH = "picture-0003.jpg"


@pytest.fixture
def copies(album: Path, tmp_path: Path) -> list[Path]:
    """One photo three times: in the album, in a folder of copies, and behind a link out of it."""
    first = album / "Winter" / BEACH
    second = album / "copies" / "copy.jpg"
    outside = tmp_path / "outside" / "linked.jpg"
    for path in (second, outside):
        path.parent.mkdir()
        shutil.copy(first, path)
    (album / "link").symlink_to(outside.parent)
    return [first, second, outside]


@pytest.fixture
def with_copies(empty_window: OpenWindow, album: Path, copies: list[Path]) -> OpenWindow:
    with empty_window.searchable(ALBUM):
        empty_window.library.folders.add([album])
    empty_window.wait(lambda: bool(empty_window.reports))
    empty_window.wait(lambda: empty_window.window.model.rowCount() == ALBUM)
    photo = empty_window.photo_at(copies[0])
    details = empty_window.library.catalogue.photos.details
    empty_window.wait(lambda: len(getattr(details(photo), "files", ())) == 3)
    return empty_window


def _grid_at(opened: OpenWindow, photo: PhotoId) -> GridView:
    grid = states.focus_grid(opened)
    grid.make_current(photo)
    return grid


def _notice(opened: OpenWindow) -> str:
    return opened.window.photos.notice.text


def _says(opened: OpenWindow, text: str) -> bool:
    return text in _notice(opened)


def _ids(opened: OpenWindow) -> list[PhotoId]:
    """Return every photo of the library, in the grid or not yet."""
    return [
        PhotoId(photo_id)
        for photo_id in opened.library.catalogue.photos.all_rows().photo_ids.tolist()
    ]


def _tags(opened: OpenWindow, photo: PhotoId) -> list[str]:
    return [tag.name for tag in opened.library.catalogue.tags.of([photo])[0]]


def _tag(opened: OpenWindow, photo: PhotoId, name: str) -> None:
    """Tag photos in the dialog that T opens."""
    _grid_at(opened, photo)
    press(Qt.Key.Key_T)
    opened.wait(lambda: isinstance(QApplication.activeModalWidget(), TagEditor))
    opened.wait(lambda: QApplication.activeWindow() is QApplication.activeModalWidget())
    type_in(name)
    press(Qt.Key.Key_Return, CONTROL)
    opened.wait(lambda: name in _tags(opened, photo))


def _trash(opened: OpenWindow, photo: PhotoId, path: Path) -> Answering:
    _grid_at(opened, photo)
    answer = Answering("Move 1 file to trash")
    press(Qt.Key.Key_Delete)
    opened.wait(lambda: not path.exists())
    opened.wait(lambda: f"‘{path.name}’ moved to the trash." in _notice(opened))
    return answer


def test_that_one_of_three_copies_goes_and_every_path_was_seen(
    with_copies: OpenWindow, copies: list[Path], trash: Path, album: Path
) -> None:
    photo = with_copies.photo_at(copies[0])

    answer = _trash(with_copies, photo, copies[0])

    assert "Move this photo to the trash?" in answer.text
    assert str(copies[1]) in answer.text
    behind = album / "link" / "linked.jpg"
    assert f"{behind} – it lies behind a link to another folder" in answer.text
    assert [path.exists() for path in copies] == [False, True, True]
    assert photo in with_copies.shown()
    with_copies.wait(lambda: with_copies.path_of(photo) == copies[1])


def test_that_the_other_copies_go_where_it_is_ticked_and_none_behind_a_link(
    with_copies: OpenWindow, copies: list[Path], trash: Path
) -> None:
    _grid_at(with_copies, with_copies.photo_at(copies[0]))
    answer = Answering("Move 2 files to trash", "Also its other copies (1 file)")

    press(Qt.Key.Key_Delete)

    with_copies.wait(lambda: "2 files moved to the trash." in _notice(with_copies))
    assert str(copies[1]) in answer.text
    assert [path.exists() for path in copies] == [False, False, True]
    press(Qt.Key.Key_Z, CONTROL)
    with_copies.wait(lambda: "Restored 2 files." in _notice(with_copies))
    assert all(path.exists() for path in copies)


def test_that_the_file_that_a_search_found_is_the_one_that_goes(
    with_copies: OpenWindow, copies: list[Path], trash: Path
) -> None:
    photo = with_copies.photo_at(copies[0])
    search_for(with_copies.window, "folder:copies ")
    with_copies.wait(lambda: with_copies.shown() == [photo])

    press(Qt.Key.Key_Escape)
    answer = _trash(with_copies, photo, copies[1])

    assert answer.text.index(str(copies[1])) < answer.text.index(str(copies[0]))
    assert copies[0].exists()


def test_that_enter_keeps_everything(
    with_copies: OpenWindow, copies: list[Path], trash: Path
) -> None:
    _grid_at(with_copies, with_copies.photo_at(copies[0]))
    press(Qt.Key.Key_Delete)
    with_copies.wait(lambda: bool(with_copies.window.findChildren(TrashDialog)))
    (dialog,) = with_copies.window.findChildren(TrashDialog)
    with_copies.wait(dialog.isActiveWindow)

    press(Qt.Key.Key_Return)

    with_copies.wait(lambda: not dialog.isVisible())
    assert all(path.exists() for path in copies)


def test_that_undo_restores_the_file_and_leaves_the_older_tag(
    with_album: OpenWindow, album: Path, trash: Path
) -> None:
    tagged, beach = with_album.shown()[0], with_album.photo_at(album / "Winter" / BEACH)
    path = with_album.path_of(beach)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    _tag(with_album, beach, "sea")
    _tag(with_album, tagged, "dog")
    _trash(with_album, beach, path)
    assert beach not in with_album.shown()

    press(Qt.Key.Key_Z, CONTROL)

    with_album.wait(lambda: f"Restored ‘{path.name}’." in _notice(with_album))
    assert hashlib.sha256(path.read_bytes()).hexdigest() == digest
    assert "dog" in _tags(with_album, tagged)
    with_album.wait(lambda: beach in with_album.shown())
    with_album.wait(lambda: with_album.window.photos.grid.current_photo() == beach)
    assert "sea" in _tags(with_album, beach)
    press(Qt.Key.Key_Z, CONTROL)
    with_album.wait(lambda: "Removed tag ‘dog’ from 1 photo." in _notice(with_album))
    assert "dog" not in _tags(with_album, tagged)
    press(Qt.Key.Key_Z, CONTROL)
    with_album.wait(lambda: "Removed tag ‘sea’ from 1 photo." in _notice(with_album))
    press(Qt.Key.Key_Z, CONTROL)
    with_album.wait(lambda: "There is nothing to undo." in _notice(with_album))


def test_that_what_was_taken_back_is_done_again(
    with_album: OpenWindow, album: Path, trash: Path
) -> None:
    beach = with_album.photo_at(album / "Winter" / BEACH)
    path = with_album.path_of(beach)
    _tag(with_album, beach, "sea")
    _trash(with_album, beach, path)
    for said in ("Restored", "Removed tag ‘sea’"):
        press(Qt.Key.Key_Z, CONTROL)
        with_album.wait(partial(_says, with_album, said))

    press(Qt.Key.Key_Z, CONTROL | SHIFT)
    with_album.wait(lambda: "‘sea’ added to 1 photo." in _notice(with_album))
    press(Qt.Key.Key_Z, CONTROL | SHIFT)
    with_album.wait(lambda: f"‘{path.name}’ moved to the trash." in _notice(with_album))

    assert not path.exists()
    press(Qt.Key.Key_Z, CONTROL | SHIFT)
    with_album.wait(lambda: "There is nothing to redo." in _notice(with_album))
    press(Qt.Key.Key_Z, CONTROL)
    with_album.wait(path.exists)
    with_album.wait(lambda: "sea" in _tags(with_album, beach))


def test_that_a_file_restored_while_reading_is_paused_is_in_the_library_at_once(
    with_album: OpenWindow, album: Path, trash: Path
) -> None:
    with_album.library.pause()
    beach = with_album.photo_at(album / "Winter" / BEACH)
    path = with_album.path_of(beach)
    _trash(with_album, beach, path)

    click(with_album.window.photos.notice, "Undo")

    with_album.wait(lambda: beach in with_album.shown())
    assert with_album.path_of(beach) == path


@pytest.fixture
def one_way_trash(trash: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the trash behave as on macOS and Windows."""
    monkeypatch.setattr("photofind.trash.system_trash", OneWayTrash)
    return trash


def test_that_undo_stops_at_a_trash_that_gives_nothing_back(
    one_way_trash: Path, with_album: OpenWindow, album: Path
) -> None:
    beach, tagged = with_album.photo_at(album / "Winter" / BEACH), with_album.shown()[0]
    path = with_album.path_of(beach)
    _tag(with_album, tagged, "dog")
    _trash(with_album, beach, path)

    for _ in range(2):
        with_album.window.photos.notice.hide()
        press(Qt.Key.Key_Z, CONTROL)
        with_album.wait(with_album.window.photos.notice.isVisible)
        assert f"‘{path.name}’ could not be restored" in _notice(with_album)
        assert "cannot take files out of this system's trash" in _notice(with_album)

    assert not path.exists()
    assert "dog" in _tags(with_album, tagged)


def test_that_undo_stops_where_another_file_has_taken_the_place(
    with_album: OpenWindow, album: Path, trash: Path
) -> None:
    beach, tagged = with_album.photo_at(album / "Winter" / BEACH), with_album.shown()[0]
    path = with_album.path_of(beach)
    _tag(with_album, tagged, "dog")
    _trash(with_album, beach, path)
    path.write_bytes(b"something else")

    press(Qt.Key.Key_Z, CONTROL)
    with_album.wait(lambda: "another file is in its place now" in _notice(with_album))
    assert path.read_bytes() == b"something else"
    assert "dog" in _tags(with_album, tagged)

    path.unlink()
    press(Qt.Key.Key_Z, CONTROL)
    with_album.wait(lambda: "Restored" in _notice(with_album))


def test_that_a_removed_folder_comes_back_with_its_tags(
    with_album: OpenWindow, album: Path
) -> None:
    photo = with_album.shown()[0]
    _tag(with_album, photo, "dog")
    (summary,) = with_album.library.catalogue.roots.summaries()
    answer = Answering("Remove")
    with_album.window.panel.folder_remove_requested.emit(summary.root.id)
    with_album.wait(lambda: "Folder ‘Holiday photos’ removed." in _notice(with_album))
    assert "Their tags come back" in answer.text
    with_album.wait(lambda: with_album.library.catalogue.photos.counts().photos_with_files == 0)

    press(Qt.Key.Key_Z, CONTROL)

    with_album.wait(lambda: "Folder ‘Holiday photos’ added." in _notice(with_album))
    with_album.wait(lambda: with_album.library.catalogue.photos.counts().photos_with_files == ALBUM)
    assert "dog" in _tags(with_album, photo)


def test_that_folders_added_together_are_counted_and_go_together(
    empty_window: OpenWindow, album: Path
) -> None:
    folders = [album / "Winter", album / "City"]
    empty_window.window.folders.add(folders)
    empty_window.wait(lambda: "2 folders added." in _notice(empty_window))
    assert len(empty_window.library.catalogue.roots.all()) == 2

    empty_window.window.photos.grid.setFocus()
    press(Qt.Key.Key_Z, CONTROL)

    empty_window.wait(lambda: "2 folders removed." in _notice(empty_window))
    assert not empty_window.library.catalogue.roots.all()


def test_that_a_tag_is_taken_back_from_the_photo_that_was_edited_meanwhile(
    with_album: OpenWindow, album: Path
) -> None:
    path = album / "Winter" / BEACH
    before = with_album.photo_at(path)
    _tag(with_album, before, "dog")
    with Image.open(path) as picture:
        picture.load()
    picture.save(path, quality=60, exif=picture.info.get("exif", b""))
    edits: list[PhotoId] = []

    def is_read() -> bool:
        every = with_album.library.catalogue.photos.files(_ids(with_album))
        edits[:] = [one for one, (file, *_) in every.items() if file.path == path]
        return bool(edits) and edits != [before] and "dog" in _tags(with_album, edits[0])

    with_album.wait(is_read)
    (after,) = edits

    press(Qt.Key.Key_Z, CONTROL)

    with_album.wait(lambda: "Removed tag ‘dog’" in _notice(with_album))
    assert "dog" not in _tags(with_album, after)
    assert "dog" not in _tags(with_album, before)


def test_that_the_review_page_shares_the_history(
    library: Path, open_window: Callable[[Path], OpenWindow]
) -> None:
    suggest(library, states.SUGGESTED)
    opened = open_window(library)
    opened.wait(lambda: opened.window.model.rowCount() == ALBUM)
    first = opened.shown()[0]
    _tag(opened, first, "mine")
    states.review(opened)
    page = opened.window.review
    photos = page.model.rowCount()
    page.grid.setFocus()
    press(Qt.Key.Key_Home)
    press(Qt.Key.Key_Y)
    opened.wait(lambda: page.model.rowCount() == photos - 1)

    press(Qt.Key.Key_Z, CONTROL)
    opened.wait(lambda: "is only suggested again for 1 photo." in _notice(opened))
    opened.wait(lambda: page.model.rowCount() == photos)
    assert "mine" in _tags(opened, first)
    assert button(page, "Undo").isEnabled()
    click(page, "Undo")
    opened.wait(lambda: "Removed tag ‘mine’ from 1 photo." in _notice(opened))
    assert not button(page, "Undo").isEnabled()
