"""What training minimises: contrast between pictures and texts, and naming what is in a picture."""

from __future__ import annotations

import torch
from torch.nn import functional


def contrastive_loss(
    logits: torch.Tensor, positives: torch.Tensor, ignored: torch.Tensor
) -> torch.Tensor:
    """Softmax contrast with several positives, both ways (UniCL, Yang et al. 2022, eq. 2-4).

    Args:
        logits: (B, T) scaled cosine similarities.
        positives: (B, T), above 0 for the pairs that match.
        ignored: (B, T) bool, pairs left out of both sides.
    """
    logits = logits.masked_fill(ignored, -1e4)
    return (_one_way(logits, positives) + _one_way(logits.T, positives.T)) / 2


def _one_way(logits: torch.Tensor, positives: torch.Tensor) -> torch.Tensor:
    totals = positives.sum(dim=1, keepdim=True)
    matched = totals[:, 0] > 0
    shares = positives[matched] / totals[matched]
    return -(shares * functional.log_softmax(logits[matched], dim=1)).sum(dim=1).mean()


def naming_loss(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Cross-entropy against several weighted words (Mahajan et al. 2018, section 2.2)."""
    return -(targets * functional.log_softmax(logits, dim=1)).sum(dim=1).mean()
