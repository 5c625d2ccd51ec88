"""A limit on what this process may ask of the machine's memory beyond its search models.

[Note: memory limit]
Linux only. The limit is RLIMIT_DATA: memory that can be written to and belongs to nobody else.
RLIMIT_AS would count what is merely mapped, which with torch is several times as much (3.6 GB
against 1.0 GB after photofind-mini was loaded) and grows by 64 MB with every thread. What reaches
the limit gets a `MemoryError`, which for a picture means that it is unreadable; native code that
does not expect it crashes, which is a death like any other. macOS enforces neither limit, and
Windows has none.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MEMORY_OF_THIS_PROCESS = Path("/proc/self/statm")
_DATA = 5
"""Place of the pages of data and stack in it."""


class MemoryLimit:
    """Lifted while a search model is loaded; what that took does not count."""

    def __init__(self) -> None:
        self._budget_bytes: int | None = None
        self._taken_bytes: int | None = None

    def set_budget(self, budget_mb: int) -> None:
        """Limit what pictures may take together, from now on."""
        self._budget_bytes = budget_mb * 1_000_000
        if self._taken_bytes is not None:
            self._apply()

    @contextmanager
    def lifted(self) -> Iterator[None]:
        _limit(None)
        try:
            yield
        finally:
            self._taken_bytes = _data_bytes()
            self._apply()

    def _apply(self) -> None:
        if self._budget_bytes is not None and self._taken_bytes is not None:
            _limit(self._taken_bytes + self._budget_bytes)


if sys.platform == "linux":
    import resource

    def _data_bytes() -> int | None:
        pages = int(_MEMORY_OF_THIS_PROCESS.read_text("ascii").split()[_DATA])
        return pages * resource.getpagesize()

    def _limit(data_bytes: int | None) -> None:
        # Only the soft limit: it has to go up again when another search model is loaded.
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        soft = hard if data_bytes is None else data_bytes
        if hard != resource.RLIM_INFINITY:
            soft = min(soft, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))

else:

    def _data_bytes() -> int | None:
        return None

    def _limit(data_bytes: int | None) -> None:
        """See [Note: memory limit]."""
