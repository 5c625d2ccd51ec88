"""The command `photofind watch`."""

import typer

from photofind.cli.index import print_json_report, print_summary, stopping_at_ctrl_c
from photofind.cli.options import AsJson, LibraryFolder, open_library
from photofind.cli.output import out, print_failures
from photofind.cli.progress import show_progress
from photofind.domain import Failure


def watch(context: typer.Context, library: LibraryFolder = None, as_json: AsJson = False) -> None:
    """Bring everything up to date, then keep it so until Ctrl-C; a line per change set.

    Example: photofind watch
    """
    with (
        open_library(context, library, write=True) as opened,
        stopping_at_ctrl_c() as cancel,
        show_progress() as listener,
    ):
        listed: set[Failure] = set()
        for number, report in enumerate(opened.watch(listener=listener, cancel=cancel)):
            unlisted = [failure for failure in report.failures if failure not in listed]
            listed.update(unlisted)
            if number and not report.changed_anything and not unlisted:
                continue
            if as_json:
                print_json_report(report)
                continue
            print_summary(report)
            print_failures(unlisted)
            if not number:
                out.print("Watching for changes; stop with Ctrl-C.")
