"""A data set folder: CSV files that name pictures below it.

captions.csv   image,caption    any number of rows a picture
labels.csv     image,label      one row a picture
"""

import csv
from dataclasses import dataclass
from pathlib import Path

from photofind.errors import BadInputError


@dataclass(frozen=True, slots=True)
class Dataset:
    """What a folder holds; empty where a file is absent.

    Attributes:
        captions: (picture, caption) pairs.
        labels: (picture, label) pairs.
    """

    captions: tuple[tuple[Path, str], ...]
    labels: tuple[tuple[Path, str], ...]


def load_dataset(folder: Path) -> Dataset:
    """Raises `BadInputError` where the folder holds no data set or a file is not as described."""
    if not folder.is_dir():
        raise BadInputError(f"There is no folder {folder}.", "Check the path.")
    dataset = Dataset(
        captions=_rows(folder, "captions.csv", "caption"),
        labels=_rows(folder, "labels.csv", "label"),
    )
    if not dataset.captions and not dataset.labels:
        raise BadInputError(
            f"{folder} holds no data set.",
            "Put captions.csv (image,caption) or labels.csv (image,label) there.",
        )
    return dataset


def _rows(folder: Path, name: str, column: str) -> tuple[tuple[Path, str], ...]:
    path = folder / name
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if not {"image", column} <= set(reader.fieldnames or ()):
            raise BadInputError(
                f"{path} begins with the columns {reader.fieldnames}.",
                f"Its first line must be: image,{column}",
            )
        rows = tuple((folder / row["image"], row[column]) for row in reader)
    missing = next((picture for picture, _ in rows if not picture.is_file()), None)
    if missing is not None:
        raise BadInputError(f"{path} names {missing}, which is not there.", "Check the paths.")
    return rows
