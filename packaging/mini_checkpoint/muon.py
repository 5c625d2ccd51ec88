"""Muon (Jordan et al. 2024): momentum whose matrix is made orthogonal before the step."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch

_COEFFICIENTS = (3.4445, -4.7750, 2.0315)


def orthogonalise(matrices: torch.Tensor, steps: int = 5) -> torch.Tensor:
    """Bring the singular values of (N, rows, columns) close to 1 by Newton-Schulz steps."""
    a, b, c = _COEFFICIENTS
    wide = matrices.transpose(1, 2) if matrices.shape[1] > matrices.shape[2] else matrices
    x = wide.bfloat16()
    x = x / (x.flatten(1).norm(dim=1).view(-1, 1, 1) + 1e-7)
    for _ in range(steps):
        gram = x @ x.transpose(1, 2)
        x = a * x + (b * gram + c * gram @ gram) @ x
    x = x.to(matrices.dtype)
    orthogonal: torch.Tensor = x.transpose(1, 2) if wide is not matrices else x
    return orthogonal


class Muon(torch.optim.Optimizer):
    """Muon for matrices and convolutions; its steps are as large as AdamW's at the same rate.

    A parameter's `muon_parts` attribute, where set, says into how many equal matrices it falls
    (a joint query-key-value projection into three).
    """

    def __init__(
        self,
        parameters: Iterable[torch.nn.Parameter],
        lr: float = 2e-3,
        momentum: float = 0.95,
        weight_decay: float = 0.05,
    ) -> None:
        defaults = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay}
        super().__init__(parameters, defaults)

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]  # no closure
        """Take one step."""
        del closure
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._step_one(parameter, parameter.grad, group)

    def _step_one(
        self, parameter: torch.Tensor, gradient: torch.Tensor, group: dict[str, Any]
    ) -> None:
        state = self.state[parameter]
        if not state:
            state["momentum"] = torch.zeros_like(parameter)
        momentum = state["momentum"].lerp_(gradient, 1 - group["momentum"])
        update = torch.lerp(gradient, momentum, group["momentum"])
        parts = getattr(parameter, "muon_parts", 1)
        matrices = update.reshape(parts, parameter.shape[0] // parts, -1)
        scale = 0.2 * max(matrices.shape[1:]) ** 0.5
        update = orthogonalise(matrices).reshape(parameter.shape)
        parameter.mul_(1 - group["lr"] * group["weight_decay"])
        parameter.add_(update, alpha=-group["lr"] * scale)
