"""Asking what a region shows, with answers that come when the test lets them."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.exceptions import capture_exceptions
from pytestqt.qtbot import QtBot

from photofind.errors import BadInputError
from photofind.gui.region.requests import RegionRequest, RegionRequester
from photofind.live.results import RegionOfPhoto
from photofind.search.regions import RegionAnswer
from tests.gui.region_answers import Answers


def question(place: int, *labels: str) -> RegionRequest:
    return RegionRequest(RegionOfPhoto(Path("a.jpg"), (place, 0, place + 50, 50)), labels)


@pytest.fixture
def answers() -> Iterator[Answers]:
    answers = Answers()
    yield answers
    answers.let_all_go()


@pytest.fixture
def requester(answers: Answers, qtbot: QtBot) -> Iterator[RegionRequester]:
    requester = RegionRequester(answers, throttle_ms=1)
    yield requester
    answers.let_all_go()
    requester.close()


def places(answers: Answers) -> list[float]:
    return [region.box[0] for region, _ in answers.requested]


def test_that_while_one_question_is_under_way_only_the_newest_waits(
    requester: RegionRequester, answers: Answers, qtbot: QtBot
) -> None:
    answers.hold()
    requester.request(question(0))
    requester.settle()
    qtbot.waitUntil(lambda: places(answers) == [0])

    for place in range(1, 30):
        requester.request(question(place))
        requester.settle()
    answers.let_all_go()

    qtbot.waitUntil(lambda: not requester.busy)
    assert places(answers) == [0, 29]
    assert answers.most_at_once == 1


def test_that_a_moving_box_is_answered_before_it_rests(
    requester: RegionRequester, answers: Answers, qtbot: QtBot
) -> None:
    received: list[RegionAnswer] = []
    requester.answered.connect(lambda _, answer: received.append(answer))
    moves = 0

    def still_moving() -> bool:
        nonlocal moves
        moves += 1
        requester.request(question(moves))
        return len(received) >= 3

    qtbot.waitUntil(still_moving)

    assert len(answers.requested) <= moves


def test_that_moves_within_the_pause_are_one_question(answers: Answers, qtbot: QtBot) -> None:
    requester = RegionRequester(answers, throttle_ms=100)
    for place in range(20):
        requester.request(question(place))
    with qtbot.waitSignal(requester.answered):
        pass
    requester.close()
    assert places(answers) == [19]


def test_that_a_box_at_rest_is_requested_without_a_pause(answers: Answers, qtbot: QtBot) -> None:
    requester = RegionRequester(answers, throttle_ms=3_600_000)
    requester.request(question(7))
    with qtbot.waitSignal(requester.answered):
        requester.settle()
    requester.close()
    assert places(answers) == [7]


def test_that_what_was_answered_is_not_requested_again(
    requester: RegionRequester, answers: Answers, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(requester.answered):
        requester.request(question(1))
    requester.request(question(1))
    requester.settle()
    assert not requester.busy
    assert places(answers) == [1]


def test_that_other_labels_are_another_question(
    requester: RegionRequester, answers: Answers, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(requester.answered):
        requester.request(question(1))
    with qtbot.waitSignal(requester.answered):
        requester.request(question(1, "dog", "cat"))
    assert [labels for _, labels in answers.requested] == [(), ("dog", "cat")]


def test_that_nothing_is_delivered_of_what_was_dropped(
    requester: RegionRequester, answers: Answers, qtbot: QtBot
) -> None:
    received: list[object] = []
    requester.answered.connect(lambda requested, _: received.append(requested))
    answers.hold()
    requester.request(question(1))
    requester.settle()
    qtbot.waitUntil(lambda: places(answers) == [1])

    requester.drop()
    assert not requester.busy
    answers.let_all_go()
    with qtbot.waitSignal(requester.answered):
        requester.request(question(2))

    assert received == [question(2)]


def test_that_an_error_is_signalled_and_the_same_box_can_be_requested_again(
    requester: RegionRequester, answers: Answers, qtbot: QtBot
) -> None:
    answers.error = BadInputError("a.jpg cannot be read.", "Check the file.")
    with qtbot.waitSignal(requester.failed) as failed:
        requester.request(question(1))
    assert failed.args == [answers.error]
    assert not requester.busy

    answers.error = None
    with qtbot.waitSignal(requester.answered):
        requester.request(question(1))


def test_that_a_bug_in_a_request_does_not_block_later_ones(
    requester: RegionRequester, answers: Answers, qtbot: QtBot
) -> None:
    answers.error = KeyError("a bug")
    with capture_exceptions() as escaped:
        requester.request(question(1))
        qtbot.waitUntil(lambda: bool(escaped))
    assert escaped[0][0] is KeyError

    answers.error = None
    with qtbot.waitSignal(requester.answered):
        requester.request(question(1))


def test_that_closing_waits_for_the_question_under_way(answers: Answers, qtbot: QtBot) -> None:
    requester = RegionRequester(answers, throttle_ms=1)
    answers.hold()
    requester.request(question(1))
    requester.settle()
    qtbot.waitUntil(lambda: places(answers) == [1])
    before: Callable[[], int] = threading.active_count
    running = before()
    answers.let_all_go()
    requester.close()
    assert threading.active_count() == running - 1
