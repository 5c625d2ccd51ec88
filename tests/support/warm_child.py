"""A child process for many tests: coming up takes seconds, working for another library does not."""

import shutil
from pathlib import Path

from typing_extensions import override

from photofind.child.client import ChildClient
from photofind.paths import LibraryPaths
from photofind.settings import Settings


class WarmChild(ChildClient):
    """Give `lend` where a worker is made; what it returns is not closed with the library."""

    _prompts: Path | None = None

    def lend(self, paths: LibraryPaths, settings: Settings, checkpoint: str) -> ChildClient:
        """The prompts that one library had embedded, the next one finds embedded."""
        if self._prompts not in (None, paths.cache) and self._prompts.is_dir():
            shutil.copytree(self._prompts, paths.cache, dirs_exist_ok=True)
        self._prompts = paths.cache
        self.restart_for(paths, settings, checkpoint)
        return self

    @override
    def close(self) -> None:
        """Left to `end`: the next library uses it."""

    def end(self) -> None:
        super().close()
