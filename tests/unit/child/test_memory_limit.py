"""The limit while several threads load search models."""

import sys

import pytest

from photofind.child import memory
from photofind.child.memory import MemoryLimit

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a limit of Linux")


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """The limits that were set, of which none is for this process."""
    found: list[int | None] = []
    monkeypatch.setattr(memory, "_limit", found.append)
    monkeypatch.setattr(memory, "_data_bytes", lambda: 5_000_000)
    return found


def test_that_the_limit_comes_back_after_the_last_of_several(limits: list[int | None]) -> None:
    limit = MemoryLimit()
    limit.set_budget(100)
    with limit.lifted():
        with limit.lifted():
            pass
        assert limits == [None, None]
    assert limits == [None, None, 105_000_000]


def test_that_a_budget_set_meanwhile_counts_afterwards(limits: list[int | None]) -> None:
    limit = MemoryLimit()
    with limit.lifted():
        limit.set_budget(100)
        assert limits == [None]
    assert limits == [None, 105_000_000]
