"""The command `photofind status`."""

from typing import Annotated

import typer
from rich.text import Text

from photofind.cli.options import AsJson, LibraryFolder, open_library
from photofind.cli.output import failure_documents, out, print_failures, print_json, shown
from photofind.library import LibraryStatus


def status(
    context: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Read everything once and say if it is sound.")
    ] = False,
    library: LibraryFolder = None,
    as_json: AsJson = False,
) -> None:
    """Say what the library holds and how much of it can be searched.

    Example: photofind status --check
    """
    with open_library(context, library) as opened:
        if check:
            opened.check()
        found = opened.status()
        folder = opened.paths.folder
    if as_json:
        print_json(_document(found, str(folder), check))
    else:
        _print_status(found, check)


def _document(found: LibraryStatus, folder: str, checked: bool) -> dict[str, object]:
    return {
        "library": folder,
        "photos": found.counts.photos_with_files,
        "files": found.counts.files,
        "duplicates": found.counts.duplicates,
        "roots": [
            {
                "path": str(root.path),
                "offline": root.offline,
                "last_indexed_at": root.last_indexed_at and root.last_indexed_at.isoformat(),
            }
            for root in found.roots
        ],
        "checkpoint": found.checkpoint,
        "coverage": {
            "embedded": found.embedded,
            "total": found.counts.photos_with_files,
        },
        # An exact index scores every photo, so its recall needs no measuring.
        "index": {"kind": "exact", "recall": 1.0, "checked": checked},
        "failed": found.counts.failures,
        "failures": failure_documents(found.failures),
    }


def _print_status(found: LibraryStatus, checked: bool) -> None:
    counts = found.counts
    out.print(
        f"{counts.photos_with_files:,} photos, {found.embedded:,} of them searchable with "
        f"{found.checkpoint or 'no search model yet'}."
    )
    for root in found.roots:
        state = "not connected" if root.offline else "ready"
        out.print(Text(f"  {shown(root.path)}  ({state})"))
    if counts.duplicates:
        out.print(f"{counts.duplicates:,} files are copies of another photo.")
    if checked:
        out.print("Checked: everything in the library is as it was written.")
    print_failures(found.failures)
