"""How the window says numbers, dates, counts and folders."""

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDate, QLocale


def number(value: int) -> str:
    """With the system's thousands separators."""
    return QLocale().toString(value)


def photos(count: int) -> str:
    if count == 1:
        return QCoreApplication.translate("wording", "1 photo")
    return QCoreApplication.translate("wording", "{count} photos").format(count=number(count))


def day(moment: datetime) -> str:
    """A date in the system's long format."""
    date = QDate(moment.year, moment.month, moment.day)
    return QLocale().toString(date, QLocale.FormatType.LongFormat)


def duration(seconds: float) -> str:
    """About how long: seconds, minutes or hours, whichever says it best."""
    if seconds < 60:
        return QCoreApplication.translate("wording", "less than a minute")
    minutes = round(seconds / 60)
    if minutes < 100:
        return QCoreApplication.translate("wording", "{count} min").format(count=number(minutes))
    hours = round(seconds / 3600)
    return QCoreApplication.translate("wording", "{count} h").format(count=number(hours))


def file_size(size_bytes: int) -> str:
    return QLocale().formattedDataSize(size_bytes, 1, QLocale.DataSizeFormat.DataSizeSIFormat)


def folder_name(folder: Path) -> str:
    """All of its path where it has no name, as a disk has none."""
    return folder.name or str(folder)
