"""The command `photofind evaluate`."""

from pathlib import Path
from typing import Annotated

import typer

from photofind.cli.options import AsJson, LibraryFolder, library_folder
from photofind.cli.output import out, print_json
from photofind.cli.progress import show_count
from photofind.clip.loading import load_encoder
from photofind.evaluation.boxes import BoxFigures
from photofind.evaluation.datasets import load_dataset
from photofind.evaluation.evaluate import Classification, Evaluation
from photofind.evaluation.evaluate import evaluate as evaluate_dataset
from photofind.evaluation.retrieval import Recall
from photofind.paths import LibraryPaths
from photofind.photos.picture_file import PictureLimits
from photofind.settings import load_settings


def evaluate(
    context: typer.Context,
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DATASET",
            help="A folder with captions.csv, labels.csv, boxes.csv or groups.csv.",
        ),
    ],
    checkpoint: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The search model. [default: the one in use]"),
    ] = None,
    library: LibraryFolder = None,
    as_json: AsJson = False,
) -> None:
    """Measure a search model on a data set.

    Example: photofind evaluate ~/flickr8k --json
    """
    dataset = load_dataset(folder)
    paths = LibraryPaths(library_folder(context, library))
    settings = load_settings(paths.settings)
    encoder = load_encoder(paths, settings, checkpoint or settings.checkpoint)
    with show_count("Measuring") as advance:
        found = evaluate_dataset(encoder, dataset, PictureLimits.of(settings), advance)
    if as_json:
        print_json(_document(found))
        return
    if found.captions:
        _print_captions(found.captions)
    if found.labels:
        _print_labels(found.labels)
    if found.boxes:
        _print_boxes(found.boxes)
    if found.groups is not None:
        out.print(f"Pictures of one group find each other: mean precision {found.groups:.3f}.")


def _document(found: Evaluation) -> dict[str, object]:
    document: dict[str, object] = {}
    if found.captions:
        document["captions"] = {
            **{f"recall@{k}": round(share, 4) for k, share in found.captions.at.items()},
            "median_rank": found.captions.median_rank,
            "n": found.captions.queries,
        }
    if found.labels:
        document["labels"] = {
            "top1": round(found.labels.top1, 4),
            "top5": round(found.labels.top5, 4),
            "n": found.labels.pictures,
            "classes": found.labels.classes,
        }
    if found.boxes:
        document["boxes"] = {
            way: {"top1": round(share, 4), "n": found.boxes.boxes}
            for way, share in found.boxes.top1.items()
        }
    if found.groups is not None:
        document["groups"] = {"map": round(found.groups, 4)}
    return document


def _print_captions(found: Recall) -> None:
    shares = ", ".join(f"{100 * share:.1f} % among the first {k}" for k, share in found.at.items())
    out.print(
        f"{found.queries:,} captions find their picture: {shares}; "
        f"median rank {found.median_rank:.0f}."
    )


def _print_labels(found: Classification) -> None:
    out.print(
        f"{found.pictures:,} pictures get their label of {found.classes:,}: "
        f"{100 * found.top1:.1f} % first, {100 * found.top5:.1f} % among the first five."
    )


def _print_boxes(found: BoxFigures) -> None:
    shares = ", ".join(f"{100 * share:.1f} % by {way}" for way, share in found.top1.items())
    out.print(f"{found.boxes:,} regions get their label: {shares}.")
