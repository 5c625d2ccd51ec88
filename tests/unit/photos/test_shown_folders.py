"""What programs fill for themselves is no album; what people fill is one."""

from pathlib import Path

import pytest

from photofind.photos.scan import UnreadableFolder, scan
from photofind.photos.shown_folders import are_shown, is_shown

PASSED_OVER = [
    # Windows and macOS
    "$RECYCLE.BIN/S-1-5-21", "RECYCLER", "System Volume Information", "found.000", "FOUND.012",
    "$Windows.~BT", "__MACOSX", ".Trashes/501", ".Spotlight-V100", "Backups.backupdb", "Maps.app",
    # Linux
    "lost+found", ".Trash-1000/files", ".cache/shotwell/thumbs", ".thumbnails/large",
    ".cache/darktable/mipmaps-5d41402abc4b2a76b9719d911017c592.d",
    # Network storage
    "@eaDir/a.jpg", "#recycle", "#snapshot", "@Recycle", "@Recently-Snapshot", "@tmp",
    ".@__thumb", "@SynoEAStream", "~snapshot", ".snapshots", "appdata_oc4f2k/preview",
    # Programs for photos
    "Lightroom Catalog Previews.lrdata/0/00A1", "Smart Previews.lrdata", "Mine.lrcat-data",
    "Lightroom Library.lrlibrary/f3/originals", ".dtrash", ".picasaoriginals", "picasaoriginals",
    "[Originals]", ".comments", "mipmaps-a1.d", "iPod Photo Cache/F00", "CaptureOne/Cache/Proxies",
    "Photos Library.photoslibrary/resources/derivatives/1",
    "Photos Library.photoslibrary/resources/renders",
    "Photos Library.photoslibrary/scopes/cloudsharing/data",
    "iPhoto Library.photolibrary/Thumbnails", "iPhoto Library.photolibrary/Data",
    "Aperture Library.aplibrary/Previews/2012", "Aperture Library.aplibrary/Thumbnails",
    "iPhoto Library.migratedphotolibrary/Masters", "iPhoto Library/Data",
    "Mine.cocatalog/Cache", "Android/data/com.app", "M4ROOT/THMBNL",
    # Programmers
    "node_modules/sharp", "__pycache__", "site-packages/matplotlib",
]  # fmt: skip
SHOWN = [
    "2019/Italy", "Originals", "Data", "Cache", "Previews", "Thumbnails", "Masters", "Windows",
    "found", "found.100 miles", "Android", "DCIM/100CANON", "Trash", "recycle", "snapshot",
    "Photos Library.photoslibrary/originals/0", "Photos Library.photoslibrary/Masters/2014/01",
    "iPhoto Library.photolibrary/Masters", "Aperture Library.aplibrary/Masters/2012",
    "iPhoto Library/Originals", "Mine.cocatalog/Originals", "CaptureOne/Output", "CaptureOne",
    "lrdata", "photoslibrary", "Lightroom", "app", "a.application", "eaDir", "Originals [2]",
]  # fmt: skip


@pytest.mark.parametrize("folder", PASSED_OVER)
def test_that_what_programs_fill_is_passed_over(folder: str) -> None:
    assert not are_shown(["Pictures", *folder.split("/")])


@pytest.mark.parametrize("folder", SHOWN)
def test_that_what_people_fill_is_shown(folder: str) -> None:
    assert are_shown(["Pictures", *folder.split("/")])


def test_that_case_says_nothing() -> None:
    assert not is_shown("PREVIEWS.LRDATA", "Pictures")
    assert is_shown("ORIGINALS", "Mine.PhotosLibrary")


@pytest.mark.parametrize("hidden", [True, False])
def test_that_a_scan_asks_the_same_question(tmp_path: Path, hidden: bool) -> None:
    folders = PASSED_OVER if hidden else SHOWN
    for folder in folders:
        path = tmp_path / folder / "a.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")

    found = [item.path for item in scan(tmp_path) if not isinstance(item, UnreadableFolder)]

    assert set(found) == {tmp_path / folder / "a.jpg" for folder in folders if not hidden}


def test_that_a_packages_own_files_are_no_photos(tmp_path: Path) -> None:
    package = tmp_path / "Photos Library.photoslibrary"
    for name in ("icon.png", "originals/0/a.jpg"):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_bytes(b"x")

    for root in (tmp_path, package):
        assert [item.path.name for item in scan(root)] == ["a.jpg"]
