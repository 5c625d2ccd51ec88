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
from photofind.errors import BadInputError, QueryError
from photofind.library import Library
from photofind.search.engine import SearchResult
from photofind.search.parser import parse
from photofind.search.tokens import written_value
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

    Words next to each other are one text. "dog + water" mixes two, "2:dog" counts
    one twice, "dog - snow", "not a dog" and "without snow" subtract, and
    "image:sea.jpg" mixes a picture in.

    A minus before a filter is for all but those: -tag:work. OR stands between
    filters, and parentheses around them: -(tag:beach OR tag:sea). Filters alone
    list photos by date, the newest first. Quotes keep a name together, as in
    folder:"My Photos", and make words of what looks like anything else.

    Photos whose file or folder is called what was searched for come first:
    IMG_1234, "Anna's birthday".

    Example: photofind search --batch queries.txt -n 5
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
        result, seconds = _answer(opened, query, top_k)
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
    """Print the hits of one line or what is wrong with it; return whether it was answered."""
    try:
        print_json(_response(library, query, top_k))
    except (QueryError, BadInputError) as error:
        print_json({"query": query, "error": error_details(error)})
        return False
    return True


def _response(library: Library, query: str, top_k: int) -> dict[str, object]:
    result, seconds = _answer(library, query, top_k)
    return search_document(query, library.serving_encoder.space.checkpoint, result, seconds)


def _answer(library: Library, query: str, top_k: int) -> tuple[SearchResult, float]:
    """Answer a query; return the seconds it took as well, without opening the library."""
    engine = library.search_engine
    started = time.perf_counter()
    parsed = parse(query)
    result = engine.by_query(parsed, top_k, library.embed_pictures(parsed))
    return result, time.perf_counter() - started
