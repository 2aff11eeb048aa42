"""The running average of a network's weights, which plays better than the weights of the last update
(PyTorch)."""

from __future__ import annotations

import torch
from torch import nn


def average_weights(average: nn.Module, current: nn.Module, updates: int, decay: float) -> None:
    """Moves `average` towards `current` in place, as an exponential moving average. In the first updates it forgets
    faster, so that it never remembers more updates than there were. Counters and other integers are copied."""
    share = 1 - min(decay, (1 + updates) / (10 + updates))
    with torch.no_grad():
        state = current.state_dict()
        for name, value in average.state_dict().items():
            if value.is_floating_point():
                value.lerp_(state[name], share)
            else:
                value.copy_(state[name])
