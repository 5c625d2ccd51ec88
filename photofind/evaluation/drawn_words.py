"""English words for the contents of a drawn scene."""

from __future__ import annotations

from typing import Final

_COUNTS: Final = ("no", "one", "two", "three", "four", "five", "six")


def article(noun: str) -> str:
    """Put "a" or "an" before a noun."""
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def plural(noun: str) -> str:
    """Return the plural of one of the drawn nouns."""
    irregular = {"fish": "fish", "person": "people", "bus": "buses"}
    return irregular.get(noun, f"{noun}es" if noun.endswith(("s", "x", "ss")) else f"{noun}s")


def counted(number: int, colour: str, noun: str) -> str:
    """Describe a number of objects of one colour, such as "three yellow stars"."""
    if number == 1:
        return article(f"{colour} {noun}")
    return f"{_COUNTS[number]} {colour} {plural(noun)}"


def number_word(number: int) -> str:
    """Spell out a number up to six."""
    return _COUNTS[number]
