"""What a drag or the clipboard holds that photofind can use."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QMimeData, QMimeDatabase

from photofind.gui.wording import tr
from photofind.photos.formats import UNSUPPORTED, extension_of, may_be_photo


class Use(Enum):
    """What it is good for."""

    FILES = "files or folders, to be looked at"
    FOLDERS = "added to the library"
    PICTURE_FILES = "searched with"
    IMAGE = "saved, then searched with"
    TEXT = "searched for"
    REFUSED = "nothing, for a reason"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Offer:
    """One drag or clipboard.

    Attributes:
        paths: Files, folders or both; of `FOLDERS` and `PICTURE_FILES` only those.
        text: Of a text, the text; of a refusal, the reason.
    """

    use: Use
    paths: tuple[Path, ...] = ()
    text: str = ""


def offer_of(held: QMimeData) -> Offer:
    """Tell what something offers without a look at any disk.

    Files first, then a picture, then text: whoever copies a file offers its name as text.
    """
    local = tuple(Path(url.toLocalFile()) for url in held.urls() if url.isLocalFile())
    if local:
        return Offer(Use.FILES, local)
    if held.hasImage():
        return Offer(Use.IMAGE)
    if held.hasUrls():
        reason = tr("This picture is on the web. Save it first, or copy the picture itself.")
        return Offer(Use.REFUSED, text=reason)
    text = " ".join(held.text().split())
    return Offer(Use.TEXT, text=text) if text else Offer(Use.NOTHING)


class Kind(Enum):
    """What a path leads to."""

    FOLDER = "folder"
    PICTURE = "picture"
    OTHER_FILE = "other file"
    NOTHING = "nothing"


def look_at(path: Path) -> Kind:
    """Look at a path on its disk, which may take for ever; may raise `OSError`."""
    if path.is_dir():
        return Kind.FOLDER
    if not path.is_file():
        return Kind.NOTHING
    extension = extension_of(path.name)
    if extension in UNSUPPORTED:
        return Kind.OTHER_FILE
    listed = bool(extension) and may_be_photo(path.name)
    if listed or QMimeDatabase().mimeTypeForFile(str(path)).name().startswith("image/"):
        return Kind.PICTURE
    return Kind.OTHER_FILE


def offer_of_files(paths: Sequence[Path], kinds: Sequence[Kind]) -> Offer:
    """Tell what files and folders offer, one or more, by what was seen of each."""
    seen = list(zip(paths, kinds, strict=True))
    for kind, use in ((Kind.FOLDER, Use.FOLDERS), (Kind.PICTURE, Use.PICTURE_FILES)):
        of_kind = tuple(path for path, its_kind in seen if its_kind is kind)
        if of_kind:
            return Offer(use, of_kind)
    return Offer(Use.REFUSED, text=_reason_against(*seen[0]))


def _reason_against(path: Path, kind: Kind) -> str:
    if kind is Kind.NOTHING:
        return tr("‘{name}’ is not there any more.").format(name=path.name)
    extension = extension_of(path.name)
    if extension in UNSUPPORTED:
        kind_name = UNSUPPORTED[extension]
        return tr("Photofind cannot read {kind} pictures yet.").format(kind=kind_name)
    return tr("‘{name}’ is not a picture.").format(name=path.name)
