"""Output as JSON documents and as text for people."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from photofind.domain import Failure, Hit
from photofind.errors import QueryError, UserFacingError
from photofind.search.engine import SearchResult

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(document: Mapping[str, object]) -> None:
    """Print one line; undecodable bytes of a path become lone surrogates, as in Python."""
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


def print_error(error: UserFacingError) -> None:
    err.print(Text(shown(error.message), style="bold red"))
    err.print(Text(shown(error.hint)))


def error_details(error: UserFacingError) -> dict[str, object]:
    """Return the document of an error."""
    details: dict[str, object] = {
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
    }
    if isinstance(error, QueryError):
        details["column"] = error.column
    return details


def shown(text: str | Path) -> str:
    """Escape a text or path for a terminal."""
    return os.fsencode(str(text)).decode("utf-8", "replace")


def search_document(
    query: str, checkpoint: str, result: SearchResult, seconds: float
) -> dict[str, object]:
    return {
        "query": query,
        "checkpoint": checkpoint,
        "confident": result.confident,
        "total": result.total,
        "hits": [_hit_document(hit) for hit in result.hits],
        "seconds": round(seconds, 4),
    }


def _hit_document(hit: Hit) -> dict[str, object]:
    return {
        "rank": hit.rank,
        "path": str(hit.path),
        "score": round(hit.score, 4),
        "confident": hit.confident,
        "box": None if hit.box is None else list(hit.box),
        "named": hit.named,
    }


def print_result(query: str, result: SearchResult) -> None:
    """Print the hits as a table, the confident ones marked."""
    if not result.hits:
        out.print("There are no photos to search yet. Run: photofind index FOLDER")
        return
    sure = f"{result.confident:,} sure" if result.confident else "nothing sure, best guesses below"
    out.print(Text(f"{shown(query)}: {result.total:,} photos searched, {sure}", style="bold"))
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(justify="right")
    table.add_column()
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    for hit in result.hits:
        mark = Text("●", style="green") if hit.confident else Text("○", style="dim")
        why = "by name" if hit.named else f"{hit.score:.3f}"
        table.add_row(str(hit.rank), mark, why, Text(shown(hit.path)))
    out.print(table)


def failure_documents(failures: Sequence[Failure]) -> list[dict[str, str]]:
    return [{"path": str(failure.path), "reason": failure.reason} for failure in failures]


def print_failures(failures: Sequence[Failure], what: str = "could not be read") -> None:
    if not failures:
        return
    out.print(Text(f"{len(failures):,} {what}:", style="bold"))
    for failure in failures:
        out.print(Text(f"  {shown(failure.path)}"))
        out.print(Text(f"      {shown(failure.reason)}", style="dim"))
