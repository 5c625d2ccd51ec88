"""A demo in a minute: indexes pictures and finds them by words, in the window too.

    python -m photofind.demo --out demo
    python -m photofind.demo --out demo --photos ~/Pictures --query "a dog"

Draws its own pictures unless given a folder; needs no display and no network.
"""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from photofind.cli.output import print_result
from photofind.cli.progress import show_progress
from photofind.clip.checkpoints import EMBEDDED
from photofind.contact_sheet import contact_sheet
from photofind.errors import UserFacingError
from photofind.evaluation.drawn_album import draw_album
from photofind.library import Library
from photofind.search.engine import SearchResult
from photofind.search.parser import parse

PICTURES = 120
HITS = 6
DRAWN_QUERIES = ("a boat on the sea", "a snowman in the snow", "a city at night")
PHOTO_QUERIES = ("a dog", "people at the beach", "a child playing")


def main(
    out: Annotated[Path, typer.Option(help="Where the demo keeps its library and its picture.")],
    photos: Annotated[Path | None, typer.Option(help="Your photos, never changed.")] = None,
    query: Annotated[list[str] | None, typer.Option(help="Words to search for.")] = None,
) -> None:
    folder = photos or draw_album(out / "Demo pictures", PICTURES)
    queries = query or (PHOTO_QUERIES if photos else DRAWN_QUERIES)
    library_folder = out / "library"
    shutil.rmtree(library_folder, ignore_errors=True)
    with Library(library_folder, write=True) as library:
        with show_progress() as listener:
            report = library.index([folder], EMBEDDED, listener=listener)
        typer.echo(
            f"{report.embedded:,} photos of {folder} became searchable in {report.seconds:.1f} s, "
            f"{len(report.failures):,} could not be read.\n"
        )
        rows = _search(library, queries)
    sheet = out / "hits.png"
    contact_sheet(rows).save(sheet)
    typer.echo(f"\nThe hits as a picture: {sheet}")
    window = out / "window.png"
    # Imported late, so that all else works without Qt.
    from photofind.gui.snapshot import photograph_results

    photograph_results(library_folder, queries[0], window)
    typer.echo(f"The window with the first of them: {window}")


def _search(library: Library, queries: Sequence[str]) -> list[tuple[str, list[Path]]]:
    """Search by each text, then by the first hit's picture; print and return the hits."""
    engine = library.search_engine
    rows = []
    example: Path | None = None
    for query in queries:
        result = engine.by_query(parse(query), HITS)
        print_result(query, result)
        rows.append((query, _paths(result)))
        if result.hits and example is None:
            example = result.hits[0].path
    if example is not None:
        result = engine.by_embedding(library.embed_picture(example), HITS)
        title = f"similar to {example.name}"
        print_result(title, result)
        rows.append((title, _paths(result)))
    return rows


def _paths(result: SearchResult) -> list[Path]:
    return [hit.path for hit in result.hits]


if __name__ == "__main__":
    try:
        typer.run(main)
    except UserFacingError as error:
        sys.exit(f"{error.message}\n{error.hint}")
