import sys
import threading
from collections.abc import Iterator
from functools import partial
from types import TracebackType

import pytest
from pytestqt.qtbot import QtBot

from photofind.errors import BadInputError, UserFacingError
from photofind.gui.lanes import Lane, Order


@pytest.fixture
def gate() -> threading.Event:
    return threading.Event()


def _lane(order: Order = Order.OLDEST_FIRST, capacity: int | None = None) -> Lane:
    return Lane("test", order=order, capacity=capacity)


@pytest.fixture
def lanes() -> Iterator[list[Lane]]:
    opened: list[Lane] = []
    yield opened
    for lane in opened:
        lane.close()


def test_that_work_runs_elsewhere_and_its_result_comes_here(
    qtbot: QtBot, lanes: list[Lane]
) -> None:
    lanes.append(_lane())
    delivered: list[tuple[threading.Thread, threading.Thread]] = []

    lanes[0].submit(
        threading.current_thread, lambda at: delivered.append((at, threading.current_thread()))
    )
    qtbot.waitUntil(lambda: bool(delivered))

    worked_on, told_on = delivered[0]
    assert worked_on is not threading.main_thread()
    assert told_on is threading.main_thread()


def test_that_only_the_latest_request_is_answered(
    qtbot: QtBot, lanes: list[Lane], gate: threading.Event
) -> None:
    lanes.append(_lane(Order.LATEST_ONLY))
    begun, got = threading.Event(), list[int]()

    def first() -> int:
        begun.set()
        gate.wait()
        return 0

    lanes[0].submit(first, got.append)
    begun.wait()
    for number in range(1, 6):
        lanes[0].submit(partial(int, number), got.append)
    with qtbot.waitSignal(lanes[0].idled):
        gate.set()

    assert got == [5]


def test_that_the_newest_is_next_and_the_oldest_falls_out(
    qtbot: QtBot, lanes: list[Lane], gate: threading.Event
) -> None:
    lanes.append(_lane(Order.NEWEST_FIRST, capacity=3))
    begun, got = threading.Event(), list[int]()

    def first() -> int:
        begun.set()
        gate.wait()
        return 0

    lanes[0].submit(first, got.append)
    begun.wait()
    for number in range(1, 6):
        lanes[0].submit(partial(int, number), got.append)
    gate.set()
    qtbot.waitUntil(lambda: len(got) == 4)

    assert got == [0, 5, 4, 3]


def test_that_a_request_of_the_same_key_moves_to_the_top(
    qtbot: QtBot, lanes: list[Lane], gate: threading.Event
) -> None:
    lanes.append(_lane(Order.NEWEST_FIRST))
    begun, got = threading.Event(), list[str]()

    def first() -> str:
        begun.set()
        gate.wait()
        return "first"

    lanes[0].submit(first, got.append)
    begun.wait()
    for name in ("a", "b", "a"):
        lanes[0].submit(partial(str, name), got.append, key=name)
    gate.set()
    qtbot.waitUntil(lambda: len(got) == 3)

    assert got == ["first", "a", "b"]


def test_that_a_user_facing_error_goes_to_the_callback_of_its_request(
    qtbot: QtBot, lanes: list[Lane]
) -> None:
    lanes.append(_lane())
    emitted: list[UserFacingError] = []

    def fail() -> None:
        raise BadInputError("There is no such folder.", "Choose another one.")

    lanes[0].submit(fail, lambda _: None, emitted.append)
    qtbot.waitUntil(lambda: bool(emitted))
    with qtbot.waitSignal(lanes[0].failed) as failed:
        lanes[0].submit(fail, lambda _: None)

    assert emitted[0].message == "There is no such folder."
    assert failed.args[0].hint == "Choose another one."


def test_that_a_bug_reaches_the_hook_for_bugs(
    qtbot: QtBot, lanes: list[Lane], monkeypatch: pytest.MonkeyPatch
) -> None:
    lanes.append(_lane())
    caught: list[BaseException] = []

    def hook(
        _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
    ) -> None:
        caught.append(error)

    monkeypatch.setattr(sys, "excepthook", hook)

    lanes[0].submit(lambda: 1 / 0, lambda _: None)
    qtbot.waitUntil(lambda: bool(caught))

    assert isinstance(caught[0], ZeroDivisionError)


def test_that_nothing_is_delivered_after_closing(qtbot: QtBot, gate: threading.Event) -> None:
    lane, got, begun = _lane(), list[int](), threading.Event()

    def first() -> int:
        begun.set()
        gate.wait()
        return 0

    lane.submit(first, got.append)
    lane.submit(lambda: 1, got.append)
    begun.wait()
    gate.set()
    lane.close()
    qtbot.wait(0)

    assert got == []


def test_that_a_request_that_does_not_end_is_left_behind_on_closing(
    qtbot: QtBot, gate: threading.Event
) -> None:
    lane, got, begun = Lane("stuck", close_s=0.1), list[bool](), threading.Event()

    def stuck() -> bool:
        begun.set()
        return gate.wait(60)

    lane.submit(stuck, got.append)
    begun.wait()
    lane.close()

    (thread,) = [thread for thread in threading.enumerate() if thread.name == "stuck lane"]
    gate.set()
    thread.join(60)
    qtbot.wait(0)
    assert not thread.is_alive()
    assert got == []
