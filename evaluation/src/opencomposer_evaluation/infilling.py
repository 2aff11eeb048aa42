"""Bars in the middle of held-out music, written anew with both sides heard: whether the right side helps, and how the
seams are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from opencomposer_music.metrics import dissonant_pair_share
from opencomposer_music.time_signatures import COMMON_TIME
from opencomposer_training.dataset import VoicePlanes
from opencomposer_transformer.cached_network import CachedNetwork, LoadedNetwork
from opencomposer_transformer.events import EventSequence, EventWriter, Vocabulary, VoicedPiece
from opencomposer_transformer.generation import extend, fill

from opencomposer_evaluation.continuation_comparison import SEAM, count_seam
from opencomposer_evaluation.continuations import (
    OPEN,
    TEMPO,
    THREADS,
    cut_music,
    planes_of,
    settings_of_call,
)
from opencomposer_evaluation.corpus import Windows
from opencomposer_evaluation.intervals import Estimate, Resampling, estimate
from opencomposer_evaluation.likelihood import nats_of
from opencomposer_evaluation.report import Section, Table, number, with_interval
from opencomposer_evaluation.window_metrics import gather_totals, share

GAP = (6, 10)
"""The bars of a window of sixteen that are filled in."""
CHANGE = "change"
SIDES = ("left", "right")


class AskedEvents(NamedTuple):
    """A sequence, and the number of the first event that is asked for."""

    events: EventSequence
    first: int


@dataclass(frozen=True)
class GapNats:
    """The nats of a gap's events, given both sides, and given the left side alone by going on."""

    both: float
    left: float


def gap_both_ways(window: VoicePlanes, vocabulary: Vocabulary) -> tuple[AskedEvents, AskedEvents]:
    """Returns the composer's own bars in the gap behind both sides, and behind the left side alone.

    The left side alone is a piece that goes on, which a model knows best. The same events are asked for both ways: END,
    which says that a gap is over, is none of them.
    """
    piece = VoicedPiece.of_planes(COMMON_TIME, window)
    writer = EventWriter(vocabulary, piece, [True] * vocabulary.voices)
    filled, whole = writer.filled(GAP), writer.whole()
    inside = np.flatnonzero((whole.bars >= GAP[0]) & (whole.bars < GAP[1]))
    return (
        AskedEvents(filled.cut(len(filled) - 1), len(writer.around(GAP))),
        AskedEvents(whole.cut(int(inside[-1]) + 1), int(inside[0])),
    )


def nats_of_gap(network: LoadedNetwork, window: VoicePlanes) -> GapNats:
    """Returns how likely a model finds the composer's own bars in the gap."""
    both, left = (
        float(nats_of(CachedNetwork(network), *asked).sum())
        for asked in gap_both_ways(window, network.metadata.vocabulary)
    )
    return GapNats(both, left)


def fill_gap(network: LoadedNetwork, window: VoicePlanes, seed: int) -> VoicePlanes:
    """Returns the window with its gap written anew."""
    metadata = network.metadata
    written = fill(
        CachedNetwork(network),
        metadata,
        VoicedPiece.of_planes(COMMON_TIME, window),
        [True] * len(window),
        GAP,
        settings_of_call(ending=OPEN).wishes(
            metadata.line_up, [0] * len(window), [True] * len(window), COMMON_TIME, TEMPO, seed
        ),
    )
    return _with_gap(window, planes_of(written.voices, *GAP))


def go_on_into_gap(network: LoadedNetwork, window: VoicePlanes, seed: int) -> VoicePlanes:
    """Returns the window with its gap written from its left side alone."""
    metadata = network.metadata
    present = [True] * len(window)
    wishes = settings_of_call(ending=OPEN).wishes(
        metadata.line_up, [0] * len(window), present, COMMON_TIME, TEMPO, seed
    )
    piece = VoicedPiece.of_planes(COMMON_TIME, cut_music(window, 0, GAP[0]))
    seam = GAP[0] * COMMON_TIME.steps
    written = extend(CachedNetwork(network), metadata, piece, present, GAP[1], wishes, seam=seam)
    return _with_gap(window, planes_of(written.voices, *GAP))


def _with_gap(window: VoicePlanes, gap: VoicePlanes) -> VoicePlanes:
    bars = window.shape[2] // COMMON_TIME.steps
    return np.concatenate([cut_music(window, 0, GAP[0]), gap, cut_music(window, GAP[1], bars)], axis=2)


def infilling_section(
    models: Sequence[tuple[str, str, LoadedNetwork]], windows: Windows, resampling: Resampling
) -> tuple[Section, Mapping[str, Estimate]]:
    """Returns the section, and the change of the nats by hearing the right side, too, by the kind of the model.

    models: (name, kind, network) of each training, the stock model first, whose music is looked at, too.
    """
    _, tunes = np.unique([windows.pieces[owner].tune for owner in windows.owners], return_inverse=True)
    weights = resampling.weights(tunes)
    changes: dict[str, Estimate] = {}
    nats_rows: list[list[str]] = []
    data: list[dict[str, object]] = []
    with ThreadPoolExecutor(THREADS) as pool:
        for name, kind, network in models:
            found = list(pool.map(lambda window, heard=network: nats_of_gap(heard, window), windows.planes))
            totals = gather_totals([{"both": one.both, "left": one.left, "bars": GAP[1] - GAP[0]} for one in found])
            both, left = (estimate(totals, weights, share(side, "bars")) for side in ("both", "left"))
            changes[kind] = estimate(totals, weights, lambda sums: sums["both"] / sums["left"] - 1)
            nats_rows.append([name, with_interval(left, 2), with_interval(both, 2), with_interval(changes[kind])])
            estimates = {"natsABarFromTheLeft": left, "natsABarFromBothSides": both, CHANGE: changes[kind]}
            data.append(
                {"name": name, "kind": kind, "metrics": {key: value.to_json() for key, value in estimates.items()}}
            )
        stock = models[0][2]
        seeds = range(len(windows))
        music = {
            "Bach": list(windows.planes),
            "filled in, both sides heard": list(
                pool.map(lambda window, seed: fill_gap(stock, window, seed), windows.planes, seeds)
            ),
            "gone on with, the left side heard": list(
                pool.map(lambda window, seed: go_on_into_gap(stock, window, seed), windows.planes, seeds)
            ),
        }
    seam_rows: list[list[str]] = []
    for name, played in music.items():
        totals = gather_totals([_counts_of_seams(one) for one in played])
        statistics = {
            f"{side}/{metric}": share(f"{side}/{metric}", f"{side}/{metric}.of") for side in SIDES for metric in SEAM
        }
        statistics["dissonantPairShare"] = share("dissonant", "dissonant.of")
        by_name = {key: estimate(totals, weights, value) for key, value in statistics.items()}
        seam_rows.append(
            [
                name,
                *(
                    f"{number(by_name[f'left/{metric}'].value)}, {number(by_name[f'right/{metric}'].value)}"
                    for metric in SEAM
                ),
                with_interval(by_name["dissonantPairShare"]),
            ]
        )
        metrics = {key: value.to_json() for key, value in by_name.items()}
        data.append({"name": name, "kind": "seams", "metrics": metrics})
    introduction = (
        f"Bars {GAP[0] + 1} to {GAP[1]} of {len(windows)} windows of 16 bars, test and validation. Nats a bar of what "
        "Bach wrote there, from the left side alone (the piece goes on) and from both sides. Below, the stock model "
        "writes these bars; left, right: at the two seams, changedVoices: the share of voices with another pitch after "
        "the seam than before; leap: semitones that they move; wideLeaps: the share of moves over a fifth; "
        "dissonantPairShare: in the beats before and after; last column: dissonant pairs in the bars themselves."
    )
    tables = [
        Table(["", "from the left", "from both sides", "change by the right side"], nats_rows),
        Table(["left, right", *SEAM, "dissonant pairs"], seam_rows),
    ]
    return Section("infilling", "Bars filled in", introduction, tables, data), changes


def _counts_of_seams(music: VoicePlanes) -> dict[str, float]:
    inside = dissonant_pair_share(list(cut_music(music, *GAP)))
    counts = {"dissonant": inside or 0.0, "dissonant.of": float(inside is not None)}
    for side, bar in zip(SIDES, GAP, strict=True):
        counts |= {name.replace("seam", side): value for name, value in count_seam(music, bar).items()}
    return counts
