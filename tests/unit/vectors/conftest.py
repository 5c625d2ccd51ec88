import pytest

from photofind.vectors import hnsw


@pytest.fixture(autouse=True)
def _slow_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Graphs of a few thousand vectors are searched as if it paid."""
    monkeypatch.setattr(hnsw, "ROWS_PER_CANDIDATE", 10)
