"""The tags photofind knows, their hierarchy, and what a search model is asked for each.

Read from `resources/vocabulary.toml`, whose head describes the format, and a library's own file.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from photofind.errors import BadInputError
from photofind.paths import resource
from photofind.store.tag_names import LONGEST_NAME, tag_key, tag_name

PROMPT_TEMPLATES = ("{}.", "a photo of {}.", "a picture of {}.")

LONGEST_WORDING = 200
"""Characters; what a search model reads of a prompt."""

_TOP_LEVEL = ("tags", "remove")
_FIELDS = ("parent", "wordings")
_EXAMPLE = '"beach" = { parent = "landscape", wordings = ["a beach", "a sandy beach"] }'


@dataclass(frozen=True, slots=True)
class Entry:
    """One tag of a vocabulary.

    Attributes:
        parent: The wider tag it belongs to.
        wordings: What follows "a photo of".
    """

    parent: str | None
    wordings: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """Tags by name, in the order of their files."""

    entries: Mapping[str, Entry]

    @cached_property
    def labels(self) -> tuple[str, ...]:
        return tuple(self.entries)

    def prompts_of(self, label: str) -> tuple[str, ...]:
        """Every wording in every template, to be embedded and averaged."""
        wordings = self.entries[label].wordings
        return tuple(
            template.format(wording) for wording in wordings for template in PROMPT_TEMPLATES
        )

    def parent_of(self, label: str) -> str | None:
        return self.entries[label].parent

    def ancestors_of(self, label: str) -> tuple[str, ...]:
        """Wider and wider tags, the nearest first."""
        found: list[str] = []
        parent = self.parent_of(label)
        while parent is not None:
            found.append(parent)
            parent = self.parent_of(parent)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class _Written:
    """One file's say: tags to add or replace, and names to take away."""

    path: Path
    entries: Mapping[str, Entry]
    remove: tuple[str, ...]


def load_vocabulary(own: Path | None = None) -> Vocabulary:
    """Load the vocabulary that comes with photofind, with a person's own file over it.

    Args:
        own: May be absent. It adds tags, replaces those of the same name, and removes others;
            what hangs below a removed tag moves up to that tag's parent.

    Raises:
        BadInputError: A file cannot be read or says something else; names the file and the entry.
    """
    shipped = _read(resource("vocabulary.toml"))
    if own is None or not own.is_file():
        return _checked(dict(shipped.entries), shipped.path)
    written = _read(own)
    entries = dict(shipped.entries)
    for name in written.remove:
        _remove(entries, _known_name(entries, name), name, written.path)
    for name, entry in written.entries.items():
        # Written in another case, it is still the same tag; its own spelling replaces the old.
        _add(entries, _known_name(entries, name), name, entry)
    return _checked(entries, own)


def _known_name(entries: Mapping[str, Entry], name: str) -> str | None:
    if name in entries:
        return name
    key = tag_key(name)
    return next((known for known in entries if tag_key(known) == key), None)


def _remove(entries: dict[str, Entry], known: str | None, name: str, path: Path) -> None:
    if known is None:
        raise BadInputError(
            f"{path}: 'remove' names '{name}', which is not in the vocabulary.",
            "Take it out of the list, or check how it is spelled.",
        )
    gone = entries.pop(known)
    for child, entry in entries.items():
        if entry.parent == known:
            entries[child] = Entry(gone.parent, entry.wordings)


def _add(entries: dict[str, Entry], known: str | None, name: str, entry: Entry) -> None:
    if known is not None and known != name:
        del entries[known]
        for child, below in entries.items():
            if below.parent == known:
                entries[child] = Entry(name, below.wordings)
    entries[name] = entry


def _read(path: Path) -> _Written:
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadInputError(
            f"The vocabulary {path} cannot be read: {error}", "Mend the file, or delete it."
        ) from error
    for key in document:
        if key not in _TOP_LEVEL:
            raise BadInputError(
                f"{path} has an entry '{key}' that photofind does not know.",
                f"Tags go below [tags]: {_EXAMPLE}",
            )
    tags, remove = document.get("tags", {}), document.get("remove", [])
    if not isinstance(tags, dict):
        raise _wrong(path, "tags", "a table, [tags]")
    if not _is_texts(remove):
        raise _wrong(path, "remove", "a list of names")
    entries: dict[str, Entry] = {}
    met: set[str] = set()
    for written, about in tags.items():
        name = _name(path, written)
        if tag_key(name) in met:
            raise BadInputError(
                f"{path}: the tag '{name}' is there twice.", "Small and capital letters are equal."
            )
        met.add(tag_key(name))
        entries[name] = _entry(path, name, about)
    return _Written(path, entries, tuple(_name(path, name) for name in remove))


def _name(path: Path, written: str) -> str:
    try:
        return tag_name(written)
    except ValueError as error:
        raise BadInputError(
            f"{path}: '{written}' is no name for a tag.",
            f"A name has 1 to {LONGEST_NAME} characters.",
        ) from error


def _entry(path: Path, name: str, about: object) -> Entry:
    if not isinstance(about, dict):
        raise _wrong(path, name, _EXAMPLE)
    for field in about:
        if field not in _FIELDS:
            raise BadInputError(
                f"{path}: the tag '{name}' has a field '{field}' that photofind does not know.",
                f"It knows: {', '.join(_FIELDS)}.",
            )
    parent, wordings = about.get("parent"), about.get("wordings", [_with_article(name)])
    if parent is not None and not isinstance(parent, str):
        raise _wrong(path, name, "the name of a tag as its parent")
    if not _is_texts(wordings) or not wordings:
        raise _wrong(path, name, "a list of texts as its wordings")
    if not all(wording.strip() and len(wording) <= LONGEST_WORDING for wording in wordings):
        raise _wrong(path, name, f"wordings of 1 to {LONGEST_WORDING} characters")
    return Entry(
        None if parent is None else _name(path, parent),
        tuple(" ".join(wording.split()) for wording in wordings),
    )


def _checked(entries: dict[str, Entry], path: Path) -> Vocabulary:
    """Every parent is there, and no tag is its own ancestor."""
    for name, entry in entries.items():
        if entry.parent is not None:
            known = _known_name(entries, entry.parent)
            if known is None:
                raise BadInputError(
                    f"{path}: the tag '{name}' has the parent '{entry.parent}', which is no tag.",
                    "Add the parent as a tag of its own, or leave it out.",
                )
            entries[name] = Entry(known, entry.wordings)
    for name in entries:
        _raise_if_circular(entries, name, path)
    if not entries:
        raise BadInputError(f"{path} leaves no tag.", "Take a name out of 'remove'.")
    return Vocabulary(entries)


def _raise_if_circular(entries: Mapping[str, Entry], name: str, path: Path) -> None:
    met = {name}
    parent = entries[name].parent
    while parent is not None:
        if parent in met:
            raise BadInputError(
                f"{path}: the tag '{name}' is below itself, by way of '{parent}'.",
                "Give one of them another parent.",
            )
        met.add(parent)
        parent = entries[parent].parent


def _with_article(name: str) -> str:
    return f"an {name}" if re.match("[aeiou]", name, re.IGNORECASE) else f"a {name}"


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _wrong(path: Path, entry: str, expected: str) -> BadInputError:
    return BadInputError(
        f"{path}: the entry '{entry}' is not what was expected.", f"Expected: {expected}."
    )
