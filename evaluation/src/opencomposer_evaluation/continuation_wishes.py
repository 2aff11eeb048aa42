"""Whether a model does what is asked of it: ends, limits, density, a melody alone, and any creative risk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from opencomposer_music.keys import find_key
from opencomposer_music.parameter_set import ParameterValue
from opencomposer_music.piano_roll import ONSET, STEPS_PER_BAR, STEPS_PER_BEAT, planes_to_notes
from opencomposer_music.technique_document import load_technique
from opencomposer_music.voice_lines import lines_of
from opencomposer_training.dataset import Piece, VoicePlanes
from opencomposer_transformer import TECHNIQUE
from opencomposer_transformer.candidates import EndingGrade, grade_ending
from opencomposer_transformer.generation import Written

from opencomposer_evaluation.continuation_comparison import ContinuationComparison
from opencomposer_evaluation.continuations import (
    BARS,
    NEW_BARS,
    OPEN,
    PRIME_BARS,
    PRIME_STEPS,
    TEMPO,
    THREADS,
    EventContinuer,
    continuation_of,
    planes_of,
    prime_of,
)
from opencomposer_evaluation.corpus import Windows
from opencomposer_evaluation.intervals import Estimate, Resampling, estimate
from opencomposer_evaluation.report import Section, Table, number, with_interval
from opencomposer_evaluation.window_metrics import gather_totals, share

CANDIDATES = (1, 4, 8)
USUAL_CANDIDATES = int(load_technique(TECHNIQUE).parameters.defaults["candidates"])
RISKS = (0.0, 0.5, 0.9, 1.2, 2.0)
DENSITIES = (1, 2, 3, 4)
STEP_SECONDS = 60 / TEMPO / STEPS_PER_BEAT
MAX_NOTE, MAX_REST = 8, 4
"""Limits that are asked for, in sixteenths."""
ENDINGS = ("endsInTheBarAskedFor", "restsOnTriad", "isOnTonic", "isHeld")


def write_all(
    player: EventContinuer, primes: Sequence[VoicePlanes], present: Sequence[bool] | None = None
) -> list[Written]:
    """Writes after each prime, whose seed is its number."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(lambda prime, seed: player.write(prime, seed, present), primes, range(len(primes))))


def endings_section(
    models: Sequence[tuple[str, str, EventContinuer]], windows: Windows, pieces: Sequence[Piece], resampling: Resampling
) -> tuple[Section, Mapping[tuple[str, int], Mapping[str, Estimate]]]:
    """Returns the section, and the estimates by (kind, candidates).

    pieces: whose own ends are shown beside. The tonic that counts is that of the first bars.
    """
    primes = [prime_of(window) for window in windows.planes]
    weights = resampling.weights(_tunes_of(windows))
    estimates: dict[tuple[str, int], Mapping[str, Estimate]] = {}
    rows: list[tuple[str, str, int, Mapping[str, Estimate]]] = []
    for name, kind, player in models:
        # How the number of candidates matters is shown for the stock model.
        for candidates in CANDIDATES if kind == "stock" else (USUAL_CANDIDATES,):
            written = write_all(player.with_parameters(candidates=candidates), primes)
            counts = [_count_ending(one.endings[one.chosen], _end(one)) for one in written]
            found = _estimated(counts, ENDINGS, weights)
            estimates[kind, candidates] = found
            rows.append(
                (f"{name}, best of {candidates}" if candidates > 1 else f"{name}, one draw", kind, candidates, found)
            )
    own = [_own_ending(piece) for piece in pieces]
    _, tunes = np.unique([piece.tune for piece in pieces], return_inverse=True)
    bach = _estimated(own, ENDINGS[1:], resampling.weights(tunes))
    table = Table(
        ["", "in the bar asked for", "triad over its root", "tonic of the prime in the bass", "held for a beat"],
        [
            ["Bach's own ends of these pieces", "-", *(with_interval(bach[name]) for name in ENDINGS[1:])],
            *([name, *(with_interval(found[key]) for key in ENDINGS)] for name, _, _, found in rows),
        ],
    )
    data = [
        {
            "name": name,
            "kind": kind,
            "candidates": count,
            "metrics": {key: value.to_json() for key, value in found.items()},
        }
        for name, kind, count, found in rows
    ]
    data.append(
        {
            "name": "Bach",
            "kind": "composer",
            "candidates": 0,
            "metrics": {key: value.to_json() for key, value in bach.items()},
        }
    )
    introduction = (
        f"{len(windows)} continuations of {NEW_BARS} bars with a cadence asked for, which is the default, as are "
        f"{USUAL_CANDIDATES} candidates. The tonic is that of the first {PRIME_BARS} bars; in Bach's row it is "
        "compared with where the whole piece ends."
    )
    return Section("endings", "How it ends", introduction, [table], data), estimates


def _end(written: Written) -> int:
    return max((note.onset + note.duration for notes in written.voices for note in notes), default=0)


def _count_ending(grade: EndingGrade, end: int | None) -> dict[str, float]:
    last_bar = end is not None and (BARS - 1) * STEPS_PER_BAR < end <= BARS * STEPS_PER_BAR
    return {"windows": 1, **dict(zip(ENDINGS, map(float, (last_bar, *grade)), strict=True))}


def _own_ending(piece: Piece) -> dict[str, float]:
    """Returns how a piece itself ends, beside the key of its first bars."""
    tonic = find_key(lines_of(list(prime_of(piece.planes)))).tonic
    return _count_ending(grade_ending([planes_to_notes(voice) for voice in piece.planes], tonic, STEPS_PER_BEAT), None)


def _estimated(
    counts: Sequence[Mapping[str, float]],
    names: Sequence[str],
    weights: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> dict[str, Estimate]:
    totals = gather_totals([dict(one) for one in counts])
    return {name: estimate(totals, weights, share(name, "windows")) for name in names}


def _tunes_of(windows: Windows) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    _, tunes = np.unique([windows.pieces[owner].tune for owner in windows.owners], return_inverse=True)
    return np.asarray(tunes, dtype=np.int64)


@dataclass(frozen=True)
class Obeyed:
    """What the goals look at. bars_as_before: the largest share of such bars at a creative risk of 0.5 to 1.2; beyond:
    how many notes and rests are beyond the limits asked for; entered: how many notes other voices than the melody's
    have; melody_notes: notes a bar of the melodies gone on with, as a share of Bach's; densities: onsets a bar and
    voice at each level."""

    bars_as_before: float
    beyond: int
    entered: int
    melody_notes: Estimate
    densities: Sequence[float]


def wishes_section(
    player: EventContinuer, windows: Windows, comparison: ContinuationComparison, resampling: Resampling
) -> tuple[Section, Obeyed]:
    """Returns the section on the stock model.

    comparison: of these windows.
    """
    primes = comparison.primes
    single: dict[str, ParameterValue] = {"candidates": 1, "ending": OPEN}
    risks: list[list[str]] = []
    risk_data: list[dict[str, object]] = []
    as_before: list[float] = []
    shown = (
        "fourVoiceShare",
        "dissonantPairShare",
        "scaleConsistency",
        "onsetsPerStep",
        "barsAsTheOneBefore",
        "barsAsAnEarlierOne",
    )
    for risk in RISKS:
        written = write_all(player.with_parameters(**single, creativeRisk=risk), primes)
        music = [planes_of(one.voices, PRIME_BARS, BARS) for one in written]
        row = comparison.row(f"{risk:g}", "risk", comparison.measure(music))
        risks.append([row.name, *(number(row.estimates[name].value) for name in shown)])
        risk_data.append({"creativeRisk": risk, **{name: row.estimates[name].to_json() for name in shown}})
        if 0.5 <= risk <= 1.2:
            as_before.append(row.estimates["barsAsTheOneBefore"].value)
    own = [continuation_of(window) for window in windows.planes]
    bach = comparison.row("Bach", "composer", comparison.measure(own))
    risks.insert(0, [bach.name, *(number(bach.estimates[name].value) for name in shown)])
    densities: list[float] = []
    for level in DENSITIES:
        written = write_all(player.with_parameters(**single, density=level), primes)
        onsets = sum(len(notes) for one in written for notes in one.voices)
        densities.append(onsets / (len(written) * NEW_BARS * len(primes[0])))
    limits: dict[str, ParameterValue] = {
        "maximumNoteLength": MAX_NOTE * STEP_SECONDS,
        "maximumRestTime": MAX_REST * STEP_SECONDS,
    }
    limited = write_all(player.with_parameters(**single, **limits), primes)
    beyond = sum(count_beyond(one) for one in limited)
    alone = [True, *[False] * (len(primes[0]) - 1)]
    melodies = [np.concatenate([prime[:1], np.zeros_like(prime[1:])]) for prime in primes]
    sung = write_all(player.with_parameters(**single), melodies, alone)
    entered = sum(len(notes) for one in sung for notes in one.voices[1:])
    totals = gather_totals(
        [
            {"ours": float(len(one.voices[0])), "own": float(music[0, ONSET].sum())}
            for one, music in zip(sung, own, strict=True)
        ]
    )
    ratio = estimate(totals, resampling.weights(_tunes_of(windows)), share("ours", "own"))
    introduction = (
        f"{len(windows)} primes of {PRIME_BARS} bars, the stock model, one candidate each and no cadence. Creative "
        "risk over its whole range, beside Bach's own bars:"
    )
    levels = ", ".join(f"{level}: {value:.2f}" for level, value in zip(DENSITIES, densities, strict=True))
    remarks = [
        f"Density levels, notes that start in a bar and voice: {levels}.",
        f"Notes of at most {MAX_NOTE} sixteenths and rests of at most {MAX_REST} were asked for: {beyond} were longer.",
        f"The first voice alone, gone on with alone: {entered} notes in other voices; notes a bar as a share of "
        f"Bach's: {with_interval(ratio, 2)}.",
    ]
    data = {
        "creativeRisk": risk_data,
        "densities": [round(value, 4) for value in densities],
        "beyondLimits": beyond,
        "notesOfOtherVoices": entered,
        "melodyNotesAsShareOfOwn": ratio.to_json(),
    }
    table = Table(["creative risk", *shown], risks)
    section = Section("wishes", "What is asked for", introduction, [table], data, remarks)
    return section, Obeyed(max(as_before), beyond, entered, ratio, densities)


def count_beyond(written: Written) -> int:
    """Returns how many notes and rests of new music are beyond MAX_NOTE and MAX_REST. What is silent before a voice's
    first note counts from where the music begins."""
    beyond = 0
    for notes in written.voices:
        end = PRIME_STEPS
        for note in sorted(notes):
            beyond += note.duration > MAX_NOTE
            beyond += note.onset - end > MAX_REST
            end = note.onset + note.duration
        beyond += BARS * STEPS_PER_BAR - end > MAX_REST
    return beyond
