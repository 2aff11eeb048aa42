"""Muon (Jordan 2024), an optimizer for the matrices of a network: each update is the momentum with all its singular
values brought near 1 (PyTorch).

`torch.optim.Muon` computes that in bfloat16, which CPUs without such instructions emulate: an update took ten times as
long as here, as much as half of a forward and backward pass.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

MOMENTUM = 0.95
ITERATIONS = 5
COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""The polynomial of an iteration, which brings singular values between 0 and 1 near 1 (Jordan 2024)."""
STEP_FACTOR = 0.2
"""With it and the root of the longer side, steps are as long as AdamW's, so that both take one learning rate."""


class Muon(torch.optim.Optimizer):
    """Changes matrices by their orthogonalized momentum (Nesterov's), in float32."""

    def __init__(self, matrices: Iterable[nn.Parameter], lr: float, weight_decay: float) -> None:
        """Raises ValueError for a parameter that is no matrix."""
        super().__init__(matrices, {"lr": lr, "weight_decay": weight_decay})
        for group in self.param_groups:
            for matrix in group["params"]:
                if matrix.ndim != 2:
                    raise ValueError(f"Muon changes matrices, but a parameter has the shape {list(matrix.shape)}")

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        """Changes each matrix that has a gradient."""
        for group in self.param_groups:
            for matrix in group["params"]:
                if matrix.grad is None:
                    continue
                state = self.state[matrix]
                if "momentum" not in state:
                    state["momentum"] = torch.zeros_like(matrix)
                momentum = state["momentum"].lerp_(matrix.grad, 1 - MOMENTUM)
                direction = orthogonalized(matrix.grad.lerp(momentum, MOMENTUM))
                matrix.mul_(1 - group["lr"] * group["weight_decay"])
                matrix.add_(direction, alpha=-group["lr"] * STEP_FACTOR * max(matrix.shape) ** 0.5)


def orthogonalized(matrix: Tensor) -> Tensor:
    """Returns the matrix with its singular values near 1, by Newton and Schulz's iteration."""
    is_tall = matrix.shape[0] > matrix.shape[1]
    flat = matrix.T if is_tall else matrix
    x: Tensor = flat / (flat.norm() + 1e-7)
    first, third, fifth = COEFFICIENTS
    for _ in range(ITERATIONS):
        square = x @ x.T
        x = first * x + (third * square + fifth * square @ square) @ x
    return x.T if is_tall else x
