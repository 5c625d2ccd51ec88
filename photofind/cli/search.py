"""The command `photofind search`."""

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from photofind.cli.options import AsJson, LibraryFolder, ShowAll, TopK, open_library
from photofind.cli.output import print_json, print_result, search_document
from photofind.errors import BadInputError
from photofind.library import Library


def search(
    context: typer.Context,
    query: Annotated[str | None, typer.Argument(metavar="QUERY", show_default=False)] = None,
    batch: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="One query a line, '-' for stdin; one JSON document a line."
        ),
    ] = None,
    top_k: TopK = 20,
    show_all: ShowAll = False,
    library: LibraryFolder = None,
    as_json: AsJson = False,
) -> None:
    """Find photos by what they show.

    Example: photofind search "a dog on a beach"
    """
    if (query is None) == (batch is None):
        raise typer.BadParameter("give either a QUERY or --batch FILE")
    with open_library(context, library) as opened:
        if batch is not None:
            for line in _lines(batch):
                print_json(_answer(opened, line, top_k))
            return
        assert query is not None
        started = time.perf_counter()
        result = opened.search_engine.by_text(query, top_k)
        seconds = time.perf_counter() - started
        shown = result if show_all else result.without_tail()
        if as_json:
            checkpoint = opened.serving_encoder.space.checkpoint
            print_json(search_document(query, checkpoint, shown, seconds))
        else:
            print_result(query, shown)


def _answer(library: Library, query: str, top_k: int) -> dict[str, object]:
    engine = library.search_engine
    started = time.perf_counter()
    result = engine.by_text(query, top_k)
    seconds = time.perf_counter() - started
    return search_document(query, library.serving_encoder.space.checkpoint, result, seconds)


def _lines(batch: Path) -> Iterator[str]:
    with ExitStack() as stack:
        if str(batch) == "-":
            lines = sys.stdin
        else:
            try:
                lines = stack.enter_context(batch.open(encoding="utf-8"))
            except OSError as error:
                raise BadInputError(
                    f"{batch} cannot be read ({error.strerror}).", "Check the path."
                ) from error
        for line in lines:
            yield line.rstrip("\r\n")
