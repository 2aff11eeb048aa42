"""How likely a model finds held-out music: nats of its events, a note, a bar, and by the kind of event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from opencomposer_music.piano_roll import STEPS_PER_BAR
from opencomposer_music.time_signatures import COMMON_TIME
from opencomposer_training.dataset import Piece
from opencomposer_transformer.cached_network import CachedNetwork, LoadedNetwork
from opencomposer_transformer.events import EventColumns, EventSequence, EventWriter, Vocabulary, VoicedPiece
from opencomposer_transformer.generation import NextTokens

from opencomposer_evaluation.baselines.n_gram import NGramModel
from opencomposer_evaluation.continuations import THREADS
from opencomposer_evaluation.intervals import Estimate, Resampling, Statistic, estimate, mean_estimate
from opencomposer_evaluation.report import Section, Table, number, percent, with_interval
from opencomposer_evaluation.window_metrics import gather_totals, share

Doubles = npt.NDArray[np.float64]
KINDS = ("pitches", "time", "ends")
PER_NOTE = "natsANote"
STATISTICS: Mapping[str, Statistic] = {
    PER_NOTE: share("nats", "notes"),
    "natsABar": share("nats", "bars"),
    "natsAnEvent": share("nats", "events"),
    "natsASixteenthAndVoice": share("nats", "cells"),
    **{f"shareOf/{kind}": share(kind, "nats") for kind in KINDS},
}


@dataclass(frozen=True)
class Likelihoods:
    """The counts of a model in each piece of a split, to be summed."""

    name: str
    kind: str
    split: str
    counts: Sequence[Mapping[str, float]]


def events_of(piece: Piece, vocabulary: Vocabulary) -> EventSequence:
    """Returns a whole piece in its own key with all voices, of which nothing is told beforehand."""
    voiced = VoicedPiece.of_planes(COMMON_TIME, piece.planes)
    return EventWriter(vocabulary, voiced, [True] * vocabulary.voices).whole()


def nats_of(listener: NextTokens, events: EventSequence, first: int = 1) -> Doubles:
    """Returns the nats of each event from number `first` on, given all before it, by what is served: event by event."""
    columns = events.columns
    logits = listener.start(EventColumns(*(column[:, :first] for column in columns)), events.voices[np.newaxis])
    nats: list[float] = []
    for place in range(first, len(events)):
        row = logits[0].astype(np.float64)
        best = row.max()
        nats.append(float(best + np.log(np.exp(row - best).sum()) - row[events.tokens[place]]))
        if place + 1 < len(events):
            logits = listener.step(EventColumns(*(column[:, place : place + 1] for column in columns)))
    return np.array(nats)


def count_nats(nats: Doubles, events: EventSequence, vocabulary: Vocabulary) -> dict[str, float]:
    """Returns the counts of one piece. nats: of all its events but the first."""
    tokens = events.tokens[1:]
    onsets, offs = vocabulary.is_onset[tokens], vocabulary.is_off[tokens]
    bars = float(events.bars[-1] + 1)
    return {
        "nats": float(nats.sum()),
        "events": float(len(tokens)),
        "notes": float(onsets.sum()),
        "bars": bars,
        "cells": bars * STEPS_PER_BAR * vocabulary.voices,
        "pitches": float(nats[onsets].sum()),
        "ends": float(nats[offs].sum()),
        "time": float(nats[~onsets & ~offs].sum()),
    }


def of_network(network: LoadedNetwork, pieces: Sequence[Piece]) -> list[dict[str, float]]:
    """Returns the counts of each piece by a model file."""
    vocabulary = network.metadata.vocabulary

    def of_piece(piece: Piece) -> dict[str, float]:
        events = events_of(piece, vocabulary).cut(network.metadata.context + 1)
        return count_nats(nats_of(CachedNetwork(network), events), events, vocabulary)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(of_piece, pieces))


def of_n_gram(model: NGramModel, vocabulary: Vocabulary, pieces: Sequence[Piece]) -> list[dict[str, float]]:
    """Returns the counts of each piece by what has only counted."""
    sequences = [events_of(piece, vocabulary) for piece in pieces]
    return [count_nats(model.nats(events.tokens), events, vocabulary) for events in sequences]


def likelihood_section(
    found: Sequence[Likelihoods], pieces: Mapping[str, Sequence[Piece]], resampling: Resampling
) -> tuple[Section, Mapping[tuple[str, str], Mapping[str, Estimate]]]:
    """Returns the section, and the estimates by (kind, split), with kind "seedMean" for the mean of the trainings.

    found: every model on every split; pieces: those of each split.
    """
    weights = {split: resampling.weights(_tunes(some)) for split, some in pieces.items()}
    estimates: dict[tuple[str, str], Mapping[str, Estimate]] = {}
    rows: list[list[str]] = []
    data: list[dict[str, object]] = []
    trained: dict[str, list[Mapping[str, Estimate]]] = {}
    for one in found:
        totals = gather_totals([dict(counts) for counts in one.counts])
        by_name = {name: estimate(totals, weights[one.split], value) for name, value in STATISTICS.items()}
        estimates[one.kind, one.split] = by_name
        if one.kind in ("stock", "otherSeed"):
            trained.setdefault(one.split, []).append(by_name)
        rows.append(
            [
                one.name,
                one.split,
                with_interval(by_name[PER_NOTE]),
                with_interval(by_name["natsABar"], 1),
                number(by_name["natsAnEvent"].value),
                number(by_name["natsASixteenthAndVoice"].value),
                " / ".join(percent(by_name[f"shareOf/{kind}"].value, 0) for kind in KINDS),
            ]
        )
        metrics = {name: value.to_json() for name, value in by_name.items()}
        data.append({"name": one.name, "kind": one.kind, "split": one.split, "metrics": metrics})
    for split, each in trained.items():
        estimates["seedMean", split] = {name: mean_estimate([one[name] for one in each]) for name in STATISTICS}
    table = Table(
        ["", "pieces", "a note", "a bar", "an event", "a sixteenth and voice", "pitches / time / ends of notes"], rows
    )
    count = ", ".join(
        f"{len(some)} {split} pieces ({len({piece.tune for piece in some})} tunes)" for split, some in pieces.items()
    )
    introduction = (
        f"Nats of whole pieces in all voices and in their own keys, of which nothing is told beforehand: {count}. Less "
        "is better. The model's file is asked event by event, as when it is served. The n-gram counts the training "
        "pieces in all keys that the network learned (modified Kneser-Ney). In brackets 95 % intervals, from drawing "
        "whole tunes again."
    )
    return Section("likelihood", "How likely held-out music is", introduction, [table], data), estimates


def _tunes(pieces: Sequence[Piece]) -> npt.NDArray[np.int64]:
    _, tunes = np.unique([piece.tune for piece in pieces], return_inverse=True)
    return np.asarray(tunes, dtype=np.int64)
