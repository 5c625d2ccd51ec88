"""Normalises the names of tags."""

import unicodedata

LONGEST_NAME = 60
"""Characters; a tag is a word or a few."""


def tag_name(text: str) -> str:
    """Normalise a tag's name for display: NFC, single spaces.

    Raises:
        ValueError: Empty or too long.
    """
    name = unicodedata.normalize("NFC", " ".join(text.split()))
    if not 1 <= len(name) <= LONGEST_NAME:
        raise ValueError(f"a tag's name has 1 to {LONGEST_NAME} characters: {text!r}")
    return name


def tag_key(name: str) -> str:
    """Return the key that all spellings of a tag share, folded as Unicode defines it."""
    composed = unicodedata.normalize("NFC", name)
    return unicodedata.normalize("NFC", composed.casefold())
