"""Runs one command line.

A command is imported when it is called: a search needs a tenth of what all of them need together.
"""

import json
import logging
import sys
from collections.abc import Sequence
from typing import Any

import typer

from photofind import __version__
from photofind.cli import COMMANDS
from photofind.cli.options import LibraryFolder, Session, Verbose, with_verbose
from photofind.cli.output import error_details, print_error
from photofind.errors import CancelledError, UserFacingError
from photofind.logs import Logging

# What all wrong usage derives from; typer exports its children only.
UsageError: Any = typer.BadParameter.__bases__[0]

_log = logging.getLogger(__name__)

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"photofind {__version__}")
        raise typer.Exit


def _photofind(
    context: typer.Context,
    library: LibraryFolder = None,
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version."
    ),
    verbose: Verbose = False,
) -> None:
    session: Session = context.obj
    session.library = library


def _app(names: Sequence[str]) -> typer.Typer:
    """Make the application with some of its commands."""
    app = typer.Typer(
        name="photofind",
        help="Finds the photos on your own disk by what they show. Nothing leaves the machine. "
        "Without a command, the window opens.",
        add_completion=False,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_photofind)
    for name in names:
        _add(app, name)
    return app


def _add(app: typer.Typer, name: str) -> None:
    command: Any
    particulars: dict[str, Any] = {}
    match name:
        case "index":
            from photofind.cli.index import index as command
        case "watch":
            from photofind.cli.watch import watch as command
        case "search":
            from photofind.cli.minus_queries import QueryCommand
            from photofind.cli.search import filters_help
            from photofind.cli.search import search as command

            particulars = {"cls": QueryCommand, "epilog": filters_help()}
        case "similar":
            from photofind.cli.similar import similar as command
        case "region":
            from photofind.cli.region import region as command
        case "tag":
            from photofind.cli.tag import tag as command
        case "tags":
            from photofind.cli.tag import tags as command
        case "status":
            from photofind.cli.status import status as command
        case "evaluate":
            from photofind.cli.evaluate import evaluate as command
        case "checkpoints":
            from photofind.cli.checkpoints import app as checkpoints

            app.add_typer(checkpoints, name=name)
            return
        case _:
            raise ValueError(f"no command {name}")
    app.command(name, **particulars)(with_verbose(command))


def _meant(arguments: Sequence[str]) -> Sequence[str]:
    """Return the command that is called; all of them for their help, and where it is none."""
    left = iter(arguments)
    for argument in left:
        if argument == "--library":
            next(left, None)
        elif not argument.startswith("-"):
            return [argument] if argument in COMMANDS else COMMANDS
        elif argument in ("-h", "--help"):
            return COMMANDS
    return COMMANDS


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    # Pillow logs what it finds odd about a photo; the list of failures says what matters.
    logging.getLogger("PIL").setLevel(logging.CRITICAL)
    with Logging() as logging_:
        try:
            return _run(arguments, Session(logging_))
        except Exception:
            _log.critical("A bug ended the command.", exc_info=True)
            raise


def _run(arguments: Sequence[str], session: Session) -> int:
    as_json = "--json" in arguments or "--batch" in arguments
    try:
        app = _app(_meant(arguments))
        result: Any = app(args=list(arguments), standalone_mode=False, obj=session)
    except UsageError as error:
        if as_json:
            _print_json_error(
                {
                    "code": "usage",
                    "message": error.format_message(),
                    "hint": "See --help.",
                }
            )
        else:
            error.show()
        return WRONG_USAGE
    except UserFacingError as error:
        _log.error("The command ended with the error %r.", error.code, exc_info=True)
        if as_json:
            _print_json_error(error_details(error))
        else:
            print_error(error)
        return FAILED
    except (CancelledError, KeyboardInterrupt, typer.Abort):
        sys.stderr.write("Stopped. Everything done so far is kept.\n")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output (head, say) has seen enough.
        sys.stderr.close()
        return DONE
    return result if isinstance(result, int) else DONE


def _print_json_error(details: dict[str, object]) -> None:
    sys.stdout.write(json.dumps({"error": details}) + "\n")
