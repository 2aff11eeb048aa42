"""The loss of the Transformer: the negative log-likelihood of each event, in nats (PyTorch)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from opencomposer_transformer.training_sequences import SequenceBatch


def negative_log_likelihood(logits: Tensor, batch: SequenceBatch) -> Tensor:
    """Returns the mean over the events of a batch. logits: [b, t, n]."""
    losses = functional.cross_entropy(logits.flatten(0, 1), batch.targets.flatten(), reduction="none")
    weights = batch.weights.flatten()
    return (losses * weights).sum() / weights.sum()


@dataclass
class HeldOutLosses:
    """Sums over held-out pieces. nats: of all events; events, notes: their numbers; wrong: the events of which another
    one was found likelier."""

    is_onset: Tensor
    nats: float = 0.0
    events: float = 0.0
    notes: float = 0.0
    wrong: float = 0.0

    def add(self, logits: Tensor, batch: SequenceBatch) -> None:
        """Adds a batch. logits: [b, t, n]."""
        with torch.no_grad():
            weights = batch.weights.double()
            self.nats += float(negative_log_likelihood(logits, batch) * weights.sum())
            self.events += float(weights.sum())
            self.notes += float((self.is_onset[batch.targets] * weights).sum())
            self.wrong += float(((logits.argmax(-1) != batch.targets) * weights).sum())

    def by_name(self) -> Mapping[str, float]:
        """Returns the losses by the names of the progress line.

        validationLoss: nats an event; noteLoss: nats a note; zeroOneLoss: the share of events that were not the
        likeliest, which is 1 less the accuracy.
        """
        return {
            "validationLoss": self.nats / self.events,
            "noteLoss": self.nats / max(1.0, self.notes),
            "zeroOneLoss": self.wrong / self.events,
        }
