"""Describe a photo's metadata in words."""

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QLocale, QTime

from photofind.domain import Photo, PhotoMetadata
from photofind.gui.wording import day, file_size, folder_name, number, tr
from photofind.photos.formats import FORMATS
from photofind.store.continuity import Followed
from photofind.store.gallery import PhotoDetails
from photofind.store.successions import CARRIED, Verdict

_LABELS = {known.name: known.label for known in FORMATS}


@dataclass(frozen=True, slots=True)
class Line:
    """One known fact about a photo.

    Attributes:
        label: What it is.
        text: May have several lines.
        quiet: Muted, because it only says that nothing is known.
        to_copy: Text for the copy button; empty for no button.
    """

    label: str
    text: str
    quiet: bool = False
    to_copy: str = ""


def lines_about(details: PhotoDetails) -> list[Line]:
    """List all facts but names, copies and tags; leave out unknown ones except the date."""
    photo, metadata = details.photo, details.photo.metadata
    lines = [_taken(metadata), Line(tr("Size"), _size(photo))]
    if details.files:
        lines.append(Line(tr("File"), _file(details)))
    if metadata.camera is not None:
        lines.append(Line(tr("Camera"), metadata.camera))
    if metadata.lens is not None:
        lines.append(Line(tr("Lens"), metadata.lens))
    if metadata.latitude is not None and metadata.longitude is not None:
        lines.append(_coordinates(metadata.latitude, metadata.longitude))
    if details.followed is not None:
        lines += _followed(details.followed)
    return lines


def where_it_is(details: PhotoDetails) -> str:
    """Say why a photo cannot be reached; empty where it can."""
    if not details.files:
        return tr("This photo’s file is no longer there.")
    if not is_out_of_reach(details):
        return ""
    folder = folder_name(details.files[0].root)
    return tr("on ‘{folder}’, not connected").format(folder=folder)


def is_out_of_reach(details: PhotoDetails) -> bool:
    return all(file.offline for file in details.files)


def _taken(metadata: PhotoMetadata) -> Line:
    label = tr("Taken")
    if metadata.taken_at is None:
        return Line(label, tr("no date"), quiet=True)
    moment = datetime.fromisoformat(metadata.taken_at)
    time = QTime(moment.hour, moment.minute)
    clock = QLocale().toString(time, QLocale.FormatType.ShortFormat)
    if metadata.utc_offset_minutes is not None:
        clock = f"{clock}  {zone(metadata.utc_offset_minutes)}"
    return Line(label, f"{day(moment)}\n{clock}")


def _followed(followed: Followed) -> list[Line]:
    """Say whether a person's tags came along when a file was saved over a tagged photo."""
    when = ""
    if followed.happened_at:
        when = day(datetime.fromisoformat(followed.happened_at).astimezone()) + "\n"
    if followed.verdict in CARRIED:
        return [Line(tr("Edited"), when + tr("It has the tags of the photo before."))]
    if followed.verdict is Verdict.REPLACED:
        said = tr("It is another picture and did not get the tags of the photo before.")
        return [Line(tr("Saved over another photo"), when + said)]
    return []


def zone(offset_minutes: int) -> str:
    """Format an offset like UTC+05:30."""
    sign = "−" if offset_minutes < 0 else "+"
    hours, minutes = divmod(abs(offset_minutes), 60)
    return f"UTC{sign}{hours:02}:{minutes:02}"


def _size(photo: Photo) -> str:
    pixels = f"{number(photo.width)} × {number(photo.height)}"
    megapixels = photo.width * photo.height / 1e6
    if megapixels < 0.1:
        return pixels
    said = QLocale().toString(megapixels, "f", 1)
    return pixels + "\n" + tr("{count} megapixels").format(count=said)


def _file(details: PhotoDetails) -> str:
    name = _LABELS.get(details.photo.format, details.photo.format)
    return f"{name[:1].upper()}{name[1:]}, {file_size(details.files[0].size_bytes)}"


def _coordinates(latitude: float, longitude: float) -> Line:
    """Format coordinates with four decimals, which are eleven metres."""
    north = _degrees(latitude, tr("N"), tr("S"))
    east = _degrees(longitude, tr("E"), tr("W"))
    return Line(tr("Place"), f"{north}\n{east}", to_copy=f"{latitude:.6f}, {longitude:.6f}")


def _degrees(value: float, positive: str, negative: str) -> str:
    size = QLocale().toString(abs(value), "f", 4)
    return f"{size}° {positive if value >= 0 else negative}"
