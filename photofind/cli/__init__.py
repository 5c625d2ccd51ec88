"""The command line, one module for each command; nothing here imports Qt."""

import json
import logging
import sys
from collections.abc import Callable, Sequence
from typing import Any

import typer

from photofind import __version__
from photofind.cli import checkpoints, evaluate, index, region, search, similar, status, tag, watch
from photofind.cli.minus_queries import QueryCommand
from photofind.cli.options import LibraryFolder, Session, Verbose, with_verbose
from photofind.cli.output import error_details, print_error
from photofind.errors import CancelledError, UserFacingError
from photofind.logs import Logging

# What all wrong usage derives from; typer exports its children only.
UsageError: Any = typer.BadParameter.__bases__[0]

_log = logging.getLogger(__name__)

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130

app = typer.Typer(
    name="photofind",
    help="Finds the photos on your own disk by what they show. Nothing leaves the machine. "
    "Without a command, the window opens.",
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_COMMANDS: dict[str, Callable[..., Any]] = {
    "index": index.index,
    "watch": watch.watch,
    "search": search.search,
    "similar": similar.similar,
    "region": region.region,
    "tag": tag.tag,
    "tags": tag.tags,
    "status": status.status,
    "evaluate": evaluate.evaluate,
}
_PARTICULARS: dict[str, dict[str, Any]] = {
    "search": {"cls": QueryCommand, "epilog": search.filters_help()},
}
for _name, _command in _COMMANDS.items():
    app.command(_name, **_PARTICULARS.get(_name, {}))(with_verbose(_command))
app.add_typer(checkpoints.app, name="checkpoints")

COMMANDS = frozenset({*_COMMANDS, "checkpoints"})
"""Every command's name."""


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"photofind {__version__}")
        raise typer.Exit


@app.callback()
def photofind(
    context: typer.Context,
    library: LibraryFolder = None,
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version."
    ),
    verbose: Verbose = False,
) -> None:
    session: Session = context.obj
    session.library = library


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
