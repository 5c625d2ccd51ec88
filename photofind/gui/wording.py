"""How the window says things: in its language, and numbers, dates, counts and folders."""

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDate, QLocale


def tr(text: str) -> str:
    """In the window's language: what `tr` of a widget does, for functions.

    Translators get what stands in calls of this name.
    """
    return QCoreApplication.translate("", text)


def localized(text: str) -> str:
    """What settings and search models say of themselves, in the window's language."""
    return QCoreApplication.translate("photofind", text)


def number(value: int) -> str:
    """With the system's thousands separators."""
    return QLocale().toString(value)


def photos(count: int) -> str:
    if count == 1:
        return tr("1 photo")
    return tr("{count} photos").format(count=number(count))


def files(count: int) -> str:
    if count == 1:
        return tr("1 file")
    return tr("{count} files").format(count=number(count))


def day(moment: datetime) -> str:
    """A date in the system's long format."""
    date = QDate(moment.year, moment.month, moment.day)
    return QLocale().toString(date, QLocale.FormatType.LongFormat)


def duration(seconds: float) -> str:
    """About how long: seconds, minutes or hours, whichever says it best."""
    if seconds < 60:
        return tr("less than a minute")
    minutes = round(seconds / 60)
    if minutes < 100:
        return tr("{count} min").format(count=number(minutes))
    hours = round(seconds / 3600)
    return tr("{count} h").format(count=number(hours))


def file_size(size_bytes: int) -> str:
    return QLocale().formattedDataSize(size_bytes, 1, QLocale.DataSizeFormat.DataSizeSIFormat)


def folder_name(folder: Path) -> str:
    """All of its path where it has no name, as a disk has none."""
    return folder.name or str(folder)
