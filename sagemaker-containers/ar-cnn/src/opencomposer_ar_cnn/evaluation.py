"""Evaluates the model at the end of an epoch on the same held-out music every time, with the sampler of serving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from opencomposer_music.network_length import with_rests
from opencomposer_music.piano_roll import SOUNDING, Planes, notes_to_planes, planes_to_notes
from opencomposer_music.random_numbers import random_generator
from opencomposer_training.dataset import Dataset, Melody, VoicePlanes
from opencomposer_training.environment import write_atomically
from opencomposer_training.held_out_music import HeldOutMusic
from opencomposer_training.midi_file import Track, midi_bytes

from opencomposer_ar_cnn.corruption import merge
from opencomposer_ar_cnn.editable_piece import Floats
from opencomposer_ar_cnn.model_metadata import ArCnnMetadata
from opencomposer_ar_cnn.network import EditNetwork, ServedNetwork
from opencomposer_ar_cnn.rewriting_session import RewritingSession, rewrite
from opencomposer_ar_cnn.sampling_settings import SamplingSettings, sampling_settings

EVALUATION_WINDOWS = 24
MELODY_VELOCITY = 100
MAX_PASSES = 60
"""A network that has learned little would never end."""
HARMONIZATION = replace(
    sampling_settings({"maxNotesAdded": 1000, "melodyLock": True, "voiceLeading": False}), max_passes=MAX_PASSES
)
"""Settings with which the melody is given and kept, and everything else is to be written. The network is measured
without voice leading, which would hide what it has not learned yet."""


def accompaniment(planes: VoicePlanes) -> Planes:
    """Returns all voices but the first as one roll [2, steps, pitches], without the cells that the first one sounds."""
    sounding, onsets = merge(planes[1:])
    return np.asarray(np.stack([sounding, onsets]) & ~planes[0, SOUNDING], dtype=np.bool_)


def served_logits(network: EditNetwork, planes: Floats, densities: Floats) -> tuple[Floats, Floats]:
    """Returns the logits as the model file gives them, always in float32.

    planes: [batch, 4 or 5, steps, 128], of whole bars; densities: [batch].
    """
    steps = planes.shape[2]
    heard = with_rests(planes, network.shape.bar)
    served = ServedNetwork(network.eval())
    device = next(network.parameters()).device
    with torch.inference_mode():
        toggle, onset = served(
            torch.from_numpy(heard).to(device), torch.from_numpy(densities).to(device).reshape(-1, 1)
        )
    return toggle[:, :steps].cpu().numpy(), onset[:, :steps].cpu().numpy()


class Evaluation:
    """Measures the network's accompaniments of held-out melodies, with the same random choices in every epoch."""

    def __init__(
        self, dataset: Dataset, metadata: ArCnnMetadata, *, bars: int, sampling: SamplingSettings, seed: int
    ) -> None:
        self.music = HeldOutMusic(
            dataset, bars=bars, windows=EVALUATION_WINDOWS, accompaniment=lambda window: [accompaniment(window)]
        )
        self._metadata = metadata
        self._sampling = sampling
        self._seed = seed

    def measure(self, network: EditNetwork) -> dict[str, float]:
        """Returns the metrics and the similarity index of the network's music to the held-out melodies."""
        sessions = [
            RewritingSession(
                window[0],
                settings=self._sampling,
                limits=self._metadata.edit_limits,
                rng=random_generator(self._seed, index),
                phrase_ends=ends,
            )
            for index, (window, ends) in enumerate(zip(self.music.windows, self.music.phrase_ends, strict=True))
        ]
        while active := [session for session in sessions if not session.finished]:
            planes = np.stack([session.planes() for session in active])
            densities = np.array([session.density for session in active], dtype=np.float32)
            toggle, onset = served_logits(network, planes, densities)
            for index, session in enumerate(active):
                session.advance(toggle[index], onset[index])
        return self.music.measure(
            [session.result().planes & ~window[0, SOUNDING]]
            for window, session in zip(self.music.windows, sessions, strict=True)
        )


def write_samples(
    folder: Path,
    network: EditNetwork,
    metadata: ArCnnMetadata,
    melodies: Sequence[Melody],
    *,
    sampling: SamplingSettings,
    seed: int,
) -> None:
    """Writes one MIDI file for each melody: the melody as it is, and the lines that the model now adds to it.

    The random choices are those that serving makes for this seed.
    """

    def logits_of(planes: Floats, density: float) -> tuple[Floats, Floats]:
        toggle, onset = served_logits(network, planes[np.newaxis], np.array([density], dtype=np.float32))
        return toggle[0], onset[0]

    given, added = metadata.voices
    for melody in melodies:
        piece = notes_to_planes(melody.notes, melody.bars * melody.bar.steps)
        written = rewrite(
            logits_of, piece, settings=replace(sampling, voice_leading=True), limits=metadata.edit_limits, seed=seed
        )
        tracks = [
            Track(given.name, given.program, [note._replace(velocity=MELODY_VELOCITY) for note in melody.notes]),
            *(Track(line.name, added.program, planes_to_notes(line.planes)) for line in written.lines or ()),
        ]
        write_atomically(folder / f"{melody.id}.mid", midi_bytes(melody.tempo, tracks, melody.bar))
