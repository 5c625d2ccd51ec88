"""Group a library's years into bars."""

from collections.abc import Mapping
from dataclasses import dataclass

LONGEST_GAP = 4
"""Most empty years with a bar each; a longer gap (a camera set to 1980) is one bar."""


@dataclass(frozen=True, slots=True)
class YearBar:
    """Photos of `first` to `last`, both included; a gap has none."""

    first: int
    last: int
    photos: int


def year_bars(years: Mapping[int, int], most: int) -> list[YearBar]:
    """Make bars in order, several years to a bar where there are too many.

    Args:
        years: Photos by year.
        most: Bars there is room for, at least 1.
    """
    taken = sorted(year for year, count in years.items() if count > 0)
    bars: list[YearBar] = []
    for year in taken:
        bars += _gap(bars[-1].last + 1, year - 1) if bars else []
        bars.append(YearBar(year, year, years[year]))
    size = -(-len(bars) // most)
    return [_joined(bars[start : start + size]) for start in range(0, len(bars), size or 1)]


def _gap(first: int, last: int) -> list[YearBar]:
    if last - first + 1 > LONGEST_GAP:
        return [YearBar(first, last, 0)]
    return [YearBar(year, year, 0) for year in range(first, last + 1)]


def _joined(bars: list[YearBar]) -> YearBar:
    return YearBar(bars[0].first, bars[-1].last, sum(bar.photos for bar in bars))
