"""The music of a listening test: held-out melodies, harmonized by Bach, by our stock model and by that of 0.2."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from opencomposer_music.piano_roll import Planes, planes_to_notes
from opencomposer_training.dataset import Dataset, DatasetError, Piece

from opencomposer_evaluation.accompanists import Accompanist
from opencomposer_evaluation.ar_cnn_player import load_player
from opencomposer_evaluation.listening.trials import Kind
from opencomposer_evaluation.registry import EVALUATIONS
from opencomposer_evaluation.stock_models import load_unet_gan

SEED = 0
"""The seed of all generated harmonizations. Nobody chose among several."""

MELODY, ACCOMPANIMENT = 0, 1

PlayedNote = tuple[int, int, int, int]
"""Onset and duration in sixteenths, the pitch as a MIDI number, MELODY or ACCOMPANIMENT."""

PLAYERS: Mapping[str, Callable[[bytes], Accompanist]] = {"ar-cnn": load_player, "unet-gan": load_unet_gan}
"""The functions that make a player of a stock model's file, by technique."""


@dataclass(frozen=True)
class Harmonizations:
    """The music that is compared, by piece and kind, and the SHA-256 of our model's file."""

    music: Mapping[str, Mapping[Kind, Sequence[PlayedNote]]]
    model_sha256: str


def pieces_of_0_2(technique: str) -> Mapping[str, Sequence[Sequence[PlayedNote]]]:
    """Returns what the stock model of release 0.2 added to each melody, a list of notes for each of its tracks.

    Its code decoded other than ours does, so its music is kept instead (release_0_2.json says how it was made).
    """
    text = resources.files(__package__).joinpath("release_0_2.json").read_text(encoding="utf-8")
    pieces = json.loads(text)["pieces"][technique]
    return {
        piece: [[(onset, duration, pitch, ACCOMPANIMENT) for onset, duration, pitch in track] for track in tracks]
        for piece, tracks in pieces.items()
    }


def harmonize_all(technique: str, dataset: Dataset, models: Path) -> Harmonizations:
    """Returns every melody of the listening test with its three harmonizations.

    Raises DatasetError for a data set without one of the pieces, FileNotFoundError, ModelRejected.
    """
    content = (models / EVALUATIONS[technique].stock_model / "model.onnx").read_bytes()
    player = PLAYERS[technique](content)
    test = {piece.id: piece for piece in dataset.of_split("test")}
    music: dict[str, Mapping[Kind, Sequence[PlayedNote]]] = {}
    for identifier, before in pieces_of_0_2(technique).items():
        piece = test.get(identifier)
        if piece is None:
            raise DatasetError(f"the data set has no test piece {identifier}, which the listening test compares")
        music[identifier] = harmonize(piece, player, before)
    return Harmonizations(music, hashlib.sha256(content).hexdigest())


def harmonize(
    piece: Piece, player: Accompanist, before: Sequence[Sequence[PlayedNote]]
) -> Mapping[Kind, Sequence[PlayedNote]]:
    """Returns a piece, its melody as the player harmonizes it, and its melody with the tracks of 0.2."""
    melody = piece.planes[0]
    return {
        "bach": _with_melody(melody, [_notes(planes) for planes in piece.planes[1:]]),
        "ours": _with_melody(melody, [_notes(planes) for planes in player.accompany(melody, SEED)]),
        "before": _with_melody(melody, before),
    }


def _notes(planes: Planes) -> list[PlayedNote]:
    return [(note.onset, note.duration, note.pitch, ACCOMPANIMENT) for note in planes_to_notes(planes)]


def _with_melody(melody: Planes, tracks: Sequence[Sequence[PlayedNote]]) -> list[PlayedNote]:
    """Returns all notes in the order of time, in which nothing shows how many tracks there were."""
    tune = [(note.onset, note.duration, note.pitch, MELODY) for note in planes_to_notes(melody)]
    return sorted([*tune, *(note for track in tracks for note in track)])
