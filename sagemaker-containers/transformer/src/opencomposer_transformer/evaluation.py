"""Evaluates the model at the end of an epoch: it goes on with the same held-out music every time, as a server would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from opencomposer_music.model_metadata import Voice
from opencomposer_music.piano_roll import (
    ONSET,
    SOUNDING,
    Note,
    notes_to_planes,
)
from opencomposer_music.time_signatures import BarShape
from opencomposer_training.dataset import Dataset, Melody, VoicePlanes, gather_windows
from opencomposer_training.environment import write_atomically
from opencomposer_training.held_out_music import REFERENCE_WINDOWS, AccompaniedWindows, ReferenceMusic
from opencomposer_training.midi_file import Track, midi_bytes

from opencomposer_transformer.cached_network import CachedNetwork, LoadedNetwork
from opencomposer_transformer.events import VoicedPiece
from opencomposer_transformer.generation import Wishes, extend, seam_after, seam_of
from opencomposer_transformer.grammar import WritingLimits
from opencomposer_transformer.model_metadata import TransformerMetadata
from opencomposer_transformer.sampling import DrawSettings
from opencomposer_transformer.voice_assignment import assign_voices
from opencomposer_transformer.writing_settings import writing_settings

PRIME_BARS = 4
NEW_BARS = 4
EVALUATION_WINDOWS = 12
MELODY_VELOCITY = 100


class Evaluation:
    """Measures what the model writes after the first bars of held-out windows, with the same random choices in every
    epoch. What the composers wrote there is the reference.

    bars: the length of a window; reference_metrics, validation_metrics: metrics of the composers' own continuations in
    the training pieces and in the windows.
    """

    bars = PRIME_BARS + NEW_BARS

    def __init__(self, dataset: Dataset, *, seed: int, windows: int | None = None) -> None:
        """windows: the largest number of held-out windows."""
        train = dataset.of_split("train")
        self._bar = dataset.bar
        reference = [_continuation(window, self._bar) for window in gather_windows(train, self.bars, REFERENCE_WINDOWS)]
        held_out = dataset.of_split("validation") or train
        self.windows = gather_windows(held_out, self.bars, windows or EVALUATION_WINDOWS)
        self._seed = seed
        self._reference = ReferenceMusic(_accompanied(reference, self._bar))
        self.reference_metrics = self._reference.metrics
        self.validation_metrics = self._compare(self.windows)

    def measure(self, network: LoadedNetwork) -> dict[str, float]:
        """Returns the metrics and the similarity index of the model's own continuations."""
        return self._compare(
            [_with_new_end(network, window, seed=self._seed + number) for number, window in enumerate(self.windows)]
        )

    def _compare(self, windows: Sequence[VoicePlanes]) -> dict[str, float]:
        return self._reference.compare(
            _accompanied([_continuation(window, self._bar) for window in windows], self._bar)
        )


def write_samples(folder: Path, network: LoadedNetwork, melodies: Sequence[Melody], *, seed: int) -> None:
    """Writes one MIDI file for each melody: the melody as it is, and as many bars again of how the model goes on with
    it, as a server would for this seed."""
    for melody in melodies:
        given = [note._replace(velocity=MELODY_VELOCITY) for note in melody.notes]
        voice, added = _went_on(network, melody, seed)
        track = Track(voice.name, voice.program, [*given, *added])
        write_atomically(folder / f"{melody.id}.mid", midi_bytes(melody.tempo, [track], melody.bar))


def _went_on(network: LoadedNetwork, melody: Melody, seed: int) -> tuple[Voice, Sequence[Note]]:
    """Returns the voice that a melody belongs to, and what it goes on with; nothing where no bar is left."""
    metadata, bar = network.metadata, melody.bar
    assignment = assign_voices(metadata.line_up, bar, melody.bars, [melody.notes])
    seam = seam_after(bar, melody.notes)
    own = metadata.voices[assignment.given.index(True)]
    settings = writing_settings({"extensionBars": melody.bars})
    added_bars = settings.added_bars(bar, melody.tempo)
    bars = min(metadata.limits.max_bars, -(-seam // bar.steps) + added_bars)
    if seam >= bars * bar.steps:
        return own, []
    wishes = settings.wishes(metadata.line_up, assignment.shifts, assignment.given, bar, melody.tempo, seed)
    heard = CachedNetwork(network)
    written = extend(heard, metadata, assignment.heard, assignment.given, bars, wishes, seam=seam)
    return own, assignment.written_for(0, written.voices)


def _with_new_end(network: LoadedNetwork, window: VoicePlanes, *, seed: int) -> VoicePlanes:
    """Returns a window of which only the prime is as it was. After silence there is silence."""
    bar = network.metadata.limits.bar
    prime = VoicedPiece.of_planes(bar, _prime(window, bar))
    steps = window.shape[2]
    if seam_of(prime) == 0:
        return np.zeros_like(window)
    written = extend(
        CachedNetwork(network),
        network.metadata,
        prime,
        [True] * len(prime.voices),
        steps // bar.steps,
        replace(wishes_of(network.metadata, seed), cadence=False),
    )
    voices = zip(prime.voices, written.voices, strict=True)
    return np.stack([notes_to_planes([*given, *new], steps) for given, new in voices])


def wishes_of(metadata: TransformerMetadata, seed: int) -> Wishes:
    """Returns the wishes of a request that names none: one candidate in the registers of the training music."""
    registers = tuple((voice.lowest_pitch, voice.highest_pitch) for voice in metadata.voices)
    return Wishes(DrawSettings(), WritingLimits(registers), seed)


def _prime(window: VoicePlanes, bar: BarShape) -> VoicePlanes:
    """Returns the bars of a window that the model hears."""
    return window[:, :, : PRIME_BARS * bar.steps]


def _continuation(window: VoicePlanes, bar: BarShape) -> VoicePlanes:
    """Returns the bars of a window behind the prime. What sounds into them starts with them."""
    music = window[:, :, PRIME_BARS * bar.steps :].copy()
    music[:, ONSET, 0] |= music[:, SOUNDING, 0]
    return music


def _accompanied(music: Sequence[VoicePlanes], bar: BarShape) -> AccompaniedWindows:
    """Returns music in voices, of which the first one is the melody. Where its phrases end is not known."""
    return AccompaniedWindows(music, [list(planes[1:]) for planes in music], [[] for _ in music], bar)
