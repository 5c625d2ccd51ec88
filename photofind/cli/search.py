"""The command `photofind search`."""

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from photofind.cli.batch import batch_lines
from photofind.cli.options import AsJson, LibraryFolder, ShowAll, TopK, open_library
from photofind.cli.output import (
    error_details,
    out,
    print_json,
    print_result,
    search_document,
    shown,
)
from photofind.errors import QueryError
from photofind.library import Library
from photofind.search.engine import SearchResult
from photofind.search.parser import parse, written_value
from photofind.store.filter_kinds import KINDS

FAILED = 1


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
    """Find photos by what they show, and by when, where and with what they were taken.

    Example: photofind search "a dog on a beach from:2019 to:2021-06 folder:Italy"

    A minus before a filter is for all but those: -tag:work. Filters alone list
    photos by date, the newest first. Quotes keep a name together, as in
    folder:"My Photos", and make words of what looks like a filter.
    """
    if (query is None) == (batch is None):
        raise typer.BadParameter("give either a QUERY or --batch FILE")
    with open_library(context, library) as opened:
        if batch is not None:
            done = [_print_response(opened, line, top_k) for line in batch_lines(batch)]
            if not all(done):
                raise typer.Exit(FAILED)
            return
        assert query is not None
        started = time.perf_counter()
        result = opened.search_engine.by_text(parse(query), top_k)
        seconds = time.perf_counter() - started
        if not show_all:
            result = result.without_tail()
        if as_json:
            checkpoint = opened.serving_encoder.space.checkpoint
            print_json(search_document(query, checkpoint, result, seconds))
        else:
            _print(query, result)


def filters_help() -> str:
    """Write the help of every filter, with examples, a paragraph each."""
    lines = [f"{examples(name)}: photos {kind.finds}" for name, kind in KINDS.items()]
    return "\n\n".join(["Filters:", *lines])


def examples(name: str) -> str:
    return " ".join(f"{name}:{written_value(value)}" for value in KINDS[name].examples)


def _print(query: str, result: SearchResult) -> None:
    if result.filtered and not result.total:
        out.print("No photo passes the filters.")
    elif result.by_date:
        _print_dated(query, result)
    else:
        print_result(query, result)


def _print_dated(query: str, result: SearchResult) -> None:
    out.print(Text(f"{shown(query)}: {result.total:,} photos, the newest first", style="bold"))
    for hit in result.hits:
        out.print(Text(f"{hit.rank:>4} {shown(hit.path)}"))


def _print_response(library: Library, query: str, top_k: int) -> bool:
    """Print the hits or the syntax error of one line; return whether it was valid."""
    try:
        print_json(_response(library, query, top_k))
    except QueryError as error:
        print_json({"query": query, "error": error_details(error)})
        return False
    return True


def _response(library: Library, query: str, top_k: int) -> dict[str, object]:
    engine = library.search_engine
    started = time.perf_counter()
    result = engine.by_text(parse(query), top_k)
    seconds = time.perf_counter() - started
    return search_document(query, library.serving_encoder.space.checkpoint, result, seconds)
