"""A data set folder: CSV files that name pictures below it.

captions.csv   image,caption             any number of rows a picture
labels.csv     image,label               one row a picture
boxes.csv      image,x0,y0,x1,y1,label   any number of rows a picture; pixels of the upright picture
groups.csv     image,group               one row a picture; those of a group show the same
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from photofind.domain import Box
from photofind.errors import BadInputError

_CAPTIONS, _LABELS, _GROUPS = ("image", "caption"), ("image", "label"), ("image", "group")
_BOXES = ("image", "x0", "y0", "x1", "y1", "label")


@dataclass(frozen=True, slots=True)
class LabelledBox:
    """A region of a picture and its label."""

    picture: Path
    box: Box
    label: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """The contents of a data set folder; empty where a file is absent.

    Attributes:
        captions: (picture, caption) pairs.
        labels: (picture, label) pairs.
        groups: (picture, group) pairs.
    """

    captions: tuple[tuple[Path, str], ...] = ()
    labels: tuple[tuple[Path, str], ...] = ()
    boxes: tuple[LabelledBox, ...] = ()
    groups: tuple[tuple[Path, str], ...] = ()


def load_dataset(folder: Path) -> Dataset:
    """Load a folder; `BadInputError` if it is no data set or a file is malformed."""
    if not folder.is_dir():
        raise BadInputError(f"There is no folder {folder}.", "Check the path.")
    dataset = Dataset(
        captions=_pairs(folder, "captions.csv", _CAPTIONS),
        labels=_pairs(folder, "labels.csv", _LABELS),
        boxes=_boxes(folder, "boxes.csv"),
        groups=_pairs(folder, "groups.csv", _GROUPS),
    )
    if dataset == Dataset():
        raise BadInputError(
            f"{folder} holds no data set.",
            "Put captions.csv (image,caption), labels.csv (image,label), "
            "boxes.csv (image,x0,y0,x1,y1,label) or groups.csv (image,group) there.",
        )
    return dataset


def _pairs(folder: Path, name: str, columns: tuple[str, str]) -> tuple[tuple[Path, str], ...]:
    return tuple((picture, row[columns[1]]) for picture, row in _rows(folder, name, columns))


def _boxes(folder: Path, name: str) -> tuple[LabelledBox, ...]:
    found = []
    for picture, row in _rows(folder, name, _BOXES):
        try:
            x0, y0, x1, y1 = (float(row[edge]) for edge in _BOXES[1:5])
        except (TypeError, ValueError) as error:
            raise BadInputError(
                f"{folder / name} has a box that is not four numbers, for {picture.name}.",
                f"Its lines are: {','.join(_BOXES)}",
            ) from error
        found.append(LabelledBox(picture, (x0, y0, x1, y1), row["label"]))
    return tuple(found)


def _rows(
    folder: Path, name: str, columns: tuple[str, ...]
) -> Iterator[tuple[Path, dict[str, str]]]:
    """Read the rows of a file; none if it is absent."""
    path = folder / name
    if not path.is_file():
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if not set(columns) <= set(reader.fieldnames or ()):
            raise BadInputError(
                f"{path} begins with the columns {reader.fieldnames}.",
                f"Its first line must be: {','.join(columns)}",
            )
        for row in reader:
            picture = folder / row["image"]
            if not picture.is_file():
                raise BadInputError(
                    f"{path} names {picture}, which is not there.", "Check the paths."
                )
            yield picture, row
