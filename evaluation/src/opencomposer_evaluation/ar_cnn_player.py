"""The AR-CNNs that are judged, played as the inference container plays them, many pieces at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from opencomposer_ar_cnn.generation import LoadedNetwork, load_network
from opencomposer_ar_cnn.model_metadata import OUTPUTS
from opencomposer_ar_cnn.rewriting import Rewriting
from opencomposer_ar_cnn.rewriting_session import RewritingSession
from opencomposer_ar_cnn.sampling_settings import SamplingSettings, sampling_settings
from opencomposer_music.parameter_set import ParameterValue
from opencomposer_music.piano_roll import SOUNDING, Planes, planes_to_notes
from opencomposer_music.voice_lines import lower_lines

BATCH = 32
"""The number of pieces in one run of the network. Larger numbers were not quicker."""
THREADS = 2


def settings_of_call(**parameters: ParameterValue) -> SamplingSettings:
    """Returns the settings that the container uses for a call with only these parameters."""
    return sampling_settings(parameters)


HARMONIZATION = settings_of_call(melodyLock=True)


@dataclass(frozen=True)
class ArCnnPlayer:
    """An AR-CNN with the parameters of a call."""

    network: LoadedNetwork
    settings: SamplingSettings

    def with_settings(self, settings: SamplingSettings) -> ArCnnPlayer:
        """Returns the same model under another call."""
        return replace(self, settings=settings)

    def rewrite_many(self, pieces: Sequence[Planes], seeds: Sequence[int]) -> list[Rewriting]:
        """Re-writes pieces [2, steps, 128] as the container would re-write each of them with its seed."""
        limits = self.network.metadata.edit_limits
        sessions = [
            RewritingSession(
                piece, settings=self.settings, limits=limits, rng=np.random.Generator(np.random.PCG64(int(seed)))
            )
            for piece, seed in zip(pieces, seeds, strict=True)
        ]
        lengths = np.array([piece.shape[1] for piece in pieces])
        for length in np.unique(lengths):
            waiting = [sessions[i] for i in np.flatnonzero(lengths == length)]
            active: list[RewritingSession] = []
            while active or waiting:
                active = [session for session in active if not session.finished]
                while waiting and len(active) < BATCH:
                    session = waiting.pop()
                    if not session.finished:
                        active.append(session)
                if active:
                    self._ask(active)
        return [session.result() for session in sessions]

    def _ask(self, sessions: Sequence[RewritingSession]) -> None:
        feed = {
            "planes": np.stack([session.planes() for session in sessions]),
            "density": np.array([[session.density] for session in sessions], dtype=np.float32),
        }
        toggle, onset = self.network.session.run(list(OUTPUTS), feed)
        for index, session in enumerate(sessions):
            session.advance(toggle[index], onset[index])

    def accompany(self, melody: Planes, seed: int) -> Sequence[Planes]:
        (played,) = self.accompany_many([melody], [seed])
        return played

    def accompany_many(self, melodies: Sequence[Planes], seeds: Sequence[int]) -> Sequence[Sequence[Planes]]:
        return [
            added_tracks(melody, written)
            for melody, written in zip(melodies, self.rewrite_many(melodies, seeds), strict=True)
        ]


def load_player(content: bytes) -> ArCnnPlayer:
    """Returns the player of a model file, which keeps the melody and adds to it. Raises ModelRejected."""
    return ArCnnPlayer(load_network(content, THREADS), HARMONIZATION)


def added_tracks(melody: Planes, written: Rewriting) -> Sequence[Planes]:
    """Returns what was written to a locked melody: its lines (see `lower_lines`), or without voice leading the added
    notes as one track."""
    if written.lines is None:
        return [np.asarray(written.planes & ~melody[SOUNDING], dtype=np.bool_)]
    return lower_lines({line.name: line.planes for line in written.lines}, melody)


def note_set(planes: Planes) -> set[tuple[int, int, int]]:
    """Returns (onset, duration, pitch) of every note."""
    return {note[:3] for note in planes_to_notes(planes)}


def edit_counts(melody: Planes, written: Rewriting) -> Mapping[str, float]:
    """Returns the counts of one window that only its rewriting gives (texture_metrics.COUNTED_ELSEWHERE)."""
    given = note_set(melody)
    return {
        "melodyKept": len(given & note_set(written.planes)),
        "melodyKept.of": len(given),
        "passes": written.passes,
        "passes.of": 1,
        "edits": len(written.events),
        "edits.of": 1,
        "addedCells": float((written.planes[SOUNDING] & ~melody[SOUNDING]).sum()),
        "addedCells.of": 1,
    }
