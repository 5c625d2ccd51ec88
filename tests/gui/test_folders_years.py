from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from photofind.gui.folders.year_bars import YearBar, year_bars
from photofind.gui.folders.years import NARROWEST_PX, WIDEST_PX, YearsHistogram

YEARS = {2015: 10, 2016: 1204, 2018: 500, 2019: 300, 2020: 1}
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def years(qtbot: QtBot) -> YearsHistogram:
    made = YearsHistogram()
    made.resize(224, made.sizeHint().height())
    qtbot.addWidget(made)
    made.show_years(YEARS)
    with qtbot.waitExposed(made):
        made.show()
    return made


def middle(years: YearsHistogram, year: int) -> QPoint:
    (bar,) = [bar for bar in years.bars() if bar.first <= year <= bar.last]
    return years.area_of(bar).center()


def click(years: YearsHistogram, year: int) -> None:
    QTest.mouseClick(years, Qt.MouseButton.LeftButton, pos=middle(years, year))


def drag(years: YearsHistogram, first: int, last: int) -> None:
    QTest.mousePress(years, Qt.MouseButton.LeftButton, pos=middle(years, first))
    QTest.mouseMove(years, middle(years, last))
    QTest.mouseRelease(years, Qt.MouseButton.LeftButton, pos=middle(years, last))


def test_that_a_short_gap_is_drawn_and_a_long_one_is_one_bar() -> None:
    assert year_bars({1980: 2, 2015: 1, 2017: 3}, 50) == [
        YearBar(1980, 1980, 2),
        YearBar(1981, 2014, 0),
        YearBar(2015, 2015, 1),
        YearBar(2016, 2016, 0),
        YearBar(2017, 2017, 3),
    ]


@given(some.dictionaries(some.integers(0, 2100), some.integers(0, 9)), some.integers(1, 60))
def test_that_bars_fit_and_hold_every_photo_once(years: dict[int, int], most: int) -> None:
    bars = year_bars(years, most)
    assert len(bars) <= most
    assert sum(bar.photos for bar in bars) == sum(years.values())
    for before, after in pairwise(bars):
        assert before.last + 1 == after.first
    for bar in bars:
        assert bar.photos == sum(n for year, n in years.items() if bar.first <= year <= bar.last)


@pytest.mark.parametrize("count", [1, 5, 20, 45, 120])
def test_that_bars_are_neither_too_narrow_nor_too_wide(years: YearsHistogram, count: int) -> None:
    years.show_years({1900 + n: 1 for n in range(count)})
    areas = [years.area_of(bar) for bar in years.bars()]
    assert all(NARROWEST_PX - 1 <= area.width() <= WIDEST_PX for area in areas)
    assert areas[-1].right() < years.width()


def test_that_a_click_chooses_a_year_and_another_one_lets_go(
    years: YearsHistogram, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(years.years_chosen) as emitted:
        click(years, 2018)
    assert emitted.args == [2018, 2018]
    assert years.accessibleName() == "Years, 2018: 500 photos"

    with qtbot.waitSignal(years.cleared), qtbot.assertNotEmitted(years.years_chosen):
        click(years, 2018)
    assert years.chosen is None


@pytest.mark.parametrize(("first", "last"), [(2016, 2019), (2019, 2016)])
def test_that_a_drag_chooses_a_range_in_either_direction(
    years: YearsHistogram, qtbot: QtBot, first: int, last: int
) -> None:
    with qtbot.waitSignal(years.years_chosen) as emitted:
        drag(years, first, last)
    assert emitted.args == [2016, 2019]


def test_that_a_year_without_photos_is_not_chosen(years: YearsHistogram, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(years.years_chosen):
        click(years, 2017)


def test_that_arrow_keys_go_to_years_with_photos(years: YearsHistogram, qtbot: QtBot) -> None:
    emitted: list[tuple[int, int]] = []
    years.years_chosen.connect(lambda first, last: emitted.append((first, last)))
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_End):
        qtbot.keyClick(years, key)
    assert emitted == [(2015, 2015), (2016, 2016), (2018, 2018), (2020, 2020)]


def test_that_shift_takes_years_in_and_gives_them_back(years: YearsHistogram, qtbot: QtBot) -> None:
    click(years, 2018)
    seen = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Home):
        qtbot.keyClick(years, key, SHIFT)
        seen.append(years.chosen)
    assert seen == [(2018, 2019), (2018, 2018), (2016, 2018), (2015, 2018)]


def test_that_what_is_chosen_stays_when_photos_come(years: YearsHistogram, qtbot: QtBot) -> None:
    click(years, 2018)
    with qtbot.assertNotEmitted(years.years_chosen):
        years.show_years({**YEARS, 2018: 501, 2024: 3})
    assert years.chosen == (2018, 2018)
    assert years.accessibleName() == "Years, 2018: 501 photos"


def test_that_no_years_at_all_can_be_shown_and_pressed(years: YearsHistogram, qtbot: QtBot) -> None:
    years.show_years({})
    years.grab()
    QTest.mouseClick(years, Qt.MouseButton.LeftButton, pos=QPoint(30, 20))
    qtbot.keyClick(years, Qt.Key.Key_Right)
    assert years.chosen is None
