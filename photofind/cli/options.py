"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from photofind.library import Library
from photofind.paths import LIBRARY_VARIABLE, default_library_folder

LibraryFolder = Annotated[
    Path | None,
    typer.Option(
        "--library",
        metavar="DIR",
        help=f"The folder of the library (or {LIBRARY_VARIABLE}). [default: the platform's]",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
TopK = Annotated[int, typer.Option("-n", min=1, help="The most hits to show.")]
ShowAll = Annotated[bool, typer.Option("--all", help="Show the hits that are only guesses, too.")]


def library_folder(context: typer.Context, option: Path | None) -> Path:
    """A command's own --library, else the one before the command, else the default."""
    chosen: Path | None = option or context.obj
    return chosen or default_library_folder()


def open_library(
    context: typer.Context, option: Path | None, *, write: bool = False, create: bool = False
) -> Library:
    return Library(library_folder(context, option), write=write, create=create)
