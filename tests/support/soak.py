"""Tests that promise a figure: short in the suite, whole in `make soak`."""

from typing import Any

import pytest

Sizes = list[Any]


def sizes(short: int, whole: int) -> Sizes:
    """Parameters of a test: a few now, as many as `docs/reliability.md` promises in `make soak`."""
    return [
        pytest.param(short, id="short"),
        pytest.param(whole, id="whole", marks=[pytest.mark.slow, pytest.mark.soak]),
    ]
