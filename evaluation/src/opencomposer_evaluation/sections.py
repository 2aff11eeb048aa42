"""The sections of an evaluation that are the same for every technique that accompanies melodies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from opencomposer_music.piano_roll import STEPS_PER_BAR, Planes
from opencomposer_music.voice_lines import Lines
from opencomposer_training.dataset import Dataset, Piece

from opencomposer_evaluation.accompaniment_view import AS_VOICES, AccompanimentView
from opencomposer_evaluation.accompanists import Accompanist, NearestWindow, accompany_many
from opencomposer_evaluation.boundary_discontinuity import METRICS, TWO_BAR_WINDOWS, BarLines, BoundaryComparison
from opencomposer_evaluation.comparison import SIMILARITY, Row
from opencomposer_evaluation.corpus import Windows
from opencomposer_evaluation.intervals import Estimate, Resampling, estimate, rounded
from opencomposer_evaluation.melodies import random_melody, transposed, with_silent_bars
from opencomposer_evaluation.memorization import MemorizationReport, PassageIndex, report_memorization
from opencomposer_evaluation.report import Section, Table, number, percent, signed, with_interval
from opencomposer_evaluation.systems import System
from opencomposer_evaluation.variety import HarmonizationReport, VarietyReport, report_harmonizations, report_variety
from opencomposer_evaluation.window_metrics import gather_totals, measure_window, statistics

VARIETY_SEEDS = 32
COPY_BARS = 2
BOUNDARY_SEEDS = 4
LONG_PIECE_BARS = 16


def comparison_section(
    rows: Sequence[Row], composer: Row, introduction: str, voice_names: Sequence[str], remarks: Sequence[str]
) -> Section:
    """Returns the main table. `composer`: the row whose mean pitches the others are compared with."""
    pitches = [f"meanPitch{voice + 1}" for voice in range(len(voice_names))]

    def differences(row: Row) -> str:
        return " / ".join(signed(row.estimates[key].value - composer.estimates[key].value) for key in pitches)

    first = Table(
        [
            "",
            "empty bars, worst voice",
            "dissonant pairs",
            "qualified notes",
            "scale consistency",
            "pitch classes a bar",
            f"mean pitch less Bach's, {' / '.join(voice_names)}",
            "similarity index",
        ],
        [
            [
                row.name,
                percent(row.estimates["emptyBarRate"].value),
                with_interval(row.estimates["dissonantPairShare"]),
                with_interval(row.estimates["qualifiedNoteRate"]),
                with_interval(row.estimates["scaleConsistency"]),
                with_interval(row.estimates["pitchClassesUsed"], 2),
                differences(row),
                with_interval(row.estimates[SIMILARITY]),
            ]
            for row in rows
        ],
    )
    second = Table(
        ["", "repeated notes", "polyphonic steps", "tonal distance", "parallel fifths / 1,000", "octaves / 1,000"],
        [
            [
                row.name,
                with_interval(row.estimates["repeatedNoteShare"]),
                with_interval(row.estimates["polyphonicRate"]),
                with_interval(row.estimates["tonalDistance"], 2),
                with_interval(row.estimates["parallelFifthsPer1000"], 1),
                with_interval(row.estimates["parallelOctavesPer1000"], 1),
            ]
            for row in rows
        ],
    )
    data = [row.to_json() for row in rows]
    tables = [first, second, feature_table(rows)]
    return Section("comparison", "Held-out windows", introduction, tables, data, remarks)


def feature_table(rows: Sequence[Row]) -> Table:
    """Returns the table of the features whose mean is the similarity index."""
    features = sorted({name for row in rows for name in row.features})
    return Table(
        ["1 - OA of each feature", *(row.name for row in rows)],
        [[feature, *(number(row.features[feature]) for row in rows)] for feature in features],
    )


def variety_section(
    systems: Sequence[System],
    melodies: Sequence[Planes],
    pieces: Sequence[Piece],
    *,
    seeds: int = VARIETY_SEEDS,
    view: AccompanimentView = AS_VOICES,
    lines: str = "voice",
) -> tuple[Section, list[VarietyReport], HarmonizationReport]:
    """Returns the section on one melody with many seeds, beside the composer's harmonizations of one tune. `lines`: the
    word for the view's lines."""
    reports = [report_variety(one.player, melodies, range(seeds), view) for one in systems]
    bach = report_harmonizations(pieces, view)
    table = Table(
        ["", f"different of {seeds}: min, mean", f"mean difference per ({lines}, step)", "min of a melody"],
        [
            [
                one.name,
                f"{report.min_different}, {report.mean_different:.1f}",
                number(report.mean_difference),
                number(report.min_difference),
            ]
            for one, report in zip(systems, reports, strict=True)
        ]
        + [["Bach's harmonizations of one tune", "-", number(bach.mean_unlike), "-"]],
    )
    introduction = (
        f"{len(melodies)} melodies (the first {melodies[0].shape[1] // STEPS_PER_BAR} bars of one test piece of each "
        f"tune), each under {seeds} seeds. The difference is the mean over all pairs of seeds of the share of "
        f"({lines}, step) with unlike pitches."
    )
    low, middle, high = bach.quartiles_unlike
    remark = (
        f"Bach: of {bach.possible_pairs} pairs of pieces of one tune (all splits), {bach.pairs} pairs of {bach.tunes} "
        "tunes could be laid over each other: by the offset in beats and the transposition with most equal steps, of "
        "stretches of a bar or more in which the sopranos are the same throughout, at least two bars in all "
        f"({bach.aligned_steps} steps together). {bach.same} pairs differ in under 5 % of the cells and are one "
        f"harmonization written down twice; the others differ in {bach.mean_unlike:.3f} (quartiles {low:.2f}, "
        f"{middle:.2f}, {high:.2f}; mean over tunes {bach.tune_mean_unlike:.3f}; with the same ones {bach.mean:.3f})."
    )
    data = {
        "players": [
            {"name": one.name, "kind": one.kind, **report.to_json()}
            for one, report in zip(systems, reports, strict=True)
        ],
        "composer": bach.to_json(),
    }
    return Section("variety", "Variety", introduction, [table], data, [remark]), reports, bach


class Copies:
    """The passages that players copied from training pieces: the rows of a table, the same as data, and the reports."""

    def __init__(self, index: PassageIndex, own: Mapping[str, Sequence[Lines]]) -> None:
        """own: the composers' lines of each piece, by the split that the melodies are from."""
        self._index = index
        self._own = own
        self.rows: list[list[str]] = []
        self.entries: list[dict[str, object]] = []
        self.reports: dict[str, MemorizationReport] = {}

    def add(
        self, name: str, kind: str, split: str, lines: Sequence[Lines], tunes: Sequence[str | None] | None = None
    ) -> None:
        """Adds a row. lines: the lines that were played to each piece of the split; tunes: the tune of each piece,
        whose own passages then do not count."""
        bar = STEPS_PER_BAR
        report = report_memorization(self._index, lines, tunes or [None] * len(lines), COPY_BARS * bar, bar)
        cells = [(one == two).ravel() for one, two in zip(lines, self._own[split], strict=True)]
        agreement = float(np.mean(np.concatenate(cells)))
        self.reports[f"{kind}/{name}/{split}"] = report
        self.rows.append(
            [
                name,
                split,
                f"{percent(report.copied_share, 2)} of {report.windows}",
                f"{report.pieces_with_copies} of {report.pieces}",
                str(report.longest_run),
                f"{report.median_run:g}",
                "-" if kind == "composer" else number(agreement),
            ]
        )
        shown = {"agreementWithOwn": rounded(agreement)}
        self.entries.append({"name": name, "kind": kind, "melodies": split, **report.to_json(), **shown})

    def section(self, introduction: str, given: str = "melodies") -> Section:
        """Returns the section of all added rows. given: the word for what was played to."""
        table = Table(
            [
                "",
                given,
                "two-bar windows copied",
                "pieces with one",
                "longest run, steps",
                "median run",
                "cells as in the piece itself",
            ],
            self.rows,
        )
        return Section("copies", "Copies", introduction, [table], self.entries)


def memorization_section(
    systems: Sequence[System],
    retrieval: NearestWindow,
    dataset: Dataset,
    *,
    view: AccompanimentView = AS_VOICES,
    training_melodies: int | None = None,
    composer: str = "Bach",
) -> tuple[Section, dict[str, MemorizationReport]]:
    """Returns the section on copies from the training pieces, for melodies of the training and of the test pieces.
    `training_melodies`: the melodies of so many training pieces, evenly spread, are played; None is all. `composer`:
    the name of the pieces' own music in the table."""
    train, test = dataset.of_split("train"), dataset.of_split("test")
    every = [view.lines(view.composer(piece.planes)) for piece in train]
    asked = np.linspace(0, len(train) - 1, min(training_melodies or len(train), len(train))).round().astype(int)
    own = {
        "training": [every[i] for i in asked],
        "test": [view.lines(view.composer(piece.planes)) for piece in test],
    }
    memorization = Copies(PassageIndex(every, [piece.tune for piece in train]), own)
    train = [train[i] for i in asked]

    def heard(pieces: Sequence[Piece], played: Sequence[Sequence[Planes]]) -> list[Lines]:
        return [view.lines(view.heard(piece.planes[0], tracks)) for piece, tracks in zip(pieces, played, strict=True)]

    memorization.add(composer, "composer", "test", own["test"])
    memorization.add(
        f"{composer}, against other tunes", "composer", "training", own["training"], [piece.tune for piece in train]
    )
    for one in systems:
        for split, pieces in (("training", train), ("test", test)):
            played = accompany_many(one.player, [piece.planes[0] for piece in pieces], range(len(pieces)))
            memorization.add(one.name, one.kind, split, heard(pieces, played))
    without_own = [retrieval.accompany_without(piece.planes[0], piece.tune) for piece in train]
    memorization.add("nearest window, own tune left out", "retrieval", "training", heard(train, without_own))
    found = [retrieval.accompany(piece.planes[0], 0) for piece in test]
    memorization.add("nearest window", "retrieval", "test", heard(test, found))
    introduction = (
        "Whole pieces, one accompaniment each. A two-bar window (at every bar line, sounding throughout) is copied "
        "when all accompaniment voices sound the same pitches at every step as somewhere in a training piece, at "
        "any place and in any transposition. A run is the longest such passage of a piece, 16 steps a bar. "
        "Retrieval that may use the piece itself copies everything by construction; what is shown leaves its tune "
        "out."
    )
    return memorization.section(introduction), memorization.reports


def boundary_section(
    systems: Sequence[System],
    pieces: Sequence[Piece],
    resampling: Resampling,
    *,
    seeds: int = BOUNDARY_SEEDS,
    min_bars: int = LONG_PIECE_BARS,
    kinds: BarLines = TWO_BAR_WINDOWS,
    view: AccompanimentView = AS_VOICES,
    contrast: str = "even bars less the others",
) -> tuple[Section, Mapping[str, Mapping[str, Estimate]]]:
    """Returns the section on the bar lines of `pieces`, which have `min_bars` bars or more. The first system is the
    one that matters; `contrast` says which bar lines are compared."""
    comparison = BoundaryComparison(pieces, resampling, kinds, view)
    composer = "Bach"
    results = {composer: comparison.measure([[list(piece.planes[1:])] for piece in pieces])}
    for one in systems:
        results[one.name] = comparison.measure(_several(one.player, pieces, seeds))
    rows: list[list[str]] = []
    for metric in METRICS:
        for name, found in results.items():
            beyond = found[f"{metric}/discontinuity"].minus(results[composer][f"{metric}/discontinuity"])
            rows.append(
                [
                    metric,
                    name,
                    *(number(found[f"{metric}/{kind}"].value) for kind in range(len(kinds))),
                    with_interval(found[f"{metric}/discontinuity"]),
                    "-" if name == composer else with_interval(beyond),
                ]
            )
    table = Table(["metric", "", *kinds.names, f"discontinuity: {contrast}", "discontinuity less Bach's"], rows)
    bars = sum(piece.bars for piece in pieces)
    introduction = (
        f"{len(pieces)} pieces of {min_bars} bars or more ({bars} bars, test and validation), {seeds} "
        "seeds each. changedVoices: share of accompaniment voices with another pitch after the bar line than before; "
        "leap: semitones that they move; wideLeaps: share of moves over a fifth; dissonantPairShare: in the beats "
        "before and after the bar line; scaleConsistency: of the two bars around it."
    )
    data = [
        {"name": name, "metrics": {key: value.to_json() for key, value in found.items()}}
        for name, found in results.items()
    ]
    return Section("boundaries", "Boundary discontinuity", introduction, [table], data), results


def _several(player: Accompanist, pieces: Sequence[Piece], seeds: int) -> Sequence[Sequence[Sequence[Planes]]]:
    """Returns `seeds` accompaniments of each piece."""
    melodies = [piece.planes[0] for piece in pieces for _ in range(seeds)]
    played = accompany_many(player, melodies, range(len(melodies)))
    return [played[start : start + seeds] for start in range(0, len(played), seeds)]


def robustness_section(
    play: Callable[[Planes, int], tuple[Sequence[Planes], int]], windows: Windows, resampling: Resampling
) -> tuple[Section, Mapping[str, Mapping[str, Estimate]]]:
    """Returns the section on melodies unlike the training's. `play` returns voices and the number of forced bars."""
    steps = windows.planes.shape[3]
    kinds: dict[str, Callable[[int, Planes], Planes]] = {
        "test melodies": lambda number, melody: melody,
        "two octaves lower": lambda number, melody: transposed(melody, -24),
        "an octave lower": lambda number, melody: transposed(melody, -12),
        "an octave higher": lambda number, melody: transposed(melody, 12),
        "every second bar silent": lambda number, melody: with_silent_bars(melody),
        "random notes of a scale": lambda number, melody: random_melody(steps, number, in_scale=True),
        "random semitones": lambda number, melody: random_melody(steps, number, in_scale=False),
    }
    weights = resampling.weights(windows.owners)
    results: dict[str, dict[str, Estimate]] = {}
    for name, change in kinds.items():
        counts: list[dict[str, float]] = []
        voices = 0
        for position, planes in enumerate(windows.planes):
            melody = change(position, planes[0])
            tracks, forced = play(melody, position)
            voices = len(tracks)
            counts.append(
                {**measure_window(melody, tracks), "forced": forced, "forced.of": voices * steps / STEPS_PER_BAR}
            )
        totals = gather_totals(counts)
        results[name] = {key: estimate(totals, weights, value) for key, value in statistics(voices).items()}
        results[name]["forcedBarRate"] = estimate(totals, weights, lambda sums: sums["forced"] / sums["forced.of"])
    shown = ("dissonantPairShare", "qualifiedNoteRate", "scaleConsistency")
    table = Table(
        [
            "melodies",
            "dissonant pairs",
            "qualified notes",
            "scale consistency",
            "empty bars, worst voice",
            "forced bars",
        ],
        [
            [
                name,
                *(with_interval(found[key]) for key in shown),
                percent(found["emptyBarRate"].value),
                percent(found["forcedBarRate"].value),
            ]
            for name, found in results.items()
        ],
    )
    introduction = (
        f"{len(windows)} windows of four bars, the stock model. Dissonance is between all voices, the melody included; "
        "forced bars were left empty by sampling and given their likeliest notes by the decoder."
    )
    data = [
        {"melodies": name, **{key: found[key].to_json() for key in (*shown, "emptyBarRate", "forcedBarRate")}}
        for name, found in results.items()
    ]
    return Section("robustness", "Unusual melodies", introduction, [table], data), results
