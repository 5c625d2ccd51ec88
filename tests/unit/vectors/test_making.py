import threading

import pytest

from photofind.cancel import CancelToken
from photofind.vectors.making import GraphMaking


class Maker:
    """Makes a graph as long as it is told to, and counts."""

    def __init__(self, succeeds: bool = True) -> None:
        self.begun, self.finish, self.told = (threading.Event() for _ in range(3))
        self.makings: list[CancelToken] = []
        self._succeeds = succeeds

    def make(self, cancel: CancelToken) -> bool:
        self.makings.append(cancel)
        self.begun.set()
        while not self.finish.wait(0.01):
            cancel.raise_if_cancelled()
        return self._succeeds


def test_that_a_graph_that_was_made_is_told_of() -> None:
    maker = Maker()
    making = GraphMaking(maker.make, maker.told.set)

    making.begin()
    maker.finish.set()

    assert maker.told.wait(10)
    making.stop()


def test_that_where_none_was_made_nothing_is_told() -> None:
    maker = Maker(succeeds=False)
    making = GraphMaking(maker.make, maker.told.set)

    making.begin()
    assert maker.begun.wait(10)
    maker.finish.set()
    making.stop()

    assert not maker.told.is_set()


def test_that_one_is_made_at_a_time() -> None:
    maker = Maker()
    making = GraphMaking(maker.make, maker.told.set)

    for _ in range(5):
        making.begin()
    assert maker.begun.wait(10)
    making.stop()

    assert len(maker.makings) == 1


def test_that_it_can_be_given_up_and_begun_again() -> None:
    maker = Maker()
    making = GraphMaking(maker.make, maker.told.set)
    making.begin()
    assert maker.begun.wait(10)

    making.stop()
    assert not maker.told.is_set()

    maker.finish.set()
    making.begin()
    assert maker.told.wait(10)
    making.stop()


@pytest.mark.parametrize("before", [True, False])
def test_that_a_pause_holds_it_until_it_is_ended(before: bool) -> None:
    maker = Maker()
    making = GraphMaking(maker.make, maker.told.set)
    if before:
        making.pause()
    making.begin()
    assert maker.begun.wait(10)
    making.pause()

    assert maker.makings[0].paused
    making.resume()
    maker.finish.set()

    assert maker.told.wait(10)
    making.stop()


def test_that_it_can_be_given_up_while_it_is_held() -> None:
    maker = Maker()
    making = GraphMaking(maker.make, maker.told.set)
    making.pause()
    making.begin()
    assert maker.begun.wait(10)

    making.stop()

    assert not maker.told.is_set()
