"""The command `photofind status`."""

from typing import Annotated

import typer
from rich.text import Text

from photofind.cli.options import AsJson, LibraryFolder, open_library
from photofind.cli.output import failure_documents, out, print_failures, print_json, shown
from photofind.library import LibraryStatus
from photofind.vectors.choose import IndexHealth


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
        measured = opened.check() if check else None
        found = opened.status()
        folder = opened.paths.folder
    index = measured or found.index
    if as_json:
        print_json(_document(found, str(folder), index))
    else:
        _print_status(found, index, check)


def _document(found: LibraryStatus, folder: str, index: IndexHealth) -> dict[str, object]:
    return {
        "library": folder,
        "photos": found.counts.photos_with_files,
        "files": found.counts.files,
        "duplicates": found.counts.duplicates,
        "waiting": found.counts.waiting,
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
        "index": {
            "kind": index.kind,
            "recall": round(index.recall, 4),
            "checked": index.checked,
        },
        "failed": found.counts.failures,
        "failures": failure_documents(found.failures),
    }


def _print_status(found: LibraryStatus, index: IndexHealth, checked: bool) -> None:
    counts = found.counts
    out.print(
        f"{counts.photos_with_files:,} photos, {found.embedded:,} of them searchable with "
        f"{found.checkpoint or 'no search model yet'}."
    )
    for root in found.roots:
        state = "not connected" if root.offline else "ready"
        out.print(Text(f"  {shown(root.path)}  ({state})"))
    if counts.waiting:
        out.print(f"{counts.waiting:,} files were found and not read yet.")
    if counts.duplicates:
        out.print(f"{counts.duplicates:,} files are copies of another photo.")
    if checked:
        out.print("Checked: everything in the library is as it was written.")
    if index.kind == "hnsw":
        out.print(f"Searches follow a graph that finds {index.recall:.1%} of the best photos.")
    print_failures(found.failures)
