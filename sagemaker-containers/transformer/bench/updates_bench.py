"""Measures training: events a second of processor time, as JSON.

    .venv/training/bin/python sagemaker-containers/transformer/bench/updates_bench.py [--updates 3] [--size small]

One update is forward, loss, backward and both optimizers on eight sequences of 330 events, as long as chorales are. How
the pieces become events is not in it.
"""

from __future__ import annotations

import json
import os
from typing import Any

# With one thread, processor time is the time that one core needs.
os.environ.setdefault("OMP_NUM_THREADS", "1")


import torch
from decoding_bench import random_model
from opencomposer_testing.bench_programs import machine, parse_command_line
from opencomposer_testing.update_times import learning_update, seconds_of_updates
from opencomposer_training.learner import ModelSize
from opencomposer_transformer.export import random_events
from opencomposer_transformer.losses import negative_log_likelihood
from opencomposer_transformer.training import optimizers_of
from opencomposer_transformer.training_sequences import SequenceBatch
from torch import Tensor

SEQUENCES = 8
EVENTS = 330


def measure(updates: int, size: ModelSize) -> dict[str, Any]:
    """Times updates after the first."""
    torch.manual_seed(0)
    torch.set_flush_denormal(True)
    network, _ = random_model(size)
    optimizers = optimizers_of(network.train(), learning_rate=1e-4)
    events = random_events(network, SEQUENCES, EVENTS)
    batch = SequenceBatch(events, events.tokens, torch.ones(SEQUENCES, EVENTS))

    def loss() -> Tensor:
        return negative_log_likelihood(network(batch.events), batch)

    seconds = seconds_of_updates({"ours": learning_update(loss, optimizers)}, updates)["ours"]
    return {
        "benchmark": "training",
        "technique": "transformer",
        "machine": machine(),
        "threads": torch.get_num_threads(),
        "size": size,
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "updatesMeasured": updates,
        "eventsAProcessorSecond": round(SEQUENCES * EVENTS * updates / seconds),
    }


def main() -> None:
    """Parses the command line and prints the result."""
    arguments = parse_command_line("Time training updates of the Transformer", "updates", 3, sized=True)
    print(json.dumps(measure(arguments.updates, arguments.size)))


if __name__ == "__main__":
    main()
