import threading

import pytest

from photofind.cancel import CancelToken
from photofind.vectors.graph_builder import GraphBuilder


class Build:
    """A build that runs until `finish` is set; records the token of each run."""

    def __init__(self, succeeds: bool = True) -> None:
        self.started, self.finish, self.notified = (threading.Event() for _ in range(3))
        self.tokens: list[CancelToken] = []
        self._succeeds = succeeds

    def __call__(self, cancel: CancelToken) -> bool:
        self.tokens.append(cancel)
        self.started.set()
        while not self.finish.wait(0.01):
            cancel.raise_if_cancelled()
        return self._succeeds


def test_that_a_new_graph_is_announced() -> None:
    build = Build()
    builder = GraphBuilder(build, build.notified.set)

    builder.start()
    build.finish.set()

    assert build.notified.wait(10)
    builder.stop()


def test_that_a_build_without_a_graph_announces_nothing() -> None:
    build = Build(succeeds=False)
    builder = GraphBuilder(build, build.notified.set)

    builder.start()
    assert build.started.wait(10)
    build.finish.set()
    builder.stop()

    assert not build.notified.is_set()


def test_that_one_build_runs_at_a_time() -> None:
    build = Build()
    builder = GraphBuilder(build, build.notified.set)

    for _ in range(5):
        builder.start()
    assert build.started.wait(10)
    builder.stop()

    assert len(build.tokens) == 1


def test_that_a_build_can_be_stopped_and_started_again() -> None:
    build = Build()
    builder = GraphBuilder(build, build.notified.set)
    builder.start()
    assert build.started.wait(10)

    builder.stop()
    assert not build.notified.is_set()

    build.finish.set()
    builder.start()
    assert build.notified.wait(10)
    builder.stop()


@pytest.mark.parametrize("before", [True, False])
def test_that_a_pause_lasts_until_it_is_resumed(before: bool) -> None:
    build = Build()
    builder = GraphBuilder(build, build.notified.set)
    if before:
        builder.pause()
    builder.start()
    assert build.started.wait(10)
    builder.pause()

    assert build.tokens[0].paused
    builder.resume()
    build.finish.set()

    assert build.notified.wait(10)
    builder.stop()


def test_that_a_paused_build_can_be_stopped() -> None:
    build = Build()
    builder = GraphBuilder(build, build.notified.set)
    builder.pause()
    builder.start()
    assert build.started.wait(10)

    builder.stop()

    assert not build.notified.is_set()
