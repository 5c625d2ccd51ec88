"""The tokenizer, against open_clip's own."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import open_clip
import pytest
from numpy.typing import NDArray

from photofind.clip.tokenizer import ClipTokenizer

COUNT = 10_000
LETTERS = (
    "abcdefghijklmnopqrstuvwxyz ABCXYZ 0123456789 .,;:!?'\"-_()[]{}<>&@#$%^*+=/\\|~`\t\n"
    "\u201c\u201d\u201e«»\u2013\u2014…éüßñçøåÄÖ日本語한국어العربيةעבריתไทย😀👨\u200d👩🏽½²③"
    "\u200b\u00a0\ufeff\u0301\u0130\u0131\u017f\ufb01\uff11\uff12"
)
PIECES = [
    "&amp;", "&lt;", "&eacute", "&amp;amp;", "<start_of_text>", "<END_of_text>", "'s", "'RE",
    "don't", "schÃ¶n", "â€™", "\x00", "\x1b[31m", "IMG_1234.jpg", "photographs",
    "antidisestablishmentarianism",
]  # fmt: skip


def _made_up(chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.2:
        return "".join(
            chr(chance.choice([chance.randint(1, 0xD7FF), chance.randint(0xE000, 0x1FFFF)]))
            for _ in range(chance.randint(0, 20))
        )
    letters = "".join(chance.choice(LETTERS) for _ in range(chance.randint(0, 60)))
    return f"{letters} {chance.choice(PIECES)}" if kind < 0.6 else letters


def _assert_equal(texts: list[str], length: int) -> None:
    own, reference = ClipTokenizer(length), open_clip.SimpleTokenizer(context_length=length)
    for start in range(0, len(texts), 500):
        part = texts[start : start + 500]
        expected: NDArray[np.int64] = reference(part).numpy()
        found = own(part)
        assert found.shape[1] <= length
        assert not expected[:, found.shape[1] :].any()
        different = np.flatnonzero((expected[:, : found.shape[1]] != found).any(axis=1))
        assert not len(different), [part[row] for row in different[:5]]


@pytest.mark.parametrize("length", [77, 16])
def test_that_made_up_texts_have_the_tokens_of_open_clip(length: int) -> None:
    chance = random.Random(20261129)
    _assert_equal([_made_up(chance) for _ in range(COUNT)], length)


def test_that_captions_have_the_tokens_of_open_clip(shared: Callable[[str], Path]) -> None:
    lines = (shared("flickr8k") / "captions.txt").read_text("utf-8").splitlines()
    _assert_equal([line.partition(",")[2] for line in lines], 77)


def test_that_no_text_has_no_tokens() -> None:
    assert ClipTokenizer(77)([]).shape[0] == 0
