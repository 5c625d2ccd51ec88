"""What files and folders are called, as words, so that names are looked up and no path is searched.

The key of a name is its words, folded, with single spaces between them: `Anna's_Birthday` has the
key "anna s birthday". Keys of one word are not kept: they are no names, see [Note: names].
"""

import os
import re
from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import PurePath
from unicodedata import normalize

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from photofind.store import schema

_folder_names = schema.folder_names

_WORD = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """Normalise a text for comparison: NFC, case-folded."""
    return normalize("NFC", normalize("NFC", text).casefold())


def words_of(text: str) -> tuple[str, ...]:
    """Split a text into its words, folded."""
    return tuple(_WORD.findall(folded(text)))


def name_key(path_text: str) -> str | None:
    """Make the key of a file's name, less its extension; `None` for a single word."""
    return _key(words_of(PurePath(path_text).stem))


def record_folders(connection: sa.Connection, root_id: int, path_texts: Iterable[str]) -> None:
    """Record what the folders of some files are called.

    Args:
        connection: In a writing transaction.
        path_texts: As in `files`.
    """
    folders = {path_text.rpartition(os.sep)[0] for path_text in path_texts}
    rows = [
        {"key": key, "root_id": root_id, "folder": folder}
        for folder, key in {pair for lowest in folders for pair in _keys(lowest)}
    ]
    if rows:
        connection.execute(insert(_folder_names).on_conflict_do_nothing(), rows)


def _keys(lowest: str) -> Iterator[tuple[str, str]]:
    """Yield all folders on the way to one, each with its key and those it has with its parents."""
    for folder in accumulate(PurePath(lowest).parts, lambda above, part: above + os.sep + part):
        words: tuple[str, ...] = ()
        for part in reversed(PurePath(folder).parts):
            words = words_of(part) + words
            key = _key(words)
            if key is not None:
                yield folder, key


def _key(words: tuple[str, ...]) -> str | None:
    return " ".join(words) if len(words) > 1 else None
