"""Measures the seconds for 100 single edits with a network of the layer sizes of AWS's AR-CNN, as JSON: our baseline.

    .venv/training/bin/python sagemaker-containers/ar-cnn/bench/single_edits_bench.py [--edits 10]

Each edit runs the network on the whole keyboard of eight bars and draws one cell from the softmax over all cells, as
AWS's loop does. The network runs in ONNX Runtime with the session of our own server. A few edits are measured, and
their time is multiplied. AWS's own loop, in Keras, took 7.8 to 12 s for 100 edits when it was timed by hand
(docs/benchmarks.md).
"""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np
import torch
from aws_layers import AWS_PITCHES, AwsLayers
from opencomposer_serving.onnx_model import open_session
from opencomposer_serving.usable_cores import usable_cores
from opencomposer_testing.bench_programs import machine, parse_command_line
from opencomposer_training.onnx_export import traced

STEPS = 128
EDITS = 100


def measure(edits: int) -> dict[str, Any]:
    """Times `edits` single edits of eight bars."""
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    roll = (rng.random((1, 1, STEPS, AWS_PITCHES)) < 0.05).astype(np.float32)
    network = AwsLayers()
    # Our checked export refuses this network: it is larger than a model that we serve, and has operators that none of
    # ours needs.
    model = traced(network, example={"roll": roll}, outputs=["logits"], dynamic_axes={}).SerializeToString()
    session = open_session(model, usable_cores())

    def edit() -> None:
        [logits] = session.run(["logits"], {"roll": roll})
        weights = np.exp(logits.ravel().astype(np.float64) - logits.max())
        cell = rng.choice(roll.size, p=weights / weights.sum())
        roll.flat[cell] = 1 - roll.flat[cell]

    edit()
    began = time.perf_counter()
    for _ in range(edits):
        edit()
    seconds = time.perf_counter() - began
    return {
        "benchmark": "singleEditsOfAwsLayerSizes",
        "technique": "ar-cnn",
        "machine": machine(),
        "editsMeasured": edits,
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "secondsFor100Edits": round(seconds / edits * EDITS, 2),
    }


def main() -> None:
    """Parses the command line and prints the result."""
    arguments = parse_command_line("Time single edits with a network of AWS's layer sizes", "edits", 10)
    print(json.dumps(measure(arguments.edits)))


if __name__ == "__main__":
    main()
