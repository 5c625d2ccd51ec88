"""Indexes a folder in two passes, with an encoder that makes them worth it, and says where it is.

python -m tests.support.two_phases LIBRARY FOLDER
"""

import sys
from pathlib import Path

from photofind.events import Event, IndexProgress, PhotosChanged
from tests.support.engine import Engine, in_this_process
from tests.support.fake_encoder import SlowEncoder


def _say(event: Event) -> None:
    """Each phase's name when it begins, and again with its first durable batch."""
    if isinstance(event, IndexProgress) and event.done == 0:
        print(event.phase, flush=True)  # noqa: T201 - for the test that started this
    if isinstance(event, PhotosChanged):
        print("searchable" if event.searchable else "shown", flush=True)  # noqa: T201 - as above


def two_phases(library: Path, folder: Path) -> Engine:
    return Engine(
        library,
        [folder],
        make_worker=lambda paths, settings: in_this_process(
            paths, settings, SlowEncoder(0.1, batch_s=0.02)
        ),
    )


if __name__ == "__main__":
    with two_phases(Path(sys.argv[1]), Path(sys.argv[2])) as engine:
        engine.run(listener=_say)
