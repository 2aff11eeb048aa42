"""Plays accompaniments by the baseline that follows AWS's recipe, generated as AWS's sample does it.

It plays windows of two bars, each with noise of its own and without sight of its neighbors; a cell of the roll sounds
where the output is above 0. There is no onset plane: a pitch that sounds in two steps in a row is held, also across two
windows, so a note can never be repeated at once.

It imports numpy and ONNX Runtime only.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from opencomposer_music.piano_roll import ONSET, PITCHES, SOUNDING, Planes

WINDOW_STEPS = 32
"""The steps of a window: two bars of sixteen steps."""
NOISE_CUTOFF = 2.0
"""TensorFlow's truncated normal draws a number again if it is more than so many standard deviations from the mean."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class AwsRecipeModel:
    """A loaded model file. `noise_shape`: that of one window, (channels, 2, 8)."""

    session: onnxruntime.InferenceSession
    noise_shape: tuple[int, int, int]


def load(path: Path) -> AwsRecipeModel:
    """Loads a model file that aws_recipe.py wrote, to run on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    shapes = {given.name: given.shape for given in session.get_inputs()}
    channels, time, pitch = shapes["noise"][1:]
    return AwsRecipeModel(session, (channels, time, pitch))


def truncated_normal(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Returns standard normal numbers within two standard deviations, float32."""
    values = rng.standard_normal(shape, dtype=np.float32)
    while (outside := np.abs(values) > NOISE_CUTOFF).any():
        values[outside] = rng.standard_normal(int(outside.sum()), dtype=np.float32)
    return values


def accompany(model: AwsRecipeModel, melody_planes: Planes, seed: int) -> list[Planes]:
    """Returns the accompaniment of a melody: boolean planes [2, steps, 128] -> planes [2, steps, 128] for alto, tenor
    and bass.

    The same seed gives the same accompaniment. `steps` may be any number; the last window is filled with silence.
    The generator's own version of the melody (its first track) is dropped, as AWS's console kept the user's melody.
    """
    steps = melody_planes.shape[1]
    windows = max(1, -(-steps // WINDOW_STEPS))
    melody = np.full((windows * WINDOW_STEPS, PITCHES), -1.0, dtype=np.float32)
    melody[:steps][melody_planes[SOUNDING]] = 1.0
    noise = truncated_normal(np.random.Generator(np.random.PCG64(seed)), (windows, *model.noise_shape))
    (response,) = model.session.run(
        ["tracks"], {"melody": melody.reshape(windows, 1, WINDOW_STEPS, PITCHES), "noise": noise}
    )
    tracks = np.asarray(response).transpose(1, 0, 2, 3).reshape(-1, windows * WINDOW_STEPS, PITCHES)[1:, :steps]
    return [planes_of(track > 0) for track in tracks]


def planes_of(sounding: npt.NDArray[np.bool_]) -> Planes:
    """Turns [steps, 128] into planes [2, steps, 128]. A note starts where a pitch begins to sound."""
    before = np.zeros_like(sounding)
    before[1:] = sounding[:-1]
    planes = np.zeros((2, *sounding.shape), dtype=np.bool_)
    planes[SOUNDING] = sounding
    planes[ONSET] = sounding & ~before
    return planes
