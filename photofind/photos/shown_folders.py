"""Rules for folders: which hold a person's photos, and which belong to programs.

The scan, a partial scan and the watcher all use `is_shown`, so that they agree.
"""

import re
from collections.abc import Iterable, Sequence
from fnmatch import translate
from itertools import pairwise

SYSTEM_FOLDERS = frozenset({
    # Windows
    "$recycle.bin", "recycler", "recycled", "system volume information", "found.[0-9][0-9][0-9]",
    "$windows.~bt", "$windows.~ws", "$winreagent", "$getcurrent", "config.msi", "msocache",
    # macOS
    "__macosx", "network trash folder", "temporary items", "backups.backupdb", "*.app",
    # Linux
    "lost+found",
    # Synology, QNAP, NetApp and other network storage
    "@eadir", "#recycle", "#snapshot", "@tmp", "@recycle", "@recently-snapshot", "@snapshots",
    "~snapshot", "@sharebin", "@syno*",
    # A Nextcloud's previews
    "appdata_oc*",
    # What programmers have on their disks
    "node_modules", "bower_components", "site-packages", "__pycache__",
})  # fmt: skip
"""Made by a system, a storage device or a build."""

PREVIEW_FOLDERS = frozenset({
    # Lightroom: previews, smart previews, and the copies of what lies in its cloud
    "*.lrdata", "*.lrcat-data", "*.lrlibrary",
    # iPhoto's and Aperture's libraries that Photos has taken over, with links to the same photos
    "*.migratedphotolibrary", "*.migratedaplibrary",
    # Picasa, digiKam, darktable, ACDSee, iTunes, Sony's cameras
    "picasaoriginals", "thumbnails-digikam", "mipmaps-*.d", "[[]originals]", "ipod photo cache",
    "thmbnl",
})  # fmt: skip
"""Thumbnails, previews and copies that programs for photos make of what lies elsewhere."""

PACKAGES = {
    "*.photoslibrary": frozenset({"originals", "masters"}),
    "*.photolibrary": frozenset({"originals", "masters"}),
    "*.aplibrary": frozenset({"masters"}),
    "*.cocatalog": frozenset({"originals"}),
}
"""Folders that pass for one document (Apple Photos, iPhoto, Aperture, Capture One), and those of
their folders that hold the photos a person put there."""

INNER_FOLDERS = frozenset({
    ("captureone", "cache"), ("captureone", "settings*"),
    ("iphoto library", "data"), ("iphoto library", "data.noindex"),
    ("android", "data"), ("android", "obb"),
})  # fmt: skip
"""Folders whose name says little but together with that of the folder around them."""


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(translate(pattern) for pattern in sorted(patterns)))


_PASSED_OVER = _any_of(SYSTEM_FOLDERS | PREVIEW_FOLDERS)
_INNER = _any_of(f"{around}/{name}" for around, name in INNER_FOLDERS)
_PACKAGE = _any_of(PACKAGES)
_PACKAGES = [(_any_of([pattern]), originals) for pattern, originals in PACKAGES.items()]


def is_shown(name: str, around: str) -> bool:
    """Return whether a folder is searched for photos.

    Args:
        name: Of the folder.
        around: Name of its parent folder.
    """
    if name.startswith("."):
        return False
    name, around = name.casefold(), around.casefold()
    if _PASSED_OVER.match(name) or _INNER.match(f"{around}/{name}"):
        return False
    return all(name in originals for package, originals in _PACKAGES if package.match(around))


def are_shown(names: Sequence[str]) -> bool:
    """Return whether all folders of a path are shown, except the first, a person's choice."""
    return all(is_shown(name, around) for around, name in pairwise(names))


def holds_own_files(name: str) -> bool:
    """Return whether files in a shown folder may be photos, not parts of a package."""
    return _PACKAGE.match(name.casefold()) is None
