"""Words that subtract what follows them: "not a dog", "no people", "without snow".

In words that are not quoted and not subtracted already, up to the end of their term:

    without X    subtracts X.
    no X         subtracts X, but not where a sign is meant: before a word in -ing (no parking), or
                 with one of `_SIGNS` behind it (no dogs allowed); nor before a number, nor in the
                 phrases of `_NOT_WITH_NO` (no one).
    not X        subtracts X where it can only mean that: as the first word, behind a comma, "and"
                 or "but", or before an article; not in the phrases of `_NOT_WITH_NOT` (not only).

What is subtracted ends at the next such word. A comma before it, or "and", "but" or "with", goes
with it: "a beach, but no people" is a beach less people. English only: what other languages mean by
their words, and where a negation ends in them, is another table. Whatever is not listed stays
words, and quotes make words of all of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

WITHOUT, NO, NOT = "without", "no", "not"
SPOKEN = (NOT, NO, WITHOUT)

_JOINING = ("and", "but", "with")
_ARTICLES = ("a", "an", "the", "any")
_NOT_WITH_NO = ("one", "more", "longer", "matter", "doubt", "way", "man", "man's", "mans")
_NOT_WITH_NOT = ("only", "just", "even", "to", "yet", "quite", "so", "very")
_SIGNS = ("sign", "signs", "symbol", "allowed", "permitted", "entry", "exit", "vacancy")


class Spelled(Protocol):
    """Words of a query, in quotes or not."""

    @property
    def words(self) -> str: ...

    @property
    def quoted(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Said:
    """A part of what was said.

    Attributes:
        spoken: The word that subtracts it; empty if it is not subtracted.
        first: Index of its first word, which may be the one that subtracts it.
        last: Index past its last word.
        words: Without the word that subtracts them; never blank.
    """

    spoken: str
    first: int
    last: int
    words: str


def split_negations(run: Sequence[Spelled]) -> list[Said]:
    """Split words that follow each other where some are subtracted."""
    begins = [at for at in range(len(run)) if _subtracts(run, at)]
    starts = [0, *(at for at in begins if at)] if run else []
    ends = [*starts[1:], len(run)]
    found: list[Said] = []
    for first, last in zip(starts, ends, strict=True):
        spoken = run[first].words.casefold() if first in begins else ""
        own = [one.words for one in run[first + bool(spoken) : last]]
        if last < len(run):
            own = _without_joint(own, [one.quoted for one in run[first + bool(spoken) : last]])
        words = " ".join(" ".join(own).split())
        if words:
            found.append(Said(spoken, first, last, words))
    return found


def _subtracts(run: Sequence[Spelled], at: int) -> bool:
    word = _word(run, at)
    if word not in SPOKEN or at + 1 == len(run) or not run[at + 1].words.strip():
        return False
    following = _word(run, at + 1)
    if following in SPOKEN:
        return False
    if word == WITHOUT:
        return True
    if word == NO:
        means_sign = following.endswith("ing") or any(
            _word(run, later).strip(",.!") in _SIGNS for later in range(at + 1, len(run))
        )
        return not (means_sign or following[:1].isdigit() or following in _NOT_WITH_NO)
    before = _word(run, at - 1) if at else ","
    stands_apart = before.endswith(",") or before in ("and", "but")
    return following not in _NOT_WITH_NOT and (stands_apart or following in _ARTICLES)


def _word(run: Sequence[Spelled], at: int) -> str:
    """Return a word for comparison; empty if it is quoted."""
    return "" if run[at].quoted else run[at].words.casefold()


def _without_joint(own: Sequence[str], quoted: Sequence[bool]) -> list[str]:
    """Leave out what joins words to what is subtracted from them."""
    kept = list(own)
    while kept and not quoted[len(kept) - 1] and kept[-1].casefold() in _JOINING:
        kept.pop()
    if kept and not quoted[len(kept) - 1]:
        kept[-1] = kept[-1].removesuffix(",")
    return kept
