"""The evaluation of the AR-CNN."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from opencomposer_ar_cnn.corruption import DENSITY_UNIT
from opencomposer_music.parameter_set import ParameterValue
from opencomposer_music.piano_roll import SOUNDING, STEPS_PER_BAR, Planes
from opencomposer_music.similarity_index import window_features
from opencomposer_training.dataset import Piece, training_windows

from opencomposer_evaluation.accompaniment_view import AS_TEXTURE, AccompanimentView
from opencomposer_evaluation.accompanists import (
    InSeparateWindows,
    NearestWindow,
    RandomEdits,
    RandomInScale,
    Silence,
)
from opencomposer_evaluation.ar_cnn_player import HARMONIZATION, ArCnnPlayer, edit_counts, load_player, settings_of_call
from opencomposer_evaluation.ar_cnn_player import added_tracks as track_of
from opencomposer_evaluation.baselines.training_summary import (
    TrainingSummary,
    core_minutes,
    read_training_summary,
    training_time,
)
from opencomposer_evaluation.boundary_discontinuity import EIGHT_BAR_WINDOWS
from opencomposer_evaluation.chorale_comparison import ABOVE_LOW_TUNE
from opencomposer_evaluation.chorale_section import MusicGoal, chorale_section
from opencomposer_evaluation.comparison import SIMILARITY, Comparison, Row
from opencomposer_evaluation.corpus import Windows, choose_windows, repeated
from opencomposer_evaluation.evaluation_request import EvaluationRequest
from opencomposer_evaluation.goals import Goal, exactly, goals_section
from opencomposer_evaluation.intervals import Resampling
from opencomposer_evaluation.memorization import MemorizationReport, PassageIndex, sounding_places
from opencomposer_evaluation.report import Report, Section, Table, number, percent, with_interval
from opencomposer_evaluation.restoration import Restorer, restoration_section
from opencomposer_evaluation.sections import (
    COPY_BARS,
    boundary_section,
    feature_table,
    memorization_section,
    variety_section,
)
from opencomposer_evaluation.similarity import SimilarityIndex
from opencomposer_evaluation.stock_models import TrainedModel, load_trained_models, training_times_in_words
from opencomposer_evaluation.systems import System, TrainedSystems
from opencomposer_evaluation.variety import first_bars_of_each_tune

SEED = 0
BARS = 8
WINDOWS = 256
VARIETY_SEEDS = 12
COPY_MELODIES = 48
BOUNDARY_SEEDS = 2
BOUNDARY_BARS = 12
"""The minimum number of bars of a piece. It must go on for half a window after the place where windows would meet."""
CONTROL_WINDOWS = 40
DENSITIES = (0.5, 0.75, 1.0, 1.25, 1.5)
REGION: Mapping[str, int] = {"firstBar": 3, "lastBar": 6, "lowestPitch": 40, "highestPitch": 60}
RESTORATION: Mapping[str, ParameterValue] = {
    "temperature": 0.5,
    "editsPerPass": 4,
    "minProbability": 0.5,
    "melodyLock": False,
}
RESTORATION_CHOSEN = (
    "It was chosen by the note F1 of the validation pieces with a tenth and a quarter of mistakes, among 2 to 32 edits "
    "a pass, least probabilities of 0 to 0.7 and temperatures of 0.5 to 1; most of these differ by less than 0.01."
)
AWS_OBJECTIVE = "ar-cnn-aws-objective"
ONE_BY_ONE = settings_of_call(voiceLeading=False, editsPerPass=1)
MUSIC_GOALS = (
    MusicGoal("grade (median)", "grade", 19.49, "at most 4.5", max_=4.5, digits=1),
    MusicGoal(
        "parallels from beat to beat per 100 bars", "beatParallelsPer100Bars", 60.7, "at most 15", max_=15, digits=1
    ),
    MusicGoal("phrases closed V-I", "phrasesClosed", 0.501, "at least 0.65", min_=0.65),
    MusicGoal("last chord in root position", "lastChordInRootPosition", 0.702, "at least 0.98", min_=0.98),
    MusicGoal("steps above the tune, melodies an octave lower", ABOVE_LOW_TUNE, 0.68, "at most 0.02", max_=0.02),
)
BACH_OF_THE_GOALS = {
    "fourVoiceShare": 0.923,
    "dissonantPairShare": 0.105,
    "qualifiedNoteRate": 0.966,
    "grooveConsistency": 0.814,
}
"""Bach's values on the 48 windows by which the goals were set, in four voices. Their test pieces are of another split
of the chorales."""


@dataclass(frozen=True)
class Field:
    """All systems that are judged. aws: the network that AWS's objective trained, None where it was not; retrieval:
    plays training pieces; view: the way to hear all of them."""

    ours: TrainedSystems[ArCnnPlayer]
    aws: ArCnnPlayer | None
    aws_summary: TrainingSummary | None
    retrieval: NearestWindow
    view: AccompanimentView


@dataclass(frozen=True)
class EvaluationWindows:
    """The windows of the main table.

    own: different windows of the test pieces; test: these, and some of them again where there are too few; reference,
    floor: windows of training and of validation pieces.
    """

    own: Windows
    test: Windows
    reference: Windows
    floor: Windows


@dataclass(frozen=True)
class Compared:
    """The rows of the main table.

    ours: the row of each training of our recipe; mean: their mean, where there are several; seconds: the processor time
    that the stock model took for a window.
    """

    bach: Row
    bach_elsewhere: Row
    ours: Sequence[Row]
    mean: Sequence[Row]
    baselines: Sequence[Row]
    melody_alone: Row
    seconds: float

    @property
    def rows(self) -> list[Row]:
        """Returns all rows in the order of the table."""
        return [self.bach, self.bach_elsewhere, *self.mean, *self.ours, *self.baselines, self.melody_alone]


def evaluate(request: EvaluationRequest) -> Report:
    """Judges the stock model and its other training seeds. Raises FileNotFoundError and ModelRejected."""
    dataset, log = request.dataset, request.log
    resampling = Resampling(SEED, request.replicates)
    field = _field(request)
    windows = _windows(request)
    compared = _compare(request, field, windows, resampling)
    main = _comparison_section(request, field, windows, compared)
    restoration = _restoration(request, field, resampling)
    log("restoration")
    variety, _, _ = variety_section(
        field.ours.all,
        first_bars_of_each_tune(dataset.of_split("test"), BARS),
        dataset.pieces,
        seeds=VARIETY_SEEDS,
        view=field.view,
        lines="highest, second, lowest pitch",
    )
    log("variety")
    memorization, copied = memorization_section(
        field.ours.all, field.retrieval, dataset, view=field.view, training_melodies=COPY_MELODIES
    )
    log("copies")
    boundaries = _boundaries(request, field, resampling)
    log("boundaries")
    test = dataset.of_split("test")
    controls = _controls_section(field.ours.models[0].player, choose_windows(test, BARS, BARS, CONTROL_WINDOWS))
    log("density and region")
    chorales = _chorales(request, field, resampling)
    goals = _goals_section(compared, field.ours.copies_of_training_melodies(copied))
    setting: dict[str, object] = {
        "technique": "ar-cnn",
        **field.ours.to_json(),
        "baselineTraining": field.aws_summary,
        "windows": {"bars": BARS, "hopBars": 1, "count": len(windows.test), "reference": len(windows.reference)},
        "bootstrapReplicates": request.replicates,
    }
    return Report(
        "AR-CNN, evaluation", setting, [chorales, main, goals, restoration, variety, memorization, boundaries, controls]
    )


def evaluate_chorales(request: EvaluationRequest) -> Report:
    """Judges whole chorales alone, which takes a small part of the time. Raises as evaluate() does."""
    field = _field(request)
    section = _chorales(request, field, Resampling(SEED, request.replicates))
    return Report("AR-CNN, whole chorales", {"technique": "ar-cnn", **field.ours.to_json()}, [section])


def _chorales(request: EvaluationRequest, field: Field, resampling: Resampling) -> Section:
    baselines = [
        System("nearest training window", "baseline", field.retrieval),
        System("random quarter notes of the scale", "baseline", RandomInScale(request.dataset.of_split("train"))),
    ]
    return chorale_section(request, field.ours.all, baselines, MUSIC_GOALS, resampling)


def _field(request: EvaluationRequest) -> Field:
    baseline = request.baselines / AWS_OBJECTIVE
    summary = read_training_summary(baseline)
    train = request.dataset.of_split("train")
    field = Field(
        TrainedSystems(load_trained_models(request.model, load_player)),
        None if summary is None else load_player((baseline / "model.onnx").read_bytes()),
        summary,
        NearestWindow(train, BARS),
        _view(train),
    )
    there = "is" if field.aws else "is not"
    request.log(f"{len(field.ours.models)} training seeds, AWS's objective {there} there")
    return field


def _windows(request: EvaluationRequest) -> EvaluationWindows:
    train, test, validation = (request.dataset.of_split(split) for split in ("train", "test", "validation"))
    own = choose_windows(test, BARS, 1, request.windows)
    windows = repeated(own, request.windows)
    return EvaluationWindows(
        own=own,
        test=windows,
        reference=choose_windows(train, BARS, 1, len(windows)),
        floor=choose_windows(validation, BARS, 1, len(windows)),
    )


def _compare(request: EvaluationRequest, field: Field, windows: EvaluationWindows, resampling: Resampling) -> Compared:
    log, view = request.log, field.view
    index = SimilarityIndex([window_features(planes[0], view.composer(planes)) for planes in windows.reference.planes])
    comparison = Comparison(windows.test, index, resampling, view)
    elsewhere = Comparison(repeated(windows.floor, len(windows.test)), index, resampling, view)
    bach = comparison.composer("Bach, test pieces", "composer")
    bach_elsewhere = elsewhere.composer("Bach, validation pieces", "floor")
    log("Bach")
    ours: list[Row] = []
    added: list[int] = []
    seconds = 0.0
    for one, model in zip(field.ours.all, field.ours.models, strict=True):
        began = time.process_time()
        row, cells = _edited_row(comparison, one.name, one.kind, model.player)
        if not ours:
            seconds, added = (time.process_time() - began) / len(windows.test), cells
        ours.append(row)
        log(row.name)
    return Compared(
        bach=bach,
        bach_elsewhere=bach_elsewhere,
        ours=ours,
        mean=field.ours.mean_rows(ours),
        baselines=_baseline_rows(request, field, comparison, added),
        melody_alone=comparison.row("the melody alone", "melodyAlone", Silence()),
        seconds=seconds,
    )


def _baseline_rows(request: EvaluationRequest, field: Field, comparison: Comparison, added: Sequence[int]) -> list[Row]:
    """Returns the rows of the baselines. added: the number of cells that the stock model added to each window."""
    rows: list[Row] = []
    for name, player in _aws_players(field.aws, field.aws_summary):
        rows.append(_edited_row(comparison, name, "awsObjective", player)[0])
        request.log(name)
    train = request.dataset.of_split("train")
    simple = (
        System("random edits in the scale, as many as ours", "baseline", RandomEdits(train, added)),
        System("random quarter notes of the scale", "baseline", RandomInScale(train)),
        System("nearest training window", "baseline", field.retrieval),
    )
    for system in simple:
        rows.append(comparison.row(system.name, system.kind, system.player))
        request.log(system.name)
    return rows


def _restoration(request: EvaluationRequest, field: Field, resampling: Resampling) -> Section:
    settings = settings_of_call(**RESTORATION)
    restorers = [
        Restorer(one.name, one.kind, model.player.with_settings(settings))
        for one, model in zip(field.ours.all, field.ours.models, strict=True)
    ]
    if field.aws is not None:
        restorers.append(Restorer("AWS's objective, the same call", "awsObjective", field.aws.with_settings(settings)))
    windows = choose_windows(request.dataset.of_split("test"), BARS, BARS, request.windows)
    section, _ = restoration_section(restorers, windows, resampling, {**RESTORATION}, RESTORATION_CHOSEN)
    return section


def _boundaries(request: EvaluationRequest, field: Field, resampling: Resampling) -> Section:
    player = field.ours.models[0].player
    pieces = [*request.dataset.of_split("validation"), *request.dataset.of_split("test")]
    section, _ = boundary_section(
        [
            System("one pass", "stock", player),
            System("the same model in separate eight-bar windows", "control", InSeparateWindows(player, BARS)),
        ],
        [piece for piece in pieces if piece.bars >= BOUNDARY_BARS],
        resampling,
        seeds=BOUNDARY_SEEDS,
        min_bars=BOUNDARY_BARS,
        kinds=EIGHT_BAR_WINDOWS,
        view=field.view,
        contrast="every 8th bar line less the others",
    )
    return section


def _goals_section(compared: Compared, memorization: Sequence[MemorizationReport]) -> Section:
    """Returns the goals of the stock model, and of the trainings' mean. memorization: the report of each training."""
    groups = [(compared.ours[0], memorization[:1])]
    groups += [(row, memorization) for row in compared.mean]
    return goals_section(
        "Set before this was measured, and judged by the value; the interval says whether other pieces might have "
        "said otherwise. Of several models the worst counts for copies.",
        [(row.name, _goals(row, compared.bach, compared.baselines, found)) for row, found in groups],
    )


def _view(train: Sequence[Piece]) -> AccompanimentView:
    """Returns the texture view, which here also counts each window's two-bar passages that are in a training piece."""
    index = PassageIndex(
        [AS_TEXTURE.lines(AS_TEXTURE.composer(piece.planes)) for piece in train], [piece.tune for piece in train]
    )
    length = COPY_BARS * STEPS_PER_BAR

    def measure(melody: Planes, tracks: Sequence[Planes]) -> dict[str, float]:
        lines = AS_TEXTURE.lines(tracks)
        places = sounding_places(lines, length, STEPS_PER_BAR)
        copied = float(index.copied(lines, length)[places].sum())
        return {**AS_TEXTURE.measure(melody, tracks), "copied": copied, "copied.of": len(places)}

    return replace(AS_TEXTURE, measure=measure)


def _edited_row(comparison: Comparison, name: str, kind: str, player: ArCnnPlayer) -> tuple[Row, list[int]]:
    """Returns the row of a network, and how many cells it added to each window. The seed of a window is its number."""
    melodies = comparison.melodies
    written = player.rewrite_many(melodies, range(len(melodies)))
    details = [edit_counts(melody, one) for melody, one in zip(melodies, written, strict=True)]
    tracks = [track_of(melody, one) for melody, one in zip(melodies, written, strict=True)]
    return comparison.played(name, kind, tracks, details), [int(one["addedCells"]) for one in details]


def _aws_players(player: ArCnnPlayer | None, summary: TrainingSummary | None) -> Sequence[tuple[str, ArCnnPlayer]]:
    """Returns the baseline by our sampling and by the original's. The names tell how long it was trained."""
    if player is None or summary is None:
        return []
    minutes = core_minutes(summary)
    return [
        (f"AWS's objective, {minutes}, our sampling", player.with_settings(HARMONIZATION)),
        (f"AWS's objective, {minutes}, one edit a pass", player.with_settings(ONE_BY_ONE)),
    ]


def _comparison_section(
    request: EvaluationRequest, field: Field, windows: EvaluationWindows, compared: Compared
) -> Section:
    rows = compared.rows
    here = ", ".join(f"{compared.bach.estimates[key].value:.3f}" for key in BACH_OF_THE_GOALS)
    there = ", ".join(f"{value:.3f}" for value in BACH_OF_THE_GOALS.values())
    remarks = [
        "The goals were set by 48 windows of another split, where Bach's four-voice share, dissonant pairs, qualified "
        f"notes and groove are {there}. On the windows here they are {here}. The goals below are as they "
        "were set; groove is compared with Bach on these windows.",
        _training_times(field.ours.models, field.aws_summary),
        f"A window took our stock model {compared.seconds:.2f} s of processor time, in runs of up to 32 windows, "
        "beside whatever else the machine did; `npm run bench` times a call.",
    ]
    return Section(
        "comparison",
        "Held-out windows: a melody given, three voices to write",
        _introduction(request, windows),
        [_texture_table(rows), _edits_table(rows), feature_table(rows)],
        [row.to_json() for row in rows],
        remarks,
    )


def _texture_table(rows: Sequence[Row]) -> Table:
    return Table(
        [
            "",
            "four-voice share",
            "over four",
            "dissonant pairs",
            "qualified notes",
            "groove",
            "onsets a step",
            "melody kept",
            "two-bar windows copied",
            "similarity index",
        ],
        [
            [
                row.name,
                with_interval(row.estimates["fourVoiceShare"]),
                with_interval(row.estimates["overFourVoicesShare"]),
                with_interval(row.estimates["dissonantPairShare"]),
                with_interval(row.estimates["qualifiedNoteRate"]),
                with_interval(row.estimates["grooveConsistency"]),
                with_interval(row.estimates["onsetsPerStep"], 2),
                percent(row.estimates["melodyKeptShare"].value),
                percent(row.estimates["copiedWindowShare"].value, 2),
                with_interval(row.estimates[SIMILARITY]),
            ]
            for row in rows
        ],
    )


def _edits_table(rows: Sequence[Row]) -> Table:
    return Table(
        ["", "sounding pitches", "scale consistency", "empty bars", "cells added", "edits", "passes"],
        [
            [
                row.name,
                with_interval(row.estimates["soundingPitches"], 2),
                with_interval(row.estimates["scaleConsistency"]),
                percent(row.estimates["emptyBarRate"].value),
                number(row.estimates["addedCells"].value, 0),
                number(row.estimates["edits"].value, 0),
                number(row.estimates["passes"].value, 1),
            ]
            for row in rows
        ],
    )


def _introduction(request: EvaluationRequest, windows: EvaluationWindows) -> str:
    test = request.dataset.of_split("test")
    tunes = len({piece.tune for piece in test})
    count, own = len(windows.test), len(windows.own)
    again = f", and {count - own} of them again, under another seed" if count > own else ""
    there_are = len(training_windows(test, BARS, 1, 0))
    return (
        f"{count} windows of eight bars of the {len(test)} test pieces ({tunes} tunes), a bar apart: {own} "
        f"of the {there_are} that there are{again}. Everyone hears the window's melody alone; networks get it locked, "
        "and every other parameter has its default. Melody and "
        "accompaniment are looked at as one roll, so that voices in unison are one pitch. Four-voice share: steps at "
        "which exactly four pitches sound. Copies: two-bar windows of the accompaniment that are in a training piece "
        f"in any key. Floor: {len(windows.floor)} windows of the validation pieces. In brackets 95 % intervals, from "
        f"drawing whole pieces again {request.replicates} times; all rows on test melodies draw the same. The "
        "similarity index compares the accompaniment, as one track, with those of as many training windows."
    )


def _training_times(models: Sequence[TrainedModel[ArCnnPlayer]], summary: TrainingSummary | None) -> str:
    """Returns the sentences that a reader needs before comparing training times."""
    ours = training_times_in_words(models)
    if summary is None:
        return f"{ours} The baseline by AWS's objective was not trained."
    return (
        f"{ours} AWS's objective, in the same network: {summary['updates']} updates in {training_time(summary)}. "
        "With our sampling it has what the original does not: "
        "several edits a pass, and an end. One edit a pass for 100 passes is the original's way, which can add at most "
        "100 cells where three voices need about 380."
    )


def _controls_section(player: ArCnnPlayer, windows: Windows) -> Section:
    """Returns the section on density and region, which shows if the music has the density and region asked for."""
    melodies = [planes[0] for planes in windows.planes]
    seeds = range(len(melodies))
    usual = player.network.metadata.density * DENSITY_UNIT
    rows: list[list[str]] = []
    data: list[dict[str, object]] = []
    for density in DENSITIES:
        written = player.with_settings(settings_of_call(melodyLock=True, density=density)).rewrite_many(melodies, seeds)
        sounding = float(np.mean([one.planes[SOUNDING].sum(axis=1).mean() for one in written]))
        rows.append([f"{density:g}", number(usual * density, 2), number(sounding, 2)])
        data.append({"density": density, "wanted": round(usual * density, 4), "sounding": round(sounding, 4)})
    region = settings_of_call(melodyLock=True, aboveMelody=True, **REGION)
    first, last = (REGION["firstBar"] - 1) * STEPS_PER_BAR, REGION["lastBar"] * STEPS_PER_BAR
    events = [event for one in player.with_settings(region).rewrite_many(melodies, seeds) for event in one.events]
    outside = sum(
        not (first <= event.step < last and REGION["lowestPitch"] <= event.pitch <= REGION["highestPitch"])
        for event in events
    )
    introduction = f"{len(windows)} windows of test pieces, melody locked, the stock model."
    remark = (
        f"Region: bars {REGION['firstBar']} to {REGION['lastBar']}, pitches {REGION['lowestPitch']} to "
        f"{REGION['highestPitch']}: {outside} of {len(events)} edits were outside."
    )
    return Section(
        "controls",
        "Density and region",
        introduction,
        [Table(["density", "pitches that should sound at once", "pitches that do"], rows)],
        {"density": data, "region": dict(REGION), "regionEdits": len(events), "regionEditsOutside": outside},
        [remark],
    )


def _goals(row: Row, bach: Row, baselines: Sequence[Row], memorization: Sequence[MemorizationReport]) -> list[Goal]:
    """Returns the goals for one row. memorization: the reports of its models, of which the worst counts."""
    estimates = row.estimates
    groove = estimates["grooveConsistency"].minus(bach.estimates["grooveConsistency"])
    goals = [
        Goal("four-voice share", "at least 0.93", estimates["fourVoiceShare"], min_=0.93),
        Goal("dissonant pairs", "at most 0.12", estimates["dissonantPairShare"], max_=0.12),
        Goal("qualified notes", "at least 0.96", estimates["qualifiedNoteRate"], min_=0.96),
        Goal("groove less Bach's", "within 0.02", groove, -0.02, 0.02),
        Goal("melody notes kept", "all", exactly(estimates["melodyKeptShare"].value), min_=1),
        Goal(
            "two-bar windows copied, training melodies",
            "at most 0.02",
            exactly(max(report.copied_share for report in memorization)),
            max_=0.02,
        ),
    ]
    return goals + [
        Goal(
            f"similarity index less that of: {other.name}",
            "below 0",
            estimates[SIMILARITY].minus(other.estimates[SIMILARITY]),
            max_=0,
        )
        for other in baselines
    ]
