"""Options shared by several commands."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from photofind.library import Library
from photofind.logs import Logging
from photofind.paths import LIBRARY_VARIABLE, LibraryPaths, default_library_folder


@dataclass(slots=True)
class Session:
    """The global options of one command line.

    Attributes:
        logging: Logs to the library's file as soon as the library is known.
        library: The folder named before the command.
    """

    logging: Logging
    library: Path | None = None


def _be_verbose(context: typer.Context, wanted: bool) -> None:
    session: Session = context.obj
    if wanted:
        session.logging.be_verbose()


Verbose = Annotated[
    bool, typer.Option("--verbose", callback=_be_verbose, help="Say on stderr what is being done.")
]


def with_verbose(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--verbose` to a command, whose function need not know it."""

    @wraps(command)
    def run(*arguments: Any, verbose: bool = False, **options: Any) -> Any:
        return command(*arguments, **options)

    signature = inspect.signature(command)
    parameter = inspect.Parameter(
        "verbose", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Verbose
    )
    parameters = [*signature.parameters.values(), parameter]
    run.__annotations__ = {**command.__annotations__, "verbose": Verbose}
    # Read by `inspect` where a function has one, which the type of functions does not say.
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return run


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
    """Choose a command's own --library, else the one before the command, else the default.

    The log goes there from now on.
    """
    session: Session = context.obj
    folder = option or session.library or default_library_folder()
    session.logging.to_library(LibraryPaths(folder.absolute()).log)
    return folder


def open_library(
    context: typer.Context, option: Path | None, *, write: bool = False, create: bool = False
) -> Library:
    return Library(library_folder(context, option), write=write, create=create)
