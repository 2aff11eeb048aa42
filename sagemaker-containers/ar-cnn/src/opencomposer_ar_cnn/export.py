"""Exports the trained network as one ONNX file."""

from __future__ import annotations

import numpy as np
from opencomposer_music.network_length import network_steps
from opencomposer_music.piano_roll import PITCHES
from opencomposer_training.onnx_export import Inputs
from opencomposer_training.onnx_export import export_onnx as export_module

from opencomposer_ar_cnn.model_metadata import OUTPUTS, ArCnnMetadata
from opencomposer_ar_cnn.network import EditNetwork, NetworkShape, ServedNetwork


def export_onnx(network: EditNetwork, metadata: ArCnnMetadata) -> bytes:
    """Returns the network as a single ONNX file with its metadata, for any number of pieces and bars.

    Raises RuntimeError when ONNX Runtime does not give PyTorch's logits, for one bar or several, one piece or two.
    """
    # The exporter records the memory layout that it sees, so it gets a copy in the plain layout, on the CPU.
    copy = EditNetwork(network.shape)
    copy.load_state_dict(network.state_dict())
    return export_module(
        ServedNetwork(copy),
        example=_inputs(1, 2, network.shape),
        input_axes={"planes": {0: "batch", 2: "steps"}, "density": {0: "batch"}},
        outputs=dict.fromkeys(OUTPUTS, ("batch", "steps", PITCHES)),
        metadata=metadata.to_json(),
        trials=[_inputs(1, 1, network.shape), _inputs(2, 5, network.shape)],
    )


def _inputs(pieces: int, bars: int, shape: NetworkShape) -> Inputs:
    rng = np.random.default_rng(bars)
    cells = rng.random((pieces, shape.input_planes, network_steps(bars * shape.bar.steps, shape.bar), PITCHES)) < 0.03
    return {"planes": cells.astype(np.float32), "density": rng.random((pieces, 1), dtype=np.float32)}
