"""Has the arranger arrange the tunes that people bring, in every style that their time signature has, and counts the
faults that say something of a band.

The arranger works by rule and is written in TypeScript, so scripts/arrange-tunes.ts plays it.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from opencomposer_music.piano_roll import STEPS_PER_BAR, STEPS_PER_BEAT
from opencomposer_music.voice_lines import REST, VoiceLines

from opencomposer_evaluation.report import Report, Section, Table, number
from opencomposer_evaluation.tune_evaluation import SEEDS
from opencomposer_evaluation.tune_faults import FAULTS, Fault, faults_in, foreign_notes, longest_bass_pitch
from opencomposer_evaluation.user_tunes import UserTune

REPOSITORY = Path(__file__).resolve().parents[3]
PROGRAM = ("node", "--import", "tsx", "scripts/arrange-tunes.ts")

FOUR_PART_FAULTS = frozenset(("leapt-into dissonance", "parallels", "texture breaks off"))
"""Faults of four-part writing. A band plays chords in parallel and rests between its hits."""


def bare_bars(lines: VoiceLines, bar_steps: int = STEPS_PER_BAR) -> float:
    """Returns the share of the tune's bars in which nothing accompanies it. They are the bars that begin when the tune
    has begun and has not ended: a band may wait until an upbeat is over."""
    notes = lines.notes(0)
    first, end = notes[0].onset, max(note.end for note in notes)
    starts = [start for start in range(0, end, bar_steps) if start >= first]
    bare = [start for start in starts if (lines.pitches[1:, start : start + bar_steps] == REST).all()]
    return len(bare) / max(1, len(starts))


OWN_FAULTS: Sequence[Fault] = (
    *(fault for fault in FAULTS if fault.name not in FOUR_PART_FAULTS),
    Fault("bars without accompaniment", "any bar of the tune after its upbeat", bare_bars, lambda value: value > 0),
)
"""The faults by which the arranger is judged."""


class ArrangerFailed(RuntimeError):
    """The arranger could not be run, or what it wrote cannot be read. The message says why."""


@dataclass(frozen=True)
class Arrangement:
    """An arrangement: the number of its tune in the list, its style, its seed, and its lines, the tune first and the
    bass last. If the tune is the bass, the band has no other, and its lines lie above the tune."""

    tune: int
    style: str
    seed: int
    lines: VoiceLines
    tune_is_bass: bool = False


@dataclass(frozen=True)
class StyleResult:
    """A tune in one style: its mean figures by name, and the faults that it has."""

    style: str
    figures: Mapping[str, float]
    faults: Sequence[str]


@dataclass(frozen=True)
class ArrangedTune:
    """A tune with its results, one for each style that its time signature has."""

    tune: UserTune
    styles: Sequence[StyleResult]

    @property
    def is_free(self) -> bool:
        """Returns True if no style has a fault."""
        return not any(result.faults for result in self.styles)


def arrange_tunes(tunes: Sequence[UserTune], seeds: int = SEEDS, program: Sequence[str] = PROGRAM) -> list[Arrangement]:
    """Returns the arrangements of tunes in quarter notes, tune by tune. Raises ArrangerFailed."""
    request = {
        "seeds": seeds,
        "tunes": [
            {
                "bars": tune.bars,
                "timeSignature": f"{tune.beats_per_bar}/4",
                "notes": [[note.onset, note.duration, note.pitch] for note in tune.notes],
            }
            for tune in tunes
        ],
    }
    arrangements: list[Arrangement] = []
    for one in run_arranger(request, program):
        lines = lines_of_band(tunes[one["tune"]], one["steps"], one["tracks"])
        arrangements.append(Arrangement(one["tune"], one["style"], one["seed"], lines, one["tuneIsBass"]))
    return arrangements


def run_arranger(request: Mapping[str, object], program: Sequence[str] = PROGRAM) -> list[dict[str, Any]]:
    """Returns what scripts/arrange-tunes.ts answers to a request, arrangement by arrangement. Raises ArrangerFailed."""
    try:
        done = subprocess.run(
            program, cwd=REPOSITORY, input=json.dumps(request), capture_output=True, text=True, check=True
        )
        found: list[dict[str, Any]] = json.loads(done.stdout)["arrangements"]
    except FileNotFoundError as error:
        raise ArrangerFailed(f"{program[0]} is not installed") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr[-1000:].strip()
        raise ArrangerFailed(f"scripts/arrange-tunes.ts ended with {error.returncode}: {said}") from error
    except (ValueError, KeyError) as error:
        raise ArrangerFailed(f"scripts/arrange-tunes.ts wrote no arrangements: {error}") from error
    return found


def lines_of_band(tune: UserTune, steps: int, tracks: Iterable[Mapping[str, Any]]) -> VoiceLines:
    """Returns the lines of a tune and its band. An instrument that plays chords has as many lines as tones at once; the
    bass, which plays last, has one."""
    parts = [[(note.onset, note.duration, note.pitch) for note in tune.notes]]
    parts += [
        [(int(onset), int(duration), int(pitch)) for onset, duration, pitch in track["notes"]] for track in tracks
    ]
    pitches: list[np.ndarray[Any, np.dtype[np.int64]]] = []
    onsets: list[np.ndarray[Any, np.dtype[np.bool_]]] = []
    for part in parts:
        first = len(pitches)
        for onset, duration, pitch in sorted(part, key=lambda note: (note[0], -note[2])):
            place = slice(onset, onset + duration)
            free = (line for line in range(first, len(pitches)) if (pitches[line][place] == REST).all())
            line = next(free, len(pitches))
            if line == len(pitches):
                pitches.append(np.full(steps, REST, dtype=np.int64))
                onsets.append(np.zeros(steps, dtype=np.bool_))
            pitches[line][place] = pitch
            onsets[line][onset] = True
    return VoiceLines(np.stack(pitches), np.stack(onsets))


def share_below_tune(lines: VoiceLines) -> float:
    """Returns the share of the tune's steps at which another line is below it."""
    tune = lines.melody != REST
    others = np.where(lines.pitches[1:] == REST, np.iinfo(np.int64).max, lines.pitches[1:])
    below = tune & (others < lines.melody).any(axis=0)
    return float(below.sum() / max(1, tune.sum()))


def own_figures(lines: VoiceLines, bar_steps: int, tune_is_bass: bool = False) -> dict[str, float]:
    """Returns the figure of each of OWN_FAULTS.

    The bass counts until the tune's last note, under which the band holds its last chord by rule, and in bars of the
    tune's own length. The key is the one in which the tune ends. A tune that is the bass is buried by what lies below
    it; how long it stays on a pitch and how far chords lie above it are no faults of the band.
    """
    last = lines.notes(0)[-1]
    figures = {fault.name: fault.figure(lines) for fault in OWN_FAULTS}
    figures["frozen bass"] = longest_bass_pitch(lines.cut(0, last.onset), bar_steps)
    figures["out of key"] = foreign_notes(lines, last.pitch)
    figures["bars without accompaniment"] = bare_bars(lines, bar_steps)
    if tune_is_bass:
        figures |= {"tune buried": share_below_tune(lines), "frozen bass": 0.0, "gulf": 0.0}
    return figures


def judge_arrangements(tunes: Sequence[UserTune], arrangements: Sequence[Arrangement]) -> list[ArrangedTune]:
    """Judges the arrangements of each tune. A style has a fault when the mean of its seeds is beyond the limit."""
    results: list[ArrangedTune] = []
    for number_of_tune, tune in enumerate(tunes):
        of_tune = [one for one in arrangements if one.tune == number_of_tune]
        styles: list[StyleResult] = []
        for style in dict.fromkeys(one.style for one in of_tune):
            every = [
                own_figures(one.lines, tune.beats_per_bar * STEPS_PER_BEAT, one.tune_is_bass)
                for one in of_tune
                if one.style == style
            ]
            figures = {fault.name: fmean(figures[fault.name] for figures in every) for fault in OWN_FAULTS}
            styles.append(StyleResult(style, figures, faults_in(figures, OWN_FAULTS)))
        results.append(ArrangedTune(tune, styles))
    return results


def arrangement_report(results: Sequence[ArrangedTune]) -> Report:
    """Returns the report on the arranged tunes, all of which should be free of faults in every style."""
    free = sum(result.is_free for result in results)
    verdict = "reached" if free == len(results) else "not reached"
    left_out = ", ".join(fault.name for fault in FAULTS if fault.name in FOUR_PART_FAULTS)
    introduction = (
        f"{len(results)} tunes of {len({result.tune.kind for result in results})} kinds (user_tunes.json), each "
        f"arranged in every style that its time signature has, under {SEEDS} seeds and with all else by default. "
        f"Free of all {len(OWN_FAULTS)} in every style: **{free} of {len(results)}** (goal: all; {verdict}). A style "
        f"has a fault when the mean of its seeds is beyond the limit. The faults of four-part writing ({left_out}) say "
        "nothing of a band. The bass counts until the tune's last note, under which the band holds its last chord by "
        "rule, and the tune's last note speaks for its key. A tune so low that it is the bass is buried by what lies "
        "below it, and is asked neither how long it stays on a pitch nor how far below the chords it lies. Drums have "
        "no pitches, and are left out."
    )
    styles = list(dict.fromkeys(one.style for result in results for one in result.styles))
    data = {
        "tunes": len(results),
        "free": free,
        "wanted": len(results),
        "faults": {style: _count_faults(results, style) for style in styles},
        "results": [
            {
                "tune": result.tune.name,
                "kind": result.tune.kind,
                "styles": {
                    one.style: {
                        "faults": list(one.faults),
                        "figures": {name: round(value, 4) for name, value in one.figures.items()},
                    }
                    for one in result.styles
                },
            }
            for result in results
        ],
    }
    tables = [_fault_table(results, styles), _figure_table(results, styles), _tune_table(results, styles)]
    section = Section("arrangedTunes", "Tunes that people bring", introduction, tables, data)
    return Report("arranger, tunes that people bring", {"technique": "arranger"}, [section])


def _of_style(results: Sequence[ArrangedTune], style: str) -> list[StyleResult]:
    return [one for result in results for one in result.styles if one.style == style]


def _count_faults(results: Sequence[ArrangedTune], style: str) -> dict[str, int]:
    return {fault.name: sum(fault.name in one.faults for one in _of_style(results, style)) for fault in OWN_FAULTS}


def _fault_table(results: Sequence[ArrangedTune], styles: Sequence[str]) -> Table:
    counts = {style: _count_faults(results, style) for style in styles}
    rows = [[fault.name, fault.limit, *(str(counts[style][fault.name]) for style in styles)] for fault in OWN_FAULTS]
    heads = [f"{style}, tunes of {len(_of_style(results, style))}" for style in styles]
    return Table(["fault", "limit", *heads], rows)


def _figure_table(results: Sequence[ArrangedTune], styles: Sequence[str]) -> Table:
    rows = [
        [
            fault.name,
            *(number(fmean(one.figures[fault.name] for one in _of_style(results, style)), 2) for style in styles),
        ]
        for fault in OWN_FAULTS
    ]
    return Table(["mean figure", *styles], rows)


def _tune_table(results: Sequence[ArrangedTune], styles: Sequence[str]) -> Table:
    rows: list[list[str]] = []
    for result in results:
        by_style = {one.style: ", ".join(one.faults) or "-" for one in result.styles}
        rows.append([result.tune.name, result.tune.kind, *(by_style.get(style, "not played") for style in styles)])
    return Table(["tune", "kind", *styles], rows)
