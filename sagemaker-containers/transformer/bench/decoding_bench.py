"""Measures how long the network takes to write: with its cache, and without, in one run, as JSON.

    .venv/training/bin/python sagemaker-containers/transformer/bench/decoding_bench.py [--events 200] [--size small]

It tells as many events as eight bars of four voices have, and goes on event by event. Without the cache, the whole
sequence is told anew for each event, for every tenth of which the time is taken. It measures processor time of one
thread, so that other load on the machine hardly counts. The weights are random: what is written is noise, but takes as
long. What the sampler takes is not in it.
"""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import torch
from opencomposer_music.model_metadata import Voice
from opencomposer_testing.bench_programs import machine, parse_command_line
from opencomposer_testing.untrained_transformer import sized_metadata, untrained_network
from opencomposer_testing.update_times import processor_seconds
from opencomposer_training.learner import ModelSize
from opencomposer_transformer.cached_network import CachedNetwork, load_network
from opencomposer_transformer.events import LineUp
from opencomposer_transformer.export import columns_between, export_onnx, random_events
from opencomposer_transformer.network import DecoderNetwork

PRIME_EVENTS = 192
EVERY = 10
VOICES = (
    Voice("Soprano", 52, "monophonic", 57, 81),
    Voice("Alto", 52, "monophonic", 50, 74),
    Voice("Tenor", 52, "monophonic", 45, 69),
    Voice("Bass", 52, "monophonic", 36, 64),
)


def random_model(size: ModelSize) -> tuple[DecoderNetwork, bytes]:
    """Returns a network for four voices that has learned nothing, and its file."""
    metadata = sized_metadata(LineUp(VOICES, ("4/4",), 6), size)
    network = untrained_network(metadata)
    return network, export_onnx(network, metadata)


def measure(events: int, size: ModelSize) -> dict[str, Any]:
    """Times the prime, and then each event with the cache and every tenth without."""
    torch.manual_seed(0)
    network, content = random_model(size)
    told = random_events(network, 1, PRIME_EVENTS + events)
    voices = told.voices.numpy()
    loaded = load_network(content, 1)
    cached, whole = CachedNetwork(loaded), CachedNetwork(loaded)
    prime = processor_seconds(partial(cached.start, columns_between(told, 0, PRIME_EVENTS), voices))
    with_cache = without_cache = 0.0
    counted = 0
    for end in range(PRIME_EVENTS + 1, PRIME_EVENTS + events + 1):
        with_cache += processor_seconds(partial(cached.step, columns_between(told, end - 1, end)))
        if end % EVERY == 0:
            without_cache += processor_seconds(partial(whole.start, columns_between(told, 0, end), voices))
            counted += 1
    milliseconds = {"withCache": 1000 * with_cache / events, "withoutCache": 1000 * without_cache / counted}
    return {
        "benchmark": "decoding",
        "technique": "transformer",
        "machine": machine(),
        "size": size,
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "bytes": len(content),
        "eventsMeasured": events,
        "primeMilliseconds": round(1000 * prime, 2),
        "millisecondsAnEvent": {name: round(value, 3) for name, value in milliseconds.items()},
        "timesFaster": round(milliseconds["withoutCache"] / milliseconds["withCache"], 1),
    }


def main() -> None:
    """Parses the command line and prints the result."""
    description = "Time the Transformer's network with and without its cache"
    arguments = parse_command_line(description, "events", 200, min_=EVERY, sized=True)
    print(json.dumps(measure(arguments.events, arguments.size)))


if __name__ == "__main__":
    main()
