"""What is killed, or started many times at once: processes that come up in no time."""

import multiprocessing
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path

from photofind.errors import LibraryBusyError
from photofind.events import Event, PhotosChanged
from photofind.paths import LibraryPaths
from photofind.store.database import Database
from tests.support.engine import Engine

IMPORTS = ["alembic.command", __name__]


def context() -> ForkServerContext:
    """A fork server has the imports behind it, so that what happens hits the work."""
    forkserver = multiprocessing.get_context("forkserver")
    forkserver.set_forkserver_preload(IMPORTS)
    return forkserver


def run_and_kill(library: Path, photos: Path, batches: int, then_s: float) -> None:
    """Kill a run a moment after so many batches, if it has not come to its end."""
    ours, theirs = context().Pipe(duplex=False)
    process = context().Process(target=_index, args=(library, photos, theirs))
    process.start()
    theirs.close()
    with suppress(EOFError):
        for _ in range(batches):
            ours.recv()
    process.join(then_s)
    process.kill()
    process.join()


def _index(library: Path, photos: Path, says: "Connection[str, str]") -> None:
    def tell(event: Event) -> None:
        if isinstance(event, PhotosChanged):
            says.send("batch")

    with Engine(library, [photos]) as engine:
        engine.run(listener=tell)


def open_at_once(library: Path, starts: int) -> list[str]:
    """What as many processes say that open a library for writing: `writes` or `busy`."""
    pipes = [context().Pipe() for _ in range(starts)]
    processes = [context().Process(target=_hold, args=(library, theirs)) for _, theirs in pipes]
    for process in processes:
        process.start()
    said: list[str] = [ours.recv() for ours, _ in pipes]
    for ours, _ in pipes:
        ours.send("end")
    for process in processes:
        process.join()
    return said


def _hold(library: Path, says: "Connection[str, str]") -> None:
    try:
        with Database.open(LibraryPaths(library), write=True):
            says.send("writes")
            says.recv()
    except LibraryBusyError:
        says.send("busy")
        says.recv()
