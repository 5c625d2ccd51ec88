"""How the window says numbers, dates and counts."""

from datetime import datetime

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale, QTime


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


def day_and_time(moment: datetime) -> str:
    """Date and time in the system's format."""
    date = QDate(moment.year, moment.month, moment.day)
    time = QTime(moment.hour, moment.minute)
    return QLocale().toString(QDateTime(date, time), QLocale.FormatType.ShortFormat)


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
