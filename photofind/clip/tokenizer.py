"""CLIP's byte-pair encoding, without importing torch; token by token as open_clip's own tokenizer.

The vocabulary is the one of Radford et al. 2021 (arXiv 2103.00020), which open_clip brings along.
"""

import gzip
import html
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import regex
from numpy.typing import NDArray

START, END = 49406, 49407
"""The tokens around every text; no other is higher than the end."""

_MERGES = 48894
_PIECE = regex.compile(
    r"<start_of_text>|<end_of_text>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+",
    regex.IGNORECASE,
)
_SPECIAL = {"<start_of_text>": START, "<end_of_text>": END}
_END_OF_WORD = "</w>"


class ClipTokenizer:
    """Turns texts into tokens.

    Args:
        context_length: Tokens the checkpoint takes; what is longer is cut.
    """

    def __init__(self, context_length: int) -> None:
        self._context_length = context_length
        lines = _vocabulary()
        # The earlier a merge was learned, the sooner it is made.
        self._ranks = dict(zip(lines, range(len(lines)), strict=True))
        letters = list(_LETTERS.values())
        pieces = letters + [letter + _END_OF_WORD for letter in letters]
        pieces += "\n".join(lines).replace(" ", "").split("\n")
        self._numbers = dict(zip(pieces, range(len(pieces)), strict=True))
        self._tokens_of = lru_cache(maxsize=10_000)(self._word)

    def __call__(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Encode N texts → (N, L) int64, filled up with zeros to the longest."""
        rows = [self._row(text) for text in texts]
        tokens = np.zeros((len(rows), max(map(len, rows), default=2)), np.int64)
        for number, row in enumerate(rows):
            tokens[number, : len(row)] = row
        return tokens

    def _row(self, text: str) -> list[int]:
        row = [START]
        for piece in _PIECE.findall(_clean(text)):
            row += self._tokens_of(piece)
        if len(row) >= self._context_length:
            row = row[: self._context_length - 1]
        return [*row, END]

    def _word(self, piece: str) -> list[int]:
        """Merge the letters of a word, the pair that was learned first first."""
        if piece in _SPECIAL:
            return [_SPECIAL[piece]]
        parts = [_LETTERS[byte] for byte in piece.encode("utf-8")]
        parts[-1] += _END_OF_WORD
        while len(parts) > 1:
            known = [pair for pair in set(pairwise(parts)) if " ".join(pair) in self._ranks]
            if not known:
                break
            parts = _merged(parts, min(known, key=lambda pair: self._ranks[" ".join(pair)]))
        return [self._numbers[part] for part in parts]


def _merged(parts: Sequence[str], pair: tuple[str, str]) -> list[str]:
    """Join every occurrence of a pair, from the left."""
    merged: list[str] = []
    at = 0
    while at < len(parts):
        found = tuple(parts[at : at + 2]) == pair
        merged.append("".join(pair) if found else parts[at])
        at += 2 if found else 1
    return merged


def _clean(text: str) -> str:
    """Mend what other programs broke, and spell it as the checkpoint saw it: in small letters."""
    # On plain text `fix_text` does nothing, and importing it takes a tenth of a second.
    if not (text.isascii() and text.isprintable()) or "&" in text:
        import ftfy

        text = ftfy.fix_text(text)
    text = html.unescape(html.unescape(text))
    return " ".join(text.split()).lower()


def _vocabulary() -> list[str]:
    """Read the merges, `left right` each, in the order they were learned."""
    # Not imported: that takes seconds.
    found = find_spec("open_clip")
    assert found is not None
    assert found.submodule_search_locations is not None
    packed = Path(found.submodule_search_locations[0]) / "bpe_simple_vocab_16e6.txt.gz"
    # Most of the file, its end, is of no use.
    with gzip.open(packed, "rt", encoding="utf-8", newline="\n") as lines:
        return [line.removesuffix("\n") for line in islice(lines, 1, _MERGES + 1)]


def _letters() -> dict[int, str]:
    """Stand for each byte by a visible letter: its own, or one above 255."""
    visible = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1)]
    visible += range(ord("®"), ord("ÿ") + 1)
    others = [byte for byte in range(256) if byte not in visible]
    letters = {byte: chr(byte) for byte in visible}
    return letters | {byte: chr(256 + number) for number, byte in enumerate(others)}


_LETTERS = _letters()
