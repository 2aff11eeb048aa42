"""Measures the seconds for 100 single edits with a network of the layer sizes of AWS's AR-CNN, as JSON: our baseline.

    .venv/training/bin/python sagemaker-containers/ar-cnn/bench/single_edits_bench.py [--edits 10]

Each edit runs the network on the whole keyboard of eight bars and draws one cell from the softmax over all cells, as
AWS's loop does. The network runs in ONNX Runtime with the session of our own server. A few edits are measured, and
their time is multiplied. AWS's own loop, in Keras, took 7.8 to 12 s for 100 edits when it was timed by hand
(docs/benchmarks.md).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from aws_layers import AWS_PITCHES, AwsLayers
from opencomposer_music.model_limits import OPSET
from opencomposer_serving.onnx_model import open_session
from opencomposer_serving.usable_cores import usable_cores

STEPS = 128
EDITS = 100


def exported(network: AwsLayers, roll: npt.NDArray[np.float32]) -> bytes:
    """Returns the network as an ONNX file, which our own exporter refuses: it is larger than a model that we serve, and
    has operators that none of ours needs.
    """
    network.eval()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        path = Path(folder) / "model.onnx"
        # The tracing exporter is deprecated in favor of one that needs another package.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (torch.from_numpy(roll),),
            path,
            dynamo=False,
            opset_version=OPSET,
            input_names=["roll"],
            output_names=["logits"],
        )
        return path.read_bytes()


def measure(edits: int) -> dict[str, Any]:
    """Times `edits` single edits of eight bars."""
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    roll = (rng.random((1, 1, STEPS, AWS_PITCHES)) < 0.05).astype(np.float32)
    network = AwsLayers()
    model = exported(network, roll)
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
        "machine": {"cores": usable_cores(), "processor": platform.machine(), "load": os.getloadavg()[0]},
        "editsMeasured": edits,
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "secondsFor100Edits": round(seconds / edits * EDITS, 2),
    }


def main() -> None:
    """Parses the command line and prints the result."""
    parser = argparse.ArgumentParser(description="Time single edits with a network of AWS's layer sizes")
    parser.add_argument("--edits", type=int, default=10)
    arguments = parser.parse_args()
    if arguments.edits < 1:
        parser.error("--edits must be at least 1")
    print(json.dumps(measure(arguments.edits)))


if __name__ == "__main__":
    main()
