"""The command `photofind checkpoints`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from photofind.cli.options import AsJson, LibraryFolder, library_folder, with_verbose
from photofind.cli.output import out, print_json
from photofind.clip.checkpoints import KNOWN_CHECKPOINTS, Checkpoint, CheckpointShelf
from photofind.clip.loading import export_graph
from photofind.paths import LibraryPaths
from photofind.settings import load_settings, save_setting

app = typer.Typer(
    help="The search models: what is here, what is in use.", invoke_without_command=True
)


@app.callback()
def checkpoints(
    context: typer.Context, library: LibraryFolder = None, as_json: AsJson = False
) -> None:
    """List the search models: what is here, what is in use.

    Example: photofind checkpoints list
    """
    context.obj.library = library or context.obj.library
    if context.invoked_subcommand is None:
        list_checkpoints(context, None, as_json)


@app.command("list")
@with_verbose
def list_checkpoints(
    context: typer.Context, library: LibraryFolder = None, as_json: AsJson = False
) -> None:
    """List the search models photofind knows and those on this machine.

    Example: photofind checkpoints list --json
    """
    rows = _rows(LibraryPaths(library_folder(context, library)))
    if as_json:
        print_json({"checkpoints": rows})
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("", "search model", "here", "licence", "MB", "languages", ""):
        table.add_column(heading)
    for row in rows:
        table.add_row(
            "*" if row["in_use"] else "",
            str(row["name"]),
            "yes" if row["installed"] else "no",
            str(row["licence"] or ""),
            str(row["download_mb"] or ""),
            str(row["languages"] or ""),
            str(row["summary"] or ""),
        )
    out.print(table)


def _rows(paths: LibraryPaths) -> list[dict[str, object]]:
    in_use = load_settings(paths.settings).checkpoint
    installed = [checkpoint.name for checkpoint in CheckpointShelf(paths)]
    known = {checkpoint.name: checkpoint for checkpoint in KNOWN_CHECKPOINTS}
    rows: list[dict[str, object]] = []
    for name in dict.fromkeys([*known, *installed]):
        about = known.get(name)
        rows.append(
            {
                "name": name,
                "installed": name in installed,
                "in_use": name == in_use,
                "dim": about and about.dim,
                "licence": about and about.licence,
                "download_mb": about and about.download_mb,
                "languages": about and about.languages,
                "falip": about and about.falip,
                "summary": about and about.summary,
            }
        )
    return rows


@app.command()
@with_verbose
def use(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    library: LibraryFolder = None,
    as_json: AsJson = False,
) -> None:
    """Choose the search model of the next indexing run; until then the old one answers.

    Example: photofind checkpoints use photofind-mini
    """
    paths = LibraryPaths(library_folder(context, library))
    checkpoint = CheckpointShelf(paths).find(name)
    save_setting(paths.settings, "checkpoint", name)
    if as_json:
        print_json({"checkpoint": checkpoint.name, "in_use": True})
    else:
        out.print(f"Using {checkpoint.name} from the next 'photofind index' on.")


@app.command()
@with_verbose
def download(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(help="As listed, or ARCHITECTURE/TAG, or hf-hub:OWNER/REPOSITORY.")
    ],
    library: LibraryFolder = None,
    as_json: AsJson = False,
) -> None:
    """Fetch a search model from the model hub; goes on where an earlier try was stopped.

    Example: photofind checkpoints download ViT-B-32-256/datacomp_s34b_b86k
    """
    # Nothing else needs the network, nor the time its libraries take to import.
    from photofind.clip.download import download as fetch

    paths = LibraryPaths(library_folder(context, library))
    _report(fetch(CheckpointShelf(paths), name), as_json)


@app.command()
@with_verbose
def add(
    context: typer.Context,
    source: Annotated[
        Path,
        typer.Argument(
            metavar="DIR_OR_FILE",
            help="A folder with open_clip_config.json and weights, or the weights file in it.",
        ),
    ],
    library: LibraryFolder = None,
    as_json: AsJson = False,
) -> None:
    """Add a search model you have; it is copied into the library.

    Example: photofind checkpoints add ~/Downloads/CLIP-ViT-B-32-256x256-DataComp-s34B-b86K
    """
    paths = LibraryPaths(library_folder(context, library))
    _report(CheckpointShelf(paths).add(source), as_json)


def _report(checkpoint: Checkpoint, as_json: bool) -> None:
    export_graph(checkpoint)
    if as_json:
        print_json(
            {
                "checkpoint": checkpoint.name,
                "folder": str(checkpoint.folder),
                "sha256": checkpoint.sha256(),
            }
        )
    else:
        out.print(f"Added {checkpoint.name}. Use it: photofind checkpoints use {checkpoint.name}")
