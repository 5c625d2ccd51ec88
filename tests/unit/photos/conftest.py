from collections.abc import Callable
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[4] / "shared" / "data"

Files = Callable[[str], list[Path]]


@pytest.fixture
def shared_files() -> Files:
    """The files below a folder of the machine's test data; skips where it has none."""

    def files(folder: str) -> list[Path]:
        found = sorted(path for path in (SHARED / folder).rglob("*") if path.is_file())
        if not found:
            pytest.skip(f"needs the pictures of {SHARED / folder}")
        return found

    return files
