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

    FOLDERS = "added to the library"
    PICTURE_FILES = "the first is searched with"
    IMAGE = "saved, then searched with"
    TEXT = "searched for"
    REFUSED = "nothing, for a reason"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Offer:
    """One drag or clipboard.

    Attributes:
        paths: Folders or picture files.
        text: Of a text, the text; of a refusal, the reason.
    """

    use: Use
    paths: tuple[Path, ...] = ()
    text: str = ""


def offer_of(held: QMimeData) -> Offer:
    """Files first, then a picture, then text: whoever copies a file offers its name as text."""
    local = [Path(url.toLocalFile()) for url in held.urls() if url.isLocalFile()]
    if local:
        return _files(local)
    if held.hasImage():
        return Offer(Use.IMAGE)
    if held.hasUrls():
        reason = tr("This picture is on the web. Save it first, or copy the picture itself.")
        return Offer(Use.REFUSED, text=reason)
    text = " ".join(held.text().split())
    return Offer(Use.TEXT, text=text) if text else Offer(Use.NOTHING)


def _files(paths: Sequence[Path]) -> Offer:
    folders = tuple(path for path in paths if path.is_dir())
    if folders:
        return Offer(Use.FOLDERS, folders)
    reasons = {path: _reason_against(path) for path in paths}
    pictures = tuple(path for path, reason in reasons.items() if reason is None)
    if pictures:
        return Offer(Use.PICTURE_FILES, pictures)
    return Offer(Use.REFUSED, text=reasons[paths[0]] or "")


def _reason_against(path: Path) -> str | None:
    if not path.is_file():
        return tr("‘{name}’ is not there any more.").format(name=path.name)
    extension = extension_of(path.name)
    if extension in UNSUPPORTED:
        kind = UNSUPPORTED[extension]
        return tr("Photofind cannot read {kind} pictures yet.").format(kind=kind)
    listed = bool(extension) and may_be_photo(path.name)
    if listed or QMimeDatabase().mimeTypeForFile(str(path)).name().startswith("image/"):
        return None
    return tr("‘{name}’ is not a picture.").format(name=path.name)
