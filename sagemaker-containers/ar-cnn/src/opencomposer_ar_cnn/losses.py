"""The losses of the network: which edits lead back to the composer's music, how sure it is, and where notes begin."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from opencomposer_ar_cnn.network import Logits

MIN_EDITS = 8.0
"""The toggle loss is divided by the number of needed edits, but at least by this number. For an example that needs
fewer edits, the loss would otherwise be noise times a large number."""


class Batch(NamedTuple):
    """The tensors of one batch: float 0/1, [batch, steps, pitches], except planes [batch, 4 or 5, steps, pitches]
    and density [batch, 1]. open_onsets: the cells of the target whose pitch sounds at the step before, too."""

    planes: Tensor
    density: Tensor
    difference: Tensor
    locked: Tensor
    open_onsets: Tensor
    onsets: Tensor


class Losses(NamedTuple):
    """Means over the batch, in nats: selection and toggle for each needed edit of an example, onset for each cell that
    may begin a note."""

    selection: Tensor
    toggle: Tensor
    onset: Tensor

    def total(self) -> Tensor:
        """Returns the sum that training minimizes."""
        return self.selection + self.toggle + self.onset


def selection_loss(logits: Tensor, difference: Tensor, locked: Tensor) -> Tensor:
    """Returns KL(uniform over the needed edits || softmax over all cells that may be edited) of each example.

    It is 0 when every needed edit is as likely as the others and nothing else is likely at all. The published code
    normalizes over the whole batch instead, so that examples with few needed edits hardly count (ES-Net, arXiv
    2008.08927, and the sample code of AR-CNN). An example that needs no edit adds nothing. logits, difference, locked:
    [batch, steps, pitches].
    """
    needed = difference.flatten(1)  # (batch, steps * pitches)
    count = needed.sum(dim=1)  # (batch)
    allowed = locked.flatten(1) == 0  # (batch, steps * pitches)
    scores = functional.log_softmax(logits.flatten(1).masked_fill(~allowed, float("-inf")), dim=1)
    # -inf times 0 is NaN. Locked cells are never needed, so their score may be any finite number.
    scores = scores.masked_fill(~allowed, 0.0)
    mean = (scores * needed).sum(dim=1) / count.clamp(min=1)  # (batch)
    divergence = torch.where(count > 0, -mean - count.clamp(min=1).log(), torch.zeros_like(mean))
    return divergence.sum() / (count > 0).sum().clamp(min=1)


def toggle_loss(logits: Tensor, difference: Tensor, locked: Tensor) -> Tensor:
    """Returns the binary cross entropy of "this cell needs toggling", summed over the cells that may be edited and
    divided by the number of needed edits.

    It gives the logits their level: the sum of their probabilities is the number of edits that remain.
    """
    by_cell = functional.binary_cross_entropy_with_logits(logits, difference, reduction="none") * (1 - locked)
    count = difference.flatten(1).sum(dim=1)  # (batch)
    return (by_cell.flatten(1).sum(dim=1) / count.clamp(min=MIN_EDITS)).mean()


def onset_loss(logits: Tensor, onsets: Tensor, open_onsets: Tensor) -> Tensor:
    """Returns the binary cross entropy of "a note begins here", over cells whose pitch sounds at the step before."""
    asked = functional.binary_cross_entropy_with_logits(logits, onsets, weight=open_onsets, reduction="sum")
    return asked / open_onsets.sum().clamp(min=1)


def losses(logits: Logits, batch: Batch) -> Losses:
    """Returns all three losses of one batch."""
    return Losses(
        selection_loss(logits.toggle, batch.difference, batch.locked),
        toggle_loss(logits.toggle, batch.difference, batch.locked),
        onset_loss(logits.onset, batch.onsets, batch.open_onsets),
    )
