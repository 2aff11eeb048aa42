"""Muon: what an update is, beside PyTorch's own, and that a restored one goes on exactly."""

from __future__ import annotations

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from opencomposer_transformer.muon import Muon, orthogonalized
from torch import nn


@settings(max_examples=40)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 100), st.floats(1e-3, 1e3))
def test_the_singular_values_of_an_update_are_near_1_however_large_the_gradient(
    rows: int, columns: int, seed: int, size: float
) -> None:
    # Such a matrix has no singular value near 0, which the iteration would not lift in five turns.
    generator = torch.Generator().manual_seed(seed)
    short, long = sorted((rows, columns))
    orthogonal, _ = torch.linalg.qr(torch.randn(long, short, generator=generator))
    spread = orthogonal * torch.linspace(0.2, 1, short)
    matrix = size * (spread if rows >= columns else spread.T)
    values = torch.linalg.svdvals(orthogonalized(matrix))
    assert values.min() > 0.6
    assert values.max() < 1.3


def test_updates_are_those_of_pytorch() -> None:
    torch.manual_seed(0)
    ours = nn.Linear(12, 20, bias=False)
    theirs = copy.deepcopy(ours)
    optimizers = [
        Muon(ours.parameters(), lr=0.01, weight_decay=0.1),
        torch.optim.Muon(theirs.parameters(), lr=0.01, weight_decay=0.1, momentum=0.95, adjust_lr_fn="match_rms_adamw"),
    ]
    before = ours.weight.detach().clone()
    for _ in range(2):
        gradient = torch.randn(20, 12)
        for layer, optimizer in zip((ours, theirs), optimizers, strict=True):
            layer.weight.grad = gradient.clone()
            optimizer.step()
    moved, wanted = ours.weight - before, theirs.weight - before
    # PyTorch's are computed in bfloat16.
    assert (moved - wanted).norm() < 0.02 * wanted.norm()


def test_a_restored_optimizer_goes_on_exactly_and_a_parameter_without_gradient_stays() -> None:
    torch.manual_seed(0)
    layers = nn.ModuleList(nn.Linear(5, 7, bias=False) for _ in range(2))
    whole = Muon(layers.parameters(), lr=0.1, weight_decay=0.0)
    still = layers[1].weight.detach().clone()  # type: ignore[operator]
    gradients = [torch.randn(7, 5) for _ in range(4)]
    for gradient in gradients[:2]:
        layers[0].weight.grad = gradient
        whole.step()
    copied = copy.deepcopy(layers)
    restored = Muon(copied.parameters(), lr=0.3, weight_decay=0.5)
    restored.load_state_dict(copy.deepcopy(whole.state_dict()))
    for gradient in gradients[2:]:
        for model, optimizer in ((layers, whole), (copied, restored)):
            model[0].weight.grad = gradient.clone()
            optimizer.step()
    assert torch.equal(layers[0].weight, copied[0].weight)  # type: ignore[arg-type]
    assert torch.equal(layers[1].weight, still)  # type: ignore[arg-type]


def test_a_vector_is_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \[3\]"):
        Muon([nn.Parameter(torch.zeros(3))], lr=0.1, weight_decay=0.0)
