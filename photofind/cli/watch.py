"""The command `photofind watch`."""

import typer

from photofind.cli.index import print_json_report, print_report, stopping_at_ctrl_c
from photofind.cli.options import AsJson, LibraryFolder, open_library
from photofind.cli.output import out
from photofind.cli.progress import show_progress
from photofind.events import IndexFinished


def watch(context: typer.Context, library: LibraryFolder = None, as_json: AsJson = False) -> None:
    """Bring everything up to date, then keep it so until Ctrl-C; a line per change set.

    Example: photofind watch
    """
    with (
        open_library(context, library, write=True) as opened,
        stopping_at_ctrl_c() as cancel,
        show_progress() as listener,
    ):
        last: IndexFinished | None = None
        for report in opened.watch(listener=listener, cancel=cancel):
            if last is None or report.changed_anything or report.failures != last.failures:
                (print_json_report if as_json else print_report)(report)
            if last is None and not as_json:
                out.print("Watching for changes; stop with Ctrl-C.")
            last = report
