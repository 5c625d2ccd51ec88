"""The command `photofind status`."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.text import Text

from photofind.cli.options import AsJson, LibraryFolder, library_folder, open_library
from photofind.cli.output import failure_documents, out, print_failures, print_json, shown
from photofind.library_status import LibraryStatus
from photofind.paths import LibraryPaths
from photofind.store.restore import Restored, restore
from photofind.store.snapshots import Snapshot, find_snapshot, snapshots
from photofind.vectors.selector import IndexHealth


def status(
    context: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Read everything once and say if it is sound.")
    ] = False,
    put_back: Annotated[
        bool, typer.Option("--restore", help="Put back a copy of the catalogue, WHICH by its date.")
    ] = False,
    which: Annotated[
        str | None, typer.Argument(metavar="[WHICH]", help="With --restore: as 2026-11-22.")
    ] = None,
    library: LibraryFolder = None,
    as_json: AsJson = False,
) -> None:
    """Say what the library holds and how much of it can be searched.

    Example: photofind status --check
    """
    if put_back:
        paths = LibraryPaths(library_folder(context, library))
        restored = restore(paths, find_snapshot(paths.snapshots, which))
        (_print_restored_json if as_json else _print_restored)(restored)
        return
    if which is not None:
        raise typer.BadParameter("WHICH goes with --restore.")
    with open_library(context, library) as opened:
        measured = opened.check() if check else None
        found = opened.status()
        folder = opened.paths.folder
        copies = snapshots(opened.paths.snapshots)
    index = measured or found.index
    if as_json:
        print_json(_document(found, str(folder), index, copies))
    else:
        _print_status(found, index, check, copies)


def _print_restored_json(restored: Restored) -> None:
    print_json(
        {
            "restored": restored.snapshot.taken_at.isoformat(),
            "set_aside": str(restored.set_aside),
            "tags_saved": restored.rescued.tags,
            "folders_saved": restored.rescued.folders,
            "photos_to_read": restored.rescued.photos,
            "complete": restored.rescued.complete,
        }
    )


def _print_restored(restored: Restored) -> None:
    out.print(f"The catalogue of {restored.snapshot.moment} is back.")
    rescued = restored.rescued
    out.print(
        f"Kept from the time since: {rescued.tags:,} changes of tags, "
        f"{rescued.folders:,} of folders. "
        f"{rescued.photos:,} photos will be read again by: photofind index"
    )
    if not rescued.complete:
        out.print(
            "The damaged catalogue could not be read to its end: changes made since may be missing."
        )
    out.print(Text(f"The damaged catalogue is kept in {shown(restored.set_aside)}"))


def _document(
    found: LibraryStatus, folder: str, index: IndexHealth, copies: Sequence[Snapshot]
) -> dict[str, object]:
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
        "derived": [
            {
                "kind": kind.progress.producer.family,
                "version": kind.progress.producer.version,
                "done": kind.progress.done,
                "total": kind.progress.total,
                "failed": len(kind.failures),
                "failures": failure_documents(kind.failures),
            }
            for kind in found.derived
        ],
        "index": {
            "kind": index.kind,
            "recall": round(index.recall, 4),
            "checked": index.checked,
        },
        "offers": found.offers,
        "orphaned": found.orphaned,
        "failed": found.counts.failures,
        "failures": failure_documents(found.failures),
        "copies": [one.taken_at.isoformat() for one in copies],
    }


def _print_status(
    found: LibraryStatus, index: IndexHealth, checked: bool, copies: Sequence[Snapshot]
) -> None:
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
    for kind in found.derived:
        came = kind.progress
        if came.done < came.total:
            out.print(f"{came.producer.family}: {came.done:,} of {came.total:,} photos.")
    if counts.duplicates:
        out.print(f"{counts.duplicates:,} files are copies of another photo.")
    if found.offers or found.orphaned:
        out.print(
            f"{found.orphaned:,} photos with tags of yours have no file any more; "
            f"{found.offers:,} others look like one of them. See: photofind tags --orphaned"
        )
    if checked:
        out.print("Checked: everything in the library is as it was written.")
    if index.kind == "hnsw":
        out.print(f"Searches follow a graph that finds {index.recall:.1%} of the best photos.")
    if copies:
        out.print(f"Copies of the catalogue: {', '.join(one.moment for one in copies)}.")
    print_failures(found.failures)
    for kind in found.derived:
        print_failures(kind.failures, f"have no {kind.progress.producer.family}")
