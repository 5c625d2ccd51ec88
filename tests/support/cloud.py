"""A cloud that takes the content of files away and leaves their names."""

import os
from pathlib import Path

import pytest

from photofind.photos import placeholders


class Cloud:
    """Says of any file that its content is not here, and notes which files are opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._away: set[int] = set()
        self.opened: list[Path] = []
        monkeypatch.setattr(
            placeholders, "is_placeholder", lambda found: found.st_ino in self._away
        )
        real = os.open

        def noted(path: str | Path, flags: int, *args: int, **options: int) -> int:
            self.opened.append(Path(path))
            return real(path, flags, *args, **options)

        monkeypatch.setattr(os, "open", noted)

    def _is_away(self, found: os.stat_result) -> bool:
        return found.st_ino in self._away

    def take(self, path: Path) -> None:
        self._away.add(path.stat().st_ino)

    def bring(self, path: Path) -> None:
        self._away.discard(path.stat().st_ino)
