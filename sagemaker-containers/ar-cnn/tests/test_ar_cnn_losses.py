"""The losses: their lowest values, the cells that they ignore, extreme logits, and that a network learns by them."""

from __future__ import annotations

import pytest
import torch
from opencomposer_ar_cnn.losses import MIN_EDITS, onset_loss, selection_loss, toggle_loss

STEPS, PITCHES = 16, 8


def cells(*places: tuple[int, int], batch: int = 1) -> torch.Tensor:
    result = torch.zeros(batch, STEPS, PITCHES)
    for step, pitch in places:
        result[:, step, pitch] = 1
    return result


NOTHING = cells()


def test_the_selection_is_free_when_it_is_uniform_over_what_is_needed() -> None:
    needed = cells((0, 0), (3, 4), (9, 7))
    assert selection_loss(needed * 50, needed, NOTHING).item() == pytest.approx(0, abs=1e-6)
    # The logits want only one of three needed edits. It costs log 3 nats against uniform, and the other two far more.
    assert selection_loss(cells((0, 0)) * 50, needed, NOTHING).item() > 10


def test_a_flat_selection_costs_the_logarithm_of_the_odds() -> None:
    needed = cells((0, 0), (3, 4))
    expected = torch.tensor(STEPS * PITCHES / 2).log().item()
    assert selection_loss(NOTHING, needed, NOTHING).item() == pytest.approx(expected, rel=1e-5)


def test_locked_cells_are_not_selected() -> None:
    needed = cells((0, 0))
    locked = cells((5, 5))
    distracted = cells((5, 5)) * 100 + needed * 50
    assert selection_loss(distracted, needed, locked).item() == pytest.approx(0, abs=1e-6)
    assert selection_loss(distracted, needed, NOTHING).item() > 40


def test_each_example_counts_the_same_however_many_edits_it_needs() -> None:
    few, many = cells((0, 0)), cells(*((step, 1) for step in range(STEPS)))
    logits = torch.randn(2, STEPS, PITCHES, generator=torch.Generator().manual_seed(1))
    both = selection_loss(logits, torch.cat([few, many]), cells(batch=2))
    alone = [
        selection_loss(logits[:1], few, NOTHING).item(),
        selection_loss(logits[1:], many, NOTHING).item(),
    ]
    assert both.item() == pytest.approx(sum(alone) / 2, rel=1e-5)


def test_an_example_that_needs_nothing_teaches_to_leave_it_alone() -> None:
    logits = torch.full((1, STEPS, PITCHES), 2.0, requires_grad=True)
    assert selection_loss(logits, NOTHING, NOTHING).item() == 0
    loss = toggle_loss(logits, NOTHING, NOTHING)
    assert loss.item() == pytest.approx(STEPS * PITCHES * 2.1269 / MIN_EDITS, rel=1e-3)
    torch.autograd.backward(loss)
    assert logits.grad is not None
    assert (logits.grad > 0).all()


def test_the_toggle_loss_does_not_ask_about_locked_cells() -> None:
    locked = cells((2, 2))
    assert toggle_loss(locked * 1000 - 30, NOTHING, locked).item() == pytest.approx(0, abs=1e-6)


def test_starts_are_asked_only_where_they_are_open() -> None:
    opened, onsets = cells((1, 1), (2, 2)), cells((1, 1), (5, 5))
    right = cells((1, 1)) * 60 - 30
    assert onset_loss(right, onsets, opened).item() == pytest.approx(0, abs=1e-6)
    assert onset_loss(-right, onsets, opened).item() == pytest.approx(30, rel=1e-3)
    assert onset_loss(right, onsets, NOTHING).item() == 0


@pytest.mark.parametrize("scale", [1e4, -1e4])
def test_extreme_logits_give_finite_losses_and_gradients(scale: float) -> None:
    needed, locked = cells((0, 0), (3, 3)), cells((7, 7))
    logits = (cells((1, 1), (3, 3)) * scale).requires_grad_(True)
    total = (
        selection_loss(logits, needed, locked)
        + toggle_loss(logits, needed, locked)
        + onset_loss(logits, needed, needed)
    )
    torch.autograd.backward(total)
    assert torch.isfinite(total)
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()


def test_descending_finds_the_needed_edits() -> None:
    needed = cells((0, 0), (3, 4), (9, 7))
    logits = torch.zeros(1, STEPS, PITCHES, requires_grad=True)
    optimizer = torch.optim.Adam([logits], lr=0.3)
    for _ in range(100):
        optimizer.zero_grad()
        torch.autograd.backward(selection_loss(logits, needed, NOTHING) + toggle_loss(logits, needed, NOTHING))
        optimizer.step()
    assert torch.equal((logits > 0).float(), needed)
    # The level is right, too: it is the expected number of remaining edits.
    assert logits.sigmoid().sum().item() == pytest.approx(3, abs=0.3)
