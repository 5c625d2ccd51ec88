"""The command `photofind region`."""

import json
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from photofind.cli.batch import batch_lines
from photofind.cli.options import AsJson, LibraryFolder, ShowAll, TopK, library_folder, open_library
from photofind.cli.output import (
    err,
    error_details,
    out,
    print_json,
    print_result,
    search_document,
    shown,
)
from photofind.clip.encoder import HARD_MASK, PAPER_STRENGTH
from photofind.clip.loading import load_encoder
from photofind.errors import BadInputError, UserFacingError
from photofind.library import Library
from photofind.paths import LibraryPaths
from photofind.photos.decode import Picture
from photofind.photos.picture_file import PictureLimits, open_picture
from photofind.region_classifier import RegionClassifier, RegionQuery
from photofind.search.regions import DEFAULT_METHOD, RegionAnswer, RegionMethod
from photofind.settings import Settings, load_settings

STRONGEST = 100.0
"""Far beyond where attention has left everything else; a hard mask is `inf`."""

_EXAMPLE = '{"image": "a.jpg", "box": [10, 20, 110, 120], "labels": ["dog", "cat"]}'


def region(
    context: typer.Context,
    image: Annotated[
        Path | None,
        typer.Argument(
            metavar="IMAGE",
            help="Any picture; it need not be in the library.",
            show_default=False,
        ),
    ] = None,
    box: Annotated[
        tuple[float, float, float, float] | None,
        typer.Option(metavar="X0 Y0 X1 Y1", help="Left, top, right, bottom in upright pixels."),
    ] = None,
    labels: Annotated[
        str | None, typer.Option(metavar="A,B,C", help="What it may be, if not the vocabulary.")
    ] = None,
    method: Annotated[
        RegionMethod, typer.Option(help="Draw the attention to the region, cut it out, or both.")
    ] = DEFAULT_METHOD,
    strength: Annotated[
        float,
        typer.Option(help="How far attention is drawn to the region; inf hides the rest."),
    ] = PAPER_STRENGTH,
    find: Annotated[bool, typer.Option("--find", help="Find photos that look like it.")] = False,
    batch: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=f"One region a line, '-' for stdin: {_EXAMPLE}"),
    ] = None,
    top_k: TopK = 20,
    show_all: ShowAll = False,
    library: LibraryFolder = None,
    as_json: AsJson = False,
) -> None:
    """Say what a region of a picture shows, or find it elsewhere.

    Example: photofind region party.jpg --box 120 80 360 400 --labels "cake,dog,guitar"
    """
    if batch is not None:
        if image is not None or box is not None or find:
            raise typer.BadParameter("--batch FILE names its own pictures and boxes")
        defaults = _labels(labels), method, _strength(strength)
        _classify_batch(LibraryPaths(library_folder(context, library)), batch, defaults)
        return
    if image is None or box is None:
        raise typer.BadParameter("give an IMAGE and its --box X0 Y0 X1 Y1, or --batch FILE")
    if find and labels is not None:
        raise typer.BadParameter("give either --labels or --find")
    query = RegionQuery(image, box, _labels(labels), method, _strength(strength))
    if find:
        with open_library(context, library) as opened:
            _find(opened, query, top_k, show_all, as_json)
        return
    result = _classifier(LibraryPaths(library_folder(context, library))).classify(query)
    _warn_if_cropped(method, result.method)
    if as_json:
        print_json(_document(query, result))
    else:
        _print_labels(result)


def _classifier(paths: LibraryPaths) -> RegionClassifier:
    """Make a classifier of the checkpoint in the settings; the library need not exist."""
    settings = load_settings(paths.settings)
    load = partial(load_encoder, paths, settings, settings.checkpoint)
    return RegionClassifier(paths, load, _opener(settings))


def _opener(settings: Settings) -> Callable[[Path], Picture]:
    return partial(open_picture, limits=PictureLimits.of(settings))


def _labels(written: str | None) -> tuple[str, ...]:
    if written is None:
        return ()
    names = tuple(dict.fromkeys(name.strip() for name in written.split(",") if name.strip()))
    if not names:
        raise typer.BadParameter("--labels names no label; write --labels dog,cat")
    return names


def _strength(written: float) -> float:
    if 0 <= written <= STRONGEST or written == HARD_MASK:
        return written
    raise typer.BadParameter(f"--strength is a number from 0 to {STRONGEST:g}, or inf")


def _find(library: Library, query: RegionQuery, top_k: int, show_all: bool, as_json: bool) -> None:
    engine, encoder = library.search_engine, library.serving_encoder
    classifier = RegionClassifier(library.paths, lambda: encoder, _opener(library.settings))
    started = time.perf_counter()
    result = engine.by_embedding(classifier.embed(query), top_k)
    seconds = time.perf_counter() - started
    _warn_if_cropped(query.method, classifier.usable(query.method))
    found = result if show_all else result.without_tail()
    if as_json:
        checkpoint = encoder.space.checkpoint
        print_json(search_document(str(query.image), checkpoint, found, seconds))
    else:
        print_result(f"a region of {query.image}", found)


def _classify_batch(
    paths: LibraryPaths, batch: Path, defaults: tuple[tuple[str, ...], RegionMethod, float]
) -> None:
    """Print a document for each line: its labels, or an error; the rest goes on after one."""
    classifier, failed = _classifier(paths), False
    lines = list(batch_lines(batch))
    # An empty line is an error between two regions, and nothing at the end.
    while lines and not lines[-1].strip():
        lines.pop()
    for number, line in enumerate(lines, start=1):
        try:
            query = _parsed(line, number, defaults)
            print_json(_document(query, classifier.classify(query)))
        except UserFacingError as error:
            failed = True
            print_json({"error": error_details(error)})
    if failed:
        raise typer.Exit(1)


def _parsed(
    line: str, number: int, defaults: tuple[tuple[str, ...], RegionMethod, float]
) -> RegionQuery:
    labels, method, strength = defaults
    try:
        written = json.loads(line)
        x0, y0, x1, y1 = (float(edge) for edge in written["box"])
        named = written.get("labels")
        return RegionQuery(
            Path(written["image"]),
            (x0, y0, x1, y1),
            labels if named is None else _label_names(named),
            RegionMethod(written["method"]) if written.get("method") else method,
            _strength(float(written.get("strength", strength))),
        )
    except (ValueError, TypeError, KeyError, AttributeError, typer.BadParameter) as error:
        raise BadInputError(
            f"Line {number} does not name a region: {line.strip()[:200]}",
            f"A line is a JSON document like {_EXAMPLE}",
        ) from error


def _label_names(named: object) -> tuple[str, ...]:
    names = named.split(",") if isinstance(named, str) else named
    if not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        raise TypeError("labels are a list of texts")
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))


def _document(query: RegionQuery, result: RegionAnswer) -> dict[str, object]:
    return {
        "image": str(query.image),
        "box": list(result.box),
        "method": result.method.value,
        "labels": [{"label": one.label, "score": round(one.score, 4)} for one in result.labels],
    }


def _print_labels(result: RegionAnswer) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for one in result.labels:
        table.add_row(Text(shown(one.label)), f"{one.score:.3f}")
    out.print(table)


def _warn_if_cropped(requested: RegionMethod, used: RegionMethod) -> None:
    if requested is not used:
        err.print(
            "Drawing the attention to a region is not for this search model; "
            "the region was cut out instead."
        )
