"""When two spellings are one tag."""

import unicodedata

LONGEST_NAME = 60
"""Characters; a tag is a word or a few."""


def tag_name(text: str) -> str:
    """A tag's name as it is kept: composed (NFC), single spaces.

    Raises:
        ValueError: Empty or too long.
    """
    name = unicodedata.normalize("NFC", " ".join(text.split()))
    if not 1 <= len(name) <= LONGEST_NAME:
        raise ValueError(f"a tag's name has 1 to {LONGEST_NAME} characters: {text!r}")
    return name


def tag_key(name: str) -> str:
    """What all spellings of one tag share, as Unicode says letters compare without case."""
    composed = unicodedata.normalize("NFC", name)
    return unicodedata.normalize("NFC", composed.casefold())
