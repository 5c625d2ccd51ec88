from typing import Any

import open_clip
import pytest
import torch

from photofind.clip.text import encode_text
from tests.support.checkpoints import TINY_VIT

TEXTS = ["dog", "a photo of two dogs and a cat on a sofa", "", "word " * 60]


@pytest.fixture(scope="module")
def model() -> Any:
    torch.manual_seed(0)
    return open_clip.CLIP(**TINY_VIT).eval()


@pytest.mark.parametrize("texts", [TEXTS[:1], TEXTS[:3], TEXTS])
def test_that_leaving_out_the_padding_changes_nothing(model: Any, texts: list[str]) -> None:
    tokens = open_clip.get_tokenizer("ViT-B-32")(texts, context_length=16)

    with torch.inference_mode():
        torch.testing.assert_close(encode_text(model, tokens), model.encode_text(tokens))


def test_that_less_is_computed(model: Any) -> None:
    tokens = open_clip.get_tokenizer("ViT-B-32")(TEXTS[:2], context_length=16)
    lengths: list[int] = []
    hook = model.ln_final.register_forward_hook(
        lambda _module, inputs, _output: lengths.append(inputs[0].shape[1])
    )
    with torch.inference_mode():
        encode_text(model, tokens)
    hook.remove()

    # Start, eleven words, end.
    assert lengths == [13]


def test_that_towers_of_another_kind_are_asked_as_they_are() -> None:
    class Other:
        def encode_text(self, tokens: torch.Tensor) -> torch.Tensor:
            return tokens.float() * 2

    tokens = torch.ones(2, 5)

    torch.testing.assert_close(encode_text(Other(), tokens), tokens * 2)
