"""Walks of roots that may not answer."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from photofind.cancel import CancelToken
from photofind.errors import CancelledError
from photofind.photos.scan import OnStep
from photofind.photos.scanner import RootAwayError, RootScanner

ROOT = Path("/server/photos")
PATIENCE_S = 120.0
"""Longer than a scanner waits by itself."""


class Server:
    """A root of numbers that stops to answer after some of them, until `answer`."""

    def __init__(self, stops_after: int) -> None:
        self._stops_after = stops_after
        self._answers = threading.Event()
        self.hangs = threading.Event()
        self.walks = 0

    def answer(self) -> None:
        self._answers.set()

    def walk(self, step: OnStep) -> Iterator[int]:
        self.walks += 1
        for number in range(200):
            step()
            if number == self._stops_after:
                self.hangs.set()
                self._answers.wait(PATIENCE_S)
            yield number


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server(stops_after=100)
    yield server
    server.answer()
    _wait_for_walks()


def _wait_for_walks() -> None:
    for thread in threading.enumerate():
        if thread.name.startswith("scan "):
            thread.join(PATIENCE_S)
            assert not thread.is_alive()


def test_that_all_that_is_found_comes_in_order() -> None:
    found = RootScanner().iterate(ROOT, lambda step: range(5_000), CancelToken())

    assert list(found) == list(range(5_000))


def test_that_a_root_that_cannot_be_read_is_away() -> None:
    def missing(step: OnStep) -> Iterator[int]:
        raise FileNotFoundError

    with pytest.raises(RootAwayError):
        list(RootScanner().iterate(ROOT, missing, CancelToken()))


def test_that_a_mistake_in_a_walk_is_raised() -> None:
    def broken(step: OnStep) -> Iterator[int]:
        yield 1
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(RootScanner().iterate(ROOT, broken, CancelToken()))


def test_that_a_walk_ends_when_nobody_takes_what_it_finds() -> None:
    def endless(step: OnStep) -> Iterator[int]:
        while True:
            step()
            yield 1

    found = RootScanner().iterate(ROOT, endless, CancelToken())
    assert next(found) == 1
    found.close()

    _wait_for_walks()


def test_that_a_root_that_falls_silent_is_away_until_it_answers(server: Server) -> None:
    answered: list[Path] = []
    heard = threading.Event()

    def note(root: Path) -> None:
        answered.append(root)
        heard.set()

    scanner = RootScanner(on_answer=note, silence_s=0.4)
    for _ in range(3):
        with pytest.raises(RootAwayError):
            list(scanner.iterate(ROOT, server.walk, CancelToken()))
    assert server.walks == 1, "no thread more waits for a root that one waits for already"
    assert not answered

    server.answer()
    assert heard.wait(PATIENCE_S)
    _wait_for_walks()

    assert answered == [ROOT]
    assert list(scanner.iterate(ROOT, server.walk, CancelToken())) == list(range(200))


def test_that_a_root_that_does_not_answer_can_be_left(server: Server) -> None:
    cancel = CancelToken()
    found = RootScanner().iterate(ROOT, server.walk, cancel)
    assert next(found) == 0
    assert server.hangs.wait(PATIENCE_S)

    cancel.cancel()

    with pytest.raises(CancelledError):
        list(found)


def test_that_steps_without_anything_found_are_no_silence() -> None:
    def slow(step: OnStep) -> Iterator[int]:
        ends = time.monotonic() + 2.5
        while time.monotonic() < ends:
            step()
            time.sleep(0.01)
        yield 1

    found = RootScanner(silence_s=1.0).iterate(ROOT, slow, CancelToken())

    assert list(found) == [1]


def test_that_a_pause_is_no_silence() -> None:
    cancel = CancelToken()
    cancel.pause()
    found = RootScanner(silence_s=1.0).iterate(ROOT, _two_steps, cancel)
    resume = threading.Timer(2.0, cancel.resume)
    resume.start()

    assert list(found) == [1]
    resume.join()


def _two_steps(step: OnStep) -> Iterator[int]:
    step()
    yield 1
