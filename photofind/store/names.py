"""Finds photos by the names of their files and folders.

[Note: names] Words may be what a photo shows or what it is called. They are taken for a name where
hardly anything else can be meant:

    a word that looks like a file's name    files whose name holds it. It begins with a letter and
                                            has a digit and four characters (IMG_1234, P1010012), or
                                            has six digits (20190621_1530, 100026_693b), or ends as
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

import sqlalchemy as sa

from photofind.photos.formats import may_be_photo
from photofind.store import schema
from photofind.store.filters import Clause, Condition, Filter, FilterKind, Statement, any_of
from photofind.store.name_keys import folded, words_of
from photofind.store.roots import list_roots
from photofind.store.stored_paths import look_up_text

_files = schema.files

FOLDED_TO_ASCII = "".join(
    map(chr, (0xDF, 0x130, 0x149, 0x17F, 0x37E, 0x1E9A, 0x1E9E, 0x1FEF, 0x212A))
) + "".join(map(chr, range(0xFB00, 0xFB07)))
"""The characters that are not ASCII and that `folded` makes ASCII of, as ß and the Kelvin sign."""

# Folder by folder, by the index of paths: left to itself, SQLite looks at every file.
_BELOW = sa.text(
    "SELECT below.id FROM folder_names CROSS JOIN files AS below INDEXED BY ix_files_path_text "
    "WHERE folder_names.key = :key AND below.path_text >= folder_names.folder || :first "
    "AND below.path_text < folder_names.folder || :behind AND +below.root_id = folder_names.root_id"
)

_FEWEST_CHARACTERS = 4
_FEWEST_DIGITS = 6
_NAME = re.compile(r"\w+(?:[-.]\w+)*")


def names_in(text: str) -> Condition | None:
    """Return the condition that a photo is called what a text says; `None` if it is no name."""
    conditions: list[Condition] = [
        Filter(FILE, word) for word in dict.fromkeys(text.split()) if _looks_like_name(word)
    ]
    if len(text.split()) > 1:
        conditions.append(Filter(_CALLED, words_of(text)))
    return any_of(conditions) if conditions else None


def _looks_like_name(word: str) -> bool:
    stem, _, extension = word.rpartition(".")
    if stem and extension and may_be_photo(word):
        return True
    if _NAME.fullmatch(word) is None:
        return False
    digits = sum(one.isdigit() for one in word)
    # "50mm" and "24-70mm" are no names.
    begins = not word[0].isdigit() and len(word) >= _FEWEST_CHARACTERS
    return digits >= (1 if begins else _FEWEST_DIGITS)


def _file_holds(part: str, statement: Statement) -> Clause:
    wanted = folded(part)

    def is_wanted(path_text: str) -> bool:
        return wanted in folded(path_text.rpartition(os.sep)[2])

    test = statement.call(is_wanted, _files.c.path_text)
    return Clause(sa.and_(_may_hold(wanted), test), of_file=True)


def _is_called(words: Sequence[str], statement: Statement) -> Clause:
    key = " ".join(words)
    below = _BELOW.bindparams(key=key, first=os.sep, behind=chr(ord(os.sep) + 1))
    roots = [
        root.id
        for root in list_roots(statement.connection)
        if words_of(look_up_text(os.fsencode(root.path.name))) == tuple(words)
    ]
    return Clause(
        sa.or_(
            _files.c.name_key == key,
            _files.c.id.in_(below.columns(_files.c.id)),
            *(_files.c.root_id == root_id for root_id in roots),
        ),
        of_file=True,
    )


def _may_hold(part: str) -> sa.ColumnElement[bool]:
    """Make a condition that SQLite tests quickly, and that holds wherever a path holds a text.

    SQLite folds ASCII only, and other characters fold to ASCII too: ß to ss.
    """
    path = _files.c.path_text
    has_others = sa.func.length(sa.cast(path, sa.LargeBinary)) > sa.func.length(path)
    if not part.isascii():
        return has_others
    folds = sa.or_(*(sa.func.instr(path, other) > 0 for other in FOLDED_TO_ASCII))
    return sa.or_(sa.func.instr(sa.func.lower(path), part) > 0, sa.and_(has_others, folds))


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
    read=words_of,
    write=" ".join,
    clause=_is_called,
)
