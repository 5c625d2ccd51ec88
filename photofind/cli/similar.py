"""The command `photofind similar`."""

import time
from pathlib import Path
from typing import Annotated

import typer

from photofind.cli.options import AsJson, LibraryFolder, ShowAll, TopK, open_library
from photofind.cli.output import print_json, print_result, search_document


def similar(
    context: typer.Context,
    image: Annotated[
        Path, typer.Argument(metavar="IMAGE", help="Any picture; it need not be in the library.")
    ],
    top_k: TopK = 20,
    show_all: ShowAll = False,
    library: LibraryFolder = None,
    as_json: AsJson = False,
) -> None:
    """Find photos that look like a picture.

    Example: photofind similar ~/Downloads/beach.jpg
    """
    with open_library(context, library) as opened:
        engine = opened.search_engine
        checkpoint = opened.serving_encoder.space.checkpoint
        started = time.perf_counter()
        result = engine.by_embedding(opened.embed_picture(image), top_k)
        seconds = time.perf_counter() - started
    # That a picture is like itself is no answer.
    sure = [hit.path.resolve() for hit in result.hits if hit.confident]
    shown = result if show_all or sure == [image.resolve()] else result.without_tail()
    if as_json:
        print_json(search_document(str(image), checkpoint, shown, seconds))
    else:
        print_result(str(image), shown)
