"""The section on whole chorales: tables of what listeners notice, and the goals of the music beside what it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from opencomposer_evaluation.chorale_comparison import (
    ABOVE_LOW_TUNE,
    SAMPLING_SEEDS,
    ChoraleComparison,
    ChoraleRow,
    mean_chorale_row,
)
from opencomposer_evaluation.chorale_grade import FEATURES
from opencomposer_evaluation.evaluation_request import EvaluationRequest
from opencomposer_evaluation.goals import Goal
from opencomposer_evaluation.intervals import Resampling, rounded
from opencomposer_evaluation.report import Section, Table, number, with_interval
from opencomposer_evaluation.systems import System

COMPOSER = "composer"


@dataclass(frozen=True)
class MusicGoal:
    """A goal for one statistic. `before`: what the stock model of release 0.2 had, by the same measure."""

    name: str
    statistic: str
    before: float
    wanted: str
    min_: float = -np.inf
    max_: float = np.inf
    digits: int = 2


@dataclass(frozen=True)
class _Column:
    """A column of a table: its header, the statistics that it shows, and how many digits they have. Only a column of
    one statistic shows its interval."""

    header: str
    statistics: tuple[str, ...]
    digits: int = 2

    def cell(self, row: ChoraleRow) -> str:
        if len(self.statistics) == 1:
            return with_interval(row.estimates[self.statistics[0]], self.digits)
        return " / ".join(number(row.estimates[name].value, self.digits) for name in self.statistics)


LINES = (
    _Column("grade", ("grade",), 1),
    _Column("without parallels", ("gradeWithoutParallels",), 1),
    _Column("with repeats", ("gradeWithRepeats",), 1),
    _Column("parallel fifths / octaves per 1,000", ("parallelFifthsPer1000", "parallelOctavesPer1000"), 1),
    _Column("fifths / octaves from beat to beat per 100 bars", ("beatFifthsPer100Bars", "beatOctavesPer100Bars"), 1),
    _Column("beats with a triad or seventh", ("chordBeats",)),
    _Column("with a seventh / no known chord", ("seventhBeats", "vagueBeats")),
    _Column("dissonances leapt into, a bar", ("leaptIntoDissonancesPerBar",)),
    _Column("left by leap", ("dissonancesLeftByLeap",)),
)
PHRASES = (
    _Column("phrases closed", ("phrasesClosed",)),
    _Column("half / another triad / open", ("phrasesHalfClosed", "phrasesOnAnotherTriad", "phrasesOpen")),
    _Column("last chord in root position", ("lastChordInRootPosition",)),
    _Column("moves under the last note", ("movesUnderLastNote",)),
    _Column("bass off the beat", ("bassOffBeat",)),
    _Column("tied over it, a bar", ("bassTiedPerBar",)),
)
PLACES = (
    _Column("steps above the tune", ("aboveTune",)),
    _Column("melodies an octave lower", (ABOVE_LOW_TUNE,)),
    _Column("four voices sound", ("fourVoices",)),
    _Column("voices crossed / over an octave apart", ("crossed", "wide"), 3),
    _Column("steps before the upbeat / after the end", ("stepsBeforeTune", "stepsAfterTune"), 1),
)
GRADE_FEATURES = tuple(_Column(feature, (f"grade/{feature}",)) for feature in FEATURES)


def chorale_section(
    request: EvaluationRequest,
    trained: Sequence[System],
    others: Sequence[System],
    goals: Sequence[MusicGoal],
    resampling: Resampling,
    seeds: int = SAMPLING_SEEDS,
) -> Section:
    """Returns the section on the test pieces. trained: the trainings of our recipe, the stock model first, by whose row
    the goals are judged; others: who is compared with them."""
    dataset = request.dataset
    pieces = dataset.of_split("test")
    comparison = ChoraleComparison(dataset.of_split("train"), pieces, resampling, seeds)
    bach = comparison.composer("Bach", COMPOSER)
    split = comparison.composer_in_one_track("Bach in one track, split by register", "control")
    request.log("chorales: Bach")

    def row_of(system: System) -> ChoraleRow:
        row = comparison.played(system.name, system.kind, system.player)
        request.log(f"chorales: {system.name}")
        return row

    ours = [row_of(system) for system in trained]
    mean = [mean_chorale_row(f"our recipe, mean of {len(ours)} trainings", "seedMean", ours)] if len(ours) > 1 else []
    rows = [bach, split, *mean, *ours, *map(row_of, others)]
    tunes = len({piece.tune for piece in pieces})
    introduction = (
        f"The {len(pieces)} whole test pieces ({tunes} tunes). Everyone hears the melody alone, under {seeds} seeds, "
        "and once more an octave lower. Music in one track is split into lines by register; the second row says what "
        "that changes. In brackets 95 % intervals, from drawing whole tunes again "
        f"{request.replicates} times; all rows draw the same. A grade is a median over pieces; everything else is a "
        "share or a rate of all pieces together. [The README](../../evaluation/README.md#whole-chorales) has the "
        "definitions."
    )
    return Section(
        "chorales",
        "Whole chorales",
        introduction,
        [
            _standing(goals, bach, ours[0]),
            *(_table(rows, columns) for columns in (LINES, PHRASES, PLACES)),
            _table(rows, GRADE_FEATURES, "grade by feature"),
        ],
        {
            "rows": [row.to_json() for row in rows],
            "goals": [_goal_to_json(goal, bach, ours[0]) for goal in goals],
        },
        [
            f"First table: {ours[0].name}. Before: the stock model of release 0.2, measured in the same way. The grade "
            "that counts leaves out the paper's ninth feature, repeated sequences, which the melody decides most of. "
            "The last chord, and that nothing moves under the last note, are made by rule (ADR 41), and so is the "
            "close of each piece's last phrase: there the figures do not judge the networks.",
        ],
    )


def _table(rows: Sequence[ChoraleRow], columns: Sequence[_Column], first: str = "") -> Table:
    return Table(
        [first, *(column.header for column in columns)],
        [[row.name, *(column.cell(row) for column in columns)] for row in rows],
    )


def _standing(goals: Sequence[MusicGoal], bach: ChoraleRow, ours: ChoraleRow) -> Table:
    """Returns the table of the goals beside Bach and what was before."""
    rows = [
        [
            goal.name,
            number(bach.estimates[goal.statistic].value, goal.digits),
            number(goal.before, goal.digits),
            with_interval(ours.estimates[goal.statistic], goal.digits),
            goal.wanted,
            _judged(goal, ours).verdict,
        ]
        for goal in goals
    ]
    return Table(["", "Bach", "before", "now", "goal", "verdict"], rows)


def _judged(goal: MusicGoal, ours: ChoraleRow) -> Goal:
    return Goal(goal.name, goal.wanted, ours.estimates[goal.statistic], goal.min_, goal.max_)


def _goal_to_json(goal: MusicGoal, bach: ChoraleRow, ours: ChoraleRow) -> dict[str, object]:
    composer = rounded(bach.estimates[goal.statistic].value)
    return {**_judged(goal, ours).to_json(), "composer": composer, "before": goal.before}
