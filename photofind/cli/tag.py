"""The commands `photofind tag` and `photofind tags`."""

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from photofind.cli.index import stopping_at_ctrl_c
from photofind.cli.options import AsJson, LibraryFolder, open_library
from photofind.cli.orphans import answer_offers, print_orphans
from photofind.cli.output import out, print_json, shown
from photofind.store.tag_decisions import TagChanges
from photofind.store.tags import PhotoTag, TagState
from photofind.tagging.library_tags import ImageTags, TagReport

SHOWN_TAGS = 20
"""Of a whole library's, the most frequent."""


def tag(
    context: typer.Context,
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FOLDER]...", help="Folders with photos that are indexed."),
    ] = None,
    library: LibraryFolder = None,
    as_json: AsJson = False,
) -> None:
    """Suggest tags by the vocabulary for all photos, or for those below folders.

    What you confirmed, added or rejected stays as it is. A vocabulary.toml in the library's folder
    adds tags of your own.

    Example: photofind tag
    """
    started = time.perf_counter()
    with (
        open_library(context, library, write=True) as opened,
        stopping_at_ctrl_c() as cancel,
    ):
        report = opened.tag(folders or [], cancel=cancel)
    seconds = time.perf_counter() - started
    if as_json:
        print_json(_report_document(report, seconds))
    else:
        _print_report(report, seconds)


def tags(
    context: typer.Context,
    images: Annotated[
        list[Path] | None,
        typer.Argument(metavar="IMAGE...", help="Photos of the library, or copies."),
    ] = None,
    confirm: Annotated[
        list[str] | None, typer.Option(metavar="TAG", help="A suggested tag that is right.")
    ] = None,
    reject: Annotated[
        list[str] | None,
        typer.Option(metavar="TAG", help="A tag that is wrong; it is not suggested again."),
    ] = None,
    add: Annotated[list[str] | None, typer.Option(metavar="TAG", help="A tag of your own.")] = None,
    orphaned: Annotated[
        bool,
        typer.Option(
            "--orphaned", help="Show tags whose photo is gone, and photos they may belong to."
        ),
    ] = False,
    accept: Annotated[
        list[int] | None,
        typer.Option(metavar="N", help="With --orphaned: photos that are the same."),
    ] = None,
    decline: Annotated[
        list[int] | None,
        typer.Option(metavar="N", help="With --orphaned: photos that are not."),
    ] = None,
    library: LibraryFolder = None,
    as_json: AsJson = False,
) -> None:
    """Show the tags of photos and where they come from; confirm, reject or add some.

    Example: photofind tags ~/Pictures/beach.jpg --confirm beach --reject desert --add "Crete 2019"
    """
    if orphaned == bool(images):
        raise typer.BadParameter("Name photos, or ask for --orphaned tags.")
    if orphaned:
        if confirm or reject or add:
            raise typer.BadParameter("With --orphaned, tags are accepted or declined.")
        with open_library(context, library, write=bool(accept or decline)) as opened:
            answer_offers(opened, accept or (), decline or ())
            print_orphans(opened, as_json)
        return
    if accept or decline:
        raise typer.BadParameter("Only what --orphaned shows can be accepted or declined.")
    changes = TagChanges(
        added=tuple(add or ()), confirmed=tuple(confirm or ()), rejected=tuple(reject or ())
    )
    with open_library(context, library, write=bool(changes)) as opened:
        found = opened.tags_of(images or (), changes)
    if as_json:
        documents = _image_documents(found)
        print_json(documents[0] if len(documents) == 1 else {"images": documents})
    else:
        for image in found:
            _print_image(image)


def _report_document(report: TagReport, seconds: float) -> dict[str, object]:
    return {
        "images": _image_documents(report.images),
        "photos": len(report.images),
        "suggested": report.suggested,
        "checkpoint": report.checkpoint,
        "seconds": round(seconds, 3),
    }


def _image_documents(images: Sequence[ImageTags]) -> list[dict[str, object]]:
    return [
        {"image": str(image.image), "tags": [_tag_document(tag) for tag in image.tags]}
        for image in images
    ]


def _tag_document(tag: PhotoTag) -> dict[str, object]:
    """Return a tag's document; the source is "person" or, for a suggestion, "zero_shot"."""
    score = None if tag.score is None else round(tag.score, 3)
    return {"tag": tag.name, "source": tag.source, "score": score}


def _print_report(report: TagReport, seconds: float) -> None:
    tagged = sum(
        any(tag.state is TagState.SUGGESTED for tag in image.tags) for image in report.images
    )
    out.print(
        f"{len(report.images):,} photos looked at, {tagged:,} of them with "
        f"{report.suggested:,} suggested tags, in {seconds:.1f} s."
    )
    counts = Counter(
        tag.name for image in report.images for tag in image.tags if tag.state is TagState.SUGGESTED
    )
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(justify="right")
    table.add_column()
    for name, count in counts.most_common(SHOWN_TAGS):
        table.add_row(f"{count:,}", Text(name))
    out.print(table)


def _print_image(image: ImageTags) -> None:
    out.print(Text(shown(image.image), style="bold"))
    if not image.tags:
        out.print("  no tags")
    for tag in image.tags:
        sure = tag.state is TagState.CONFIRMED
        mark = Text("  ● ", style="green") if sure else Text("  ○ ", style="dim")
        score = "" if tag.score is None else f"  {tag.score:.1f}"
        out.print(mark + Text(tag.name) + Text(f"  {_IN_WORDS[tag.source]}{score}", "dim"))


_IN_WORDS = {"person": "yours", "zero_shot": "suggested"}
