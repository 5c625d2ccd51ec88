"""Pictures that came without a file: from a browser, a screenshot, the clipboard."""

import hashlib
import re
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageWriter

from photofind.atomic_files import write_file
from photofind.errors import BadInputError
from photofind.gui.wording import tr

KEPT = 50
_NAME = "picture-{}.png"
_DIGITS = 16


def keep_picture(image: QImage, folder: Path) -> Path:
    """Save a picture under a name made of its content; the oldest beyond `KEPT` go.

    Raises:
        BadInputError: It cannot be saved, or is no picture.
    """
    encoded = QByteArray()
    buffer = QBuffer(encoded)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not QImageWriter(buffer, QByteArray(b"PNG")).write(image):
        raise BadInputError(
            "This picture cannot be read.", "Save it as a file and drop the file instead."
        )
    content = bytes(encoded.data())
    path = folder / _NAME.format(hashlib.sha256(content).hexdigest()[:_DIGITS])
    try:
        write_file(path, content, durable=True)
        _forget_oldest(folder, path)
    except OSError as error:
        raise BadInputError(
            f"This picture cannot be kept: {error.strerror}.",
            f"Check the disk and the rights of {folder}.",
        ) from error
    return path


def shown_name(picture: Path) -> str:
    """Return what a person calls a picture file: its name, if a person gave it one."""
    kept = re.fullmatch(_NAME.format(f"[0-9a-f]{{{_DIGITS}}}"), picture.name)
    return picture.name if kept is None else tr("pasted picture")


def _forget_oldest(folder: Path, newest: Path) -> None:
    kept = [path for path in folder.glob(_NAME.format("*")) if path != newest]
    kept.sort(key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in kept[KEPT - 1 :]:
        path.unlink(missing_ok=True)
