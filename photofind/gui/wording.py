"""Translate texts, and format numbers, dates, counts and folders."""

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDate, QLocale


def tr(text: str) -> str:
    """Translate in the context of functions, as `QObject.tr` does in that of a class.

    Translators get what stands in calls of this name.
    """
    return QCoreApplication.translate("", text)


def localized(text: str) -> str:
    """Translate a text of the settings or the search models."""
    return QCoreApplication.translate("photofind", text)


def number(value: int) -> str:
    """Format a number with the system's thousands separators."""
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
    """Format a date in the system's long format."""
    date = QDate(moment.year, moment.month, moment.day)
    return QLocale().toString(date, QLocale.FormatType.LongFormat)


def duration(seconds: float) -> str:
    """Format a duration roughly: in seconds, minutes or hours, whichever fits best."""
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
    """Return a folder's name; the whole path where it has none, like a disk."""
    return folder.name or str(folder)
