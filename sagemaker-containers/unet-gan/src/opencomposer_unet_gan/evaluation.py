"""Evaluates the model at the end of an epoch on the same held-out music every time, decoded as serving does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from opencomposer_music.decoding import (
    ModelMetadata,
    best_performance,
    decode_planes,
    draw_noise,
    draw_noises,
    encode_melody,
    tones_of,
)
from opencomposer_music.network_length import BOTTOM_STEPS
from opencomposer_music.phrase_ends import derive_phrase_end_steps, with_phrase_ends
from opencomposer_music.piano_roll import notes_to_planes, planes_to_notes
from opencomposer_training.dataset import Dataset, Melody
from opencomposer_training.environment import write_atomically
from opencomposer_training.held_out_music import HeldOutMusic
from opencomposer_training.midi_file import Track, midi_bytes

from opencomposer_unet_gan.networks import Generator, ServedGenerator

EVALUATION_WINDOWS = 96
MELODY_VELOCITY = 100


class Evaluation:
    """Measures the generator's accompaniments of held-out melodies, with the same noise in every epoch."""

    def __init__(self, dataset: Dataset, metadata: ModelMetadata, bars: int, seed: int) -> None:
        self.music = HeldOutMusic(
            dataset,
            bars=bars,
            windows=EVALUATION_WINDOWS,
            accompaniment=lambda window: tones_of(list(window[1:]), metadata.voices[1:]),
        )
        self._metadata = metadata
        self._seed = seed

    def measure(self, generator: Generator) -> dict[str, float]:
        """Returns the metrics and the similarity index of the generator's accompaniments of the held-out melodies."""
        melodies = np.stack([window[0] for window in self.music.windows])
        rng = np.random.Generator(np.random.PCG64(self._seed))
        positions = melodies.shape[2] // BOTTOM_STEPS
        noise = np.concatenate([draw_noise(rng, positions, self._metadata.noise) for _ in melodies])
        heard = melodies
        if self._metadata.hears_phrase_ends:
            heard = np.stack(
                [with_phrase_ends(one, ends) for one, ends in zip(melodies, self.music.phrase_ends, strict=True)]
            )
        pitch, onset = served_logits(generator, heard.astype(np.float32), noise)
        return self.music.measure(
            tones_of(
                decode_planes(pitch[index], onset[index], self._metadata, melody, ends, rng), self._metadata.voices[1:]
            )
            for index, (melody, ends) in enumerate(zip(melodies, self.music.phrase_ends, strict=True))
        )


def served_logits(
    generator: Generator, melodies: npt.NDArray[np.float32], noise: npt.NDArray[np.float32], batch: int = 32
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Returns the logits as the model file gives them (see ServedGenerator), always in float32."""
    served = ServedGenerator(generator.eval())
    device = next(generator.parameters()).device
    pitch: list[npt.NDArray[np.float32]] = []
    onset: list[npt.NDArray[np.float32]] = []
    with torch.inference_mode():
        for start in range(0, len(melodies), batch):
            part = slice(start, start + batch)
            one, two = served(torch.from_numpy(melodies[part]).to(device), torch.from_numpy(noise[part]).to(device))
            pitch.append(one.cpu().numpy())
            onset.append(two.cpu().numpy())
    return np.concatenate(pitch), np.concatenate(onset)


def write_samples(
    folder: Path, generator: Generator, metadata: ModelMetadata, melodies: Sequence[Melody], seed: int
) -> None:
    """Writes one MIDI file for each melody: the melody as it is, and the accompaniment as the model plays it now.

    The random choices are those that serving makes for this seed.
    """
    for melody in melodies:
        rng = np.random.Generator(np.random.PCG64(seed))
        noise = draw_noises(rng, melody.bars, metadata)
        steps = melody.bars * melody.bar.steps
        heard = notes_to_planes(melody.notes, steps)
        ends = derive_phrase_end_steps(heard, melody.bar)
        encoded = np.repeat(encode_melody(melody.notes, melody.bars, metadata, ends), len(noise), axis=0)
        pitch, onset = served_logits(generator, encoded, noise)
        performances = list(zip(pitch[:, :, :steps], onset[:, :, :steps], strict=True))
        _, planes = best_performance(performances, metadata, heard, ends, rng)
        played = [planes_to_notes(voice) for voice in planes]
        given = [note._replace(velocity=MELODY_VELOCITY) for note in melody.notes]
        tracks = [Track(metadata.voices[0].name, metadata.voices[0].program, given)]
        tracks += [
            Track(v.name, v.program, notes, v.is_drums) for v, notes in zip(metadata.voices[1:], played, strict=True)
        ]
        write_atomically(folder / f"{melody.id}.mid", midi_bytes(melody.tempo, tracks, melody.bar))
