"""Counts the weights of the rule by which phrase ends are derived, and measures how often it finds the fermatas.

    .venv/training/bin/python datasets/measure_phrase_ends.py CACHE_FOLDER

CACHE_FOLDER holds the data set (datasets/build_bach_chorales.py CACHE_FOLDER). Prints one JSON object: the weights
counted in the training pieces, as opencomposer_music/phrase_ends.py has them, and for each split the precision and the
recall of the rule as it is in that file. A tune's last note, which always ends a phrase, is not counted.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from build_bach_chorales import DATASET
from opencomposer_music.phrase_ends import MAX_INTERVAL, UNUSUAL_LENGTH, NoteFeatures, derive_phrase_ends, note_features
from opencomposer_music.piano_roll import STEPS_PER_BAR, STEPS_PER_BEAT, Planes, notes_to_planes
from opencomposer_training.dataset import iterate_pieces
from opencomposer_training.packed_notes import unpack_notes

MAX_WEIGHT = 4.0
"""The largest weight, up or down, because a thing that was never seen is not impossible."""
PSEUDO_COUNTS = 10.0
"""The number of made-up notes by which the rhythm's counts are smoothed: made up as if its three features were
independent."""
SIZES = {"length": 5, "next_start": 4, "place": 4, "rest": 2, "degree": 12, "approach": 2 * MAX_INTERVAL + 1}
SIZES["departure"] = SIZES["approach"]

Counts = npt.NDArray[np.float64]


def read_tunes(folder: Path) -> list[tuple[str, Planes, list[int]]]:
    """Returns (split, melody, onsets of the notes with a fermata) of each piece that has fermatas."""
    tunes = []
    for piece in iterate_pieces(folder):
        # The weights are those of 4/4.
        if "phraseEnds" in piece and "timeSignature" not in piece:
            steps = piece["bars"] * STEPS_PER_BAR
            notes = unpack_notes(piece["voices"][0]["notes"], steps).notes()
            tunes.append((piece["split"], notes_to_planes(notes, steps), piece["phraseEnds"]))
    return tunes


def count_weights(tunes: Sequence[tuple[NoteFeatures, npt.NDArray[np.bool_]]]) -> dict[str, Any]:
    """Returns the weights of the rule. tunes: the features of each tune's notes, and which of them end a phrase."""
    inner = [(NoteFeatures(*(feature[:-1] for feature in notes)), ends[:-1]) for notes, ends in tunes]
    every = NoteFeatures(*(np.concatenate(feature) for feature in zip(*(notes for notes, _ in inner), strict=True)))
    is_end = np.concatenate([ends for _, ends in inner])

    def frequencies(name: str, chosen: npt.NDArray[np.bool_]) -> Counts:
        counted = np.bincount(getattr(every, name)[chosen], minlength=SIZES[name]) + 1.0
        return np.asarray(counted / counted.sum(), dtype=np.float64)

    def rhythm(chosen: npt.NDArray[np.bool_]) -> Counts:
        one, two, three = (frequencies(name, chosen) for name in ("length", "next_start", "place"))
        counted = PSEUDO_COUNTS * one[:, np.newaxis, np.newaxis] * two[:, np.newaxis] * three
        np.add.at(counted, (every.length[chosen], every.next_start[chosen], every.place[chosen]), 1)
        return np.asarray(counted / counted.sum(), dtype=np.float64)

    def weights(ending: Counts, other: Counts) -> Any:
        return (np.clip(np.log(ending) - np.log(other), -MAX_WEIGHT, MAX_WEIGHT).round(1) + 0.0).tolist()

    single = ("rest", "degree", "approach", "departure")
    return {
        "rhythm": weights(rhythm(is_end), rhythm(~is_end)),
        **{name: weights(frequencies(name, is_end), frequencies(name, ~is_end)) for name in single},
        "phraseLengths": count_lengths(tunes),
    }


def count_lengths(tunes: Sequence[tuple[NoteFeatures, npt.NDArray[np.bool_]]]) -> dict[int, float]:
    """Returns the logarithm of each phrase length's share, by the length in beats, where it is not unusual."""
    lengths = np.concatenate(
        [np.diff(np.append(notes.onsets[0], notes.following[ends])) / STEPS_PER_BEAT for notes, ends in tunes]
    )
    counted = {int(beats): int((lengths == beats).sum()) for beats in np.unique(lengths) if beats == int(beats)}
    shares = {beats: round(math.log((count + 1) / (len(lengths) + 40)), 1) for beats, count in counted.items()}
    return {beats: share for beats, share in shares.items() if share > UNUSUAL_LENGTH}


def agreement(tunes: Sequence[tuple[Planes, list[int]]]) -> dict[str, float]:
    """Returns the number of fermatas, the share of the rule's phrase ends that have one (precision), and the share of
    the fermatas that it finds (recall)."""
    found = right = stated = 0
    for melody, ends in tunes:
        derived = set(derive_phrase_ends(melody)[:-1])
        wanted = set(ends) - {int(note_features(melody).onsets[-1])}
        found, right, stated = found + len(derived), right + len(derived & wanted), stated + len(wanted)
    return {"fermatas": stated, "precision": round(right / found, 3), "recall": round(right / stated, 3)}


def main(arguments: Sequence[str]) -> int:
    """Prints the weights and the agreement."""
    parser = argparse.ArgumentParser(description="Count and measure the rule for phrase ends.")
    parser.add_argument("cache", type=Path, help="folder with the built data set")
    options = parser.parse_args(arguments)
    tunes = read_tunes(options.cache / DATASET.id / DATASET.version)
    learned = [(note_features(melody), ends) for split, melody, ends in tunes if split == "train"]
    counted = count_weights([(notes, np.isin(notes.onsets, ends)) for notes, ends in learned])
    splits = {
        name: agreement([(melody, ends) for split, melody, ends in tunes if split == name])
        for name in ("train", "validation", "test")
    }
    print(json.dumps({"weights": counted, "agreement": splits}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
