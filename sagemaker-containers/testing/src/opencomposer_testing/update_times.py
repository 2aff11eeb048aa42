"""Measures the processor time of training updates, for the benches of all techniques (PyTorch)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

Update = Callable[[], None]


def learning_update(loss: Callable[[], Tensor], optimizers: Sequence[torch.optim.Optimizer]) -> Update:
    """Returns an update: the loss, its gradients, and a step of every optimizer."""

    def update() -> None:
        value = loss()
        for optimizer in optimizers:
            optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(value)
        for optimizer in optimizers:
            optimizer.step()

    return update


def processor_seconds(work: Callable[[], object]) -> float:
    """Returns the time that a call takes of all cores."""
    began = time.process_time()
    work()
    return time.process_time() - began


def seconds_of_updates(recipes: Mapping[str, Update], count: int) -> dict[str, float]:
    """Returns the processor seconds of `count` updates of each recipe. They alternate, after a first one of each that
    is not counted."""
    for update in recipes.values():
        update()
    seconds = dict.fromkeys(recipes, 0.0)
    for _ in range(count):
        for name, update in recipes.items():
            seconds[name] += processor_seconds(update)
    return seconds
