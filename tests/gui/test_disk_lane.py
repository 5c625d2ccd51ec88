"""Looks at disks, of which some do not answer."""

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from photofind.gui.disk_lane import DiskLane
from photofind.gui.lanes import Order
from tests.gui.silent_disk import silent_disk as silent_disk

MakeLane = Callable[[Order], DiskLane]


@pytest.fixture
def make_lane(qtbot: QtBot) -> Iterator[MakeLane]:
    lanes: list[DiskLane] = []

    def make(order: Order) -> DiskLane:
        lanes.append(DiskLane("disks", order=order))
        return lanes[-1]

    yield make
    for lane in lanes:
        lane.close()


class Outcome:
    """What came of one request."""

    def __init__(self) -> None:
        self.found: list[bool] = []
        self.message = ""

    def look(self, lane: DiskLane, *paths: Path) -> "Outcome":
        lane.submit(paths, Path.is_dir, self.found.extend, lambda error: self._fail(error.message))
        return self

    def _fail(self, message: str) -> None:
        self.message = message


def test_that_paths_are_looked_at_in_order(
    make_lane: MakeLane, tmp_path: Path, qtbot: QtBot
) -> None:
    outcome = Outcome().look(make_lane(Order.OLDEST_FIRST), tmp_path, tmp_path / "none", tmp_path)

    qtbot.waitUntil(lambda: bool(outcome.found))
    assert outcome.found == [True, False, True]


def test_that_a_disk_that_does_not_answer_is_named_and_the_next_look_is_made(
    silent_disk: Path,
    make_lane: MakeLane,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    monkeypatch.setattr("photofind.gui.disk_lane.DISK_ANSWERS_S", 0.4)
    lane = make_lane(Order.OLDEST_FIRST)

    silent = Outcome().look(lane, tmp_path, silent_disk)
    other = Outcome().look(lane, tmp_path)

    qtbot.waitUntil(lambda: bool(other.found), timeout=30_000)
    assert silent.message == "The disk of ‘server’ does not answer."
    assert silent.found == []


def test_that_a_later_look_does_not_wait_where_only_the_latest_counts(
    silent_disk: Path,
    make_lane: MakeLane,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    monkeypatch.setattr("photofind.gui.disk_lane.DISK_ANSWERS_S", 600.0)
    lane = make_lane(Order.LATEST_ONLY)

    silent = Outcome().look(lane, silent_disk)
    other = Outcome().look(lane, tmp_path)

    qtbot.waitUntil(lambda: bool(other.found), timeout=30_000)
    assert (silent.found, silent.message) == ([], "")


def test_that_the_end_does_not_wait(
    silent_disk: Path, make_lane: MakeLane, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr("photofind.gui.disk_lane.DISK_ANSWERS_S", 600.0)
    lane = make_lane(Order.OLDEST_FIRST)
    outcome = Outcome().look(lane, silent_disk)

    lane.close()

    assert not lane._lane._thread.is_alive()
    assert (outcome.found, outcome.message) == ([], "")


def test_that_a_disk_that_refuses_is_said_in_the_systems_words(
    make_lane: MakeLane, tmp_path: Path, qtbot: QtBot
) -> None:
    def refuse(_: Path) -> bool:
        raise OSError(errno.ENOTCONN, os.strerror(errno.ENOTCONN))

    messages: list[str] = []
    make_lane(Order.OLDEST_FIRST).submit(
        [tmp_path / "cut off"],
        refuse,
        lambda _: None,
        lambda error: messages.append(error.message),
    )

    qtbot.waitUntil(lambda: bool(messages))
    reason = os.strerror(errno.ENOTCONN)
    assert messages == [f"‘cut off’ cannot be opened: {reason}."]
