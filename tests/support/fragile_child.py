"""A child process that dies, hangs or errs on files whose names say so, and starts quickly.

python -m tests.support.fragile_child
"""

import ctypes
import os
import time

from photofind.domain import FoundFile
from photofind.indexing import child, local
from photofind.indexing.stages import Outcome, Stages
from tests.support.fake_encoder import FakeEncoder

_run = Stages.run


def _run_fragile(stages: Stages, found: FoundFile) -> Outcome:
    name = found.path.name
    if name.startswith("crash"):
        ctypes.string_at(0)
    if name.startswith("hang"):
        time.sleep(3600)
    if name.startswith("bug"):
        raise KeyError(name)
    if name.startswith("full"):
        raise OSError(28, "No space left on device")
    # Kills the first process that meets it, and no other.
    if name.startswith("once"):
        mark = found.path.with_suffix(".met")
        if not mark.exists():
            mark.touch()
            os.abort()
    return _run(stages, found)


if __name__ == "__main__":
    vars(local)["load_encoder"] = lambda _paths, _settings, name: FakeEncoder(name)
    Stages.run = _run_fragile  # type: ignore[method-assign, assignment]
    child.main()
