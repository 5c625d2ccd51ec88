"""The command `photofind index`."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.text import Text

from photofind.cancel import CancelToken
from photofind.cli.options import AsJson, LibraryFolder, open_library
from photofind.cli.output import failure_documents, out, print_failures, print_json, shown
from photofind.cli.progress import show_progress
from photofind.events import IndexFinished


def index(
    context: typer.Context,
    folders: Annotated[
        list[Path] | None, typer.Argument(metavar="[FOLDER]...", help="Folders with photos.")
    ] = None,
    checkpoint: Annotated[
        str | None, typer.Option(metavar="NAME", help="The search model to use from now on.")
    ] = None,
    library: LibraryFolder = None,
    as_json: AsJson = False,
) -> None:
    """Add folders and bring everything up to date; without folders, all known ones.

    Example: photofind index ~/Pictures
    """
    with (
        open_library(context, library, write=True, create=bool(folders)) as opened,
        stopping_at_ctrl_c() as cancel,
        show_progress() as listener,
    ):
        report = opened.index(folders or [], checkpoint, listener=listener, cancel=cancel)
    (print_json_report if as_json else print_report)(report)


@contextmanager
def stopping_at_ctrl_c() -> Iterator[CancelToken]:
    """Cancel after the current batch on Ctrl-C; a second Ctrl-C stops at once."""
    cancel = CancelToken()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if cancel.cancelled:
            raise KeyboardInterrupt
        cancel.cancel()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield cancel
    finally:
        signal.signal(signal.SIGINT, before)


def print_json_report(report: IndexFinished) -> None:
    print_json(
        {
            "roots": [str(root) for root in report.roots],
            "found": report.found,
            "embedded": report.embedded,
            "unchanged": report.unchanged,
            "moved": report.moved,
            "removed": report.removed,
            "duplicates": report.duplicates,
            "offline": [str(root) for root in report.offline],
            "failed": len(report.failures),
            "failures": failure_documents(report.failures),
            "seconds": round(report.seconds, 3),
            "checkpoint": report.checkpoint,
        }
    )


def print_report(report: IndexFinished) -> None:
    print_summary(report)
    print_failures(report.failures)


def print_summary(report: IndexFinished) -> None:
    parts = [f"{report.found:,} photos found", f"{report.embedded:,} new"]
    for count, word in (
        (report.unchanged, "unchanged"),
        (report.moved, "moved"),
        (report.removed, "removed"),
        (report.duplicates, "duplicates"),
    ):
        if count:
            parts.append(f"{count:,} {word}")
    out.print(f"{', '.join(parts)}, in {report.seconds:.1f} s.")
    for root in report.offline:
        out.print(Text(f"Not connected: {shown(root)}. Its photos are kept as they are.", "yellow"))
