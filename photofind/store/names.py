"""Finds photos by the names of their files and folders.

[Note: names] Words may be what a photo shows or what it is called. They are taken for a name where
hardly anything else can be meant:

    a word that looks like a file's name    files whose name holds it. It begins with a letter and
                                            has a digit and four characters (IMG_1234, P1010012), or
                                            is a number of six digits (20190621_1530), or ends as
                                            the files of photos do (beach.jpg).
    two words or more, all of them          files and folders of exactly this name, whatever stands
                                            between the words: "anna's birthday" finds the photos in
                                            `Anna's Birthday`, in `Anna's/Birthday` and
                                            `anna's_birthday.jpg`, and nothing in `Anna's Birthday
                                            2019`.

A single plain word is never a name: nobody wants a thousand files named dog for "dog"; `file:` and
`folder:` are there for those.
"""

import os
import re
from collections.abc import Sequence
from pathlib import PurePath
from unicodedata import normalize

import sqlalchemy as sa

from photofind.photos.formats import may_be_photo
from photofind.store import schema
from photofind.store.filters import Clause, Condition, Filter, FilterKind, Statement, any_of
from photofind.store.roots import list_roots
from photofind.store.stored_paths import look_up_text

_files = schema.files

FOLDED_TO_ASCII = "".join(
    map(chr, (0xDF, 0x130, 0x149, 0x17F, 0x37E, 0x1E9A, 0x1E9E, 0x1FEF, 0x212A))
) + "".join(map(chr, range(0xFB00, 0xFB07)))
"""The characters that are not ASCII and that `folded` makes ASCII of, as ß and the Kelvin sign."""

_FEWEST_CHARACTERS = 4
_FEWEST_DIGITS = 6
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\d[\d_-]*")
_NAME = re.compile(r"[^\W\d]\w*(?:[-.]\w+)*")
"""Begins with a letter: "50mm" and "24-70mm" are no names."""


def folded(text: str) -> str:
    """Normalise a text for comparison: NFC, case-folded."""
    return normalize("NFC", normalize("NFC", text).casefold())


def names_in(text: str) -> Condition | None:
    """Return the condition that a photo is called what a text says; `None` if it is no name."""
    conditions: list[Condition] = [
        Filter(FILE, word) for word in dict.fromkeys(text.split()) if _looks_like_name(word)
    ]
    if len(text.split()) > 1:
        conditions.append(Filter(_CALLED, _words(text)))
    return any_of(conditions) if conditions else None


def _looks_like_name(word: str) -> bool:
    digits = sum(one.isdigit() for one in word)
    if _NUMBER.fullmatch(word):
        return digits >= _FEWEST_DIGITS
    stem, _, extension = word.rpartition(".")
    if stem and extension and may_be_photo(word):
        return True
    return bool(digits) and len(word) >= _FEWEST_CHARACTERS and _NAME.fullmatch(word) is not None


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(folded(text)))


def _file_holds(part: str, statement: Statement) -> Clause:
    wanted = folded(part)

    def is_wanted(path_text: str) -> bool:
        return wanted in folded(path_text.rpartition(os.sep)[2])

    test = statement.call(is_wanted, _files.c.path_text)
    return Clause(sa.and_(_may_hold(wanted), test), of_file=True)


def _is_called(words: Sequence[str], statement: Statement) -> Clause:
    if not words:
        return Clause(sa.false())
    wanted = " ".join(words)

    def is_wanted(path_text: str) -> bool:
        path = PurePath(path_text)
        keys = [" ".join(_words(part)) for part in (*path.parent.parts, path.stem)]
        return any(_begins_with(keys[at:], wanted) for at in range(len(keys)))

    roots = [
        root.id
        for root in list_roots(statement.connection)
        if _words(look_up_text(os.fsencode(root.path.name))) == tuple(words)
    ]
    test = sa.and_(_may_hold(max(words, key=len)), statement.call(is_wanted, _files.c.path_text))
    return Clause(sa.or_(_files.c.root_id.in_(roots), test), of_file=True)


def _begins_with(keys: Sequence[str], wanted: str) -> bool:
    """Return whether the first of some names are, one after the other, a name."""
    found = ""
    for key in keys:
        found = f"{found} {key}".strip()
        if found == wanted:
            return True
        if not wanted.startswith(found):
            return False
    return False


def _may_hold(part: str) -> sa.ColumnElement[bool]:
    """Make a condition that SQLite tests quickly, and that holds wherever a path holds a text.

    SQLite folds ASCII only, and other characters fold to ASCII too: ß to ss.
    """
    others = "^ -~" if not part.isascii() else FOLDED_TO_ASCII
    has_others = _files.c.path_text.op("GLOB", is_comparison=True)(f"*[{others}]*")
    if not part.isascii():
        return has_others
    return sa.or_(_files.c.path_text.contains(part, autoescape=True), has_others)


FILE = FilterKind(
    "file",
    expected="a part of a file's name",
    finds="whose file's name holds this",
    examples=("IMG_1234", "beach.jpg"),
    icon="copies",
    read=str.strip,
    write=str,
    clause=_file_holds,
)
_CALLED = FilterKind(
    "called",
    expected="the name of a file or folder",
    finds="whose file, or a folder of it, is called this",
    examples=("My Photos",),
    icon="copies",
    read=_words,
    write=" ".join,
    clause=_is_called,
)
