"""A disk that does not answer; a test file imports the fixture under its own name."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def silent_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that answers no question until the test is over, and none on the window's thread."""
    folder, answers = tmp_path / "server", threading.Event()
    folder.mkdir()
    held_up: list[threading.Thread] = []

    def silent(real: Callable[..., bool]) -> Callable[..., bool]:
        def look(path: Path, **options: Any) -> bool:
            if path.is_relative_to(folder):
                held_up.append(threading.current_thread())
                assert held_up[-1] is not threading.main_thread(), "the window is blocked"
                assert answers.wait(120)
            return real(path, **options)

        return look

    for name in ("is_dir", "is_file", "exists"):
        monkeypatch.setattr(Path, name, silent(getattr(Path, name)))
    yield folder
    answers.set()
    for thread in held_up:
        thread.join(60)
