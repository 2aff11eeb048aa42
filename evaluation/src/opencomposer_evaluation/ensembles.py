"""The evaluation of models that learned other music than chorales: a band, and string quartets. They are judged beside
the data's own music, and the goals are differences from it: nobody knows what a good value is in itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from opencomposer_ar_cnn import TECHNIQUE as AR_CNN
from opencomposer_music.piano_roll import ONSET
from opencomposer_music.similarity_index import window_features
from opencomposer_training.dataset import Dataset, Piece
from opencomposer_unet_gan import TECHNIQUE as UNET_GAN

from opencomposer_evaluation.accompaniment_view import AS_TEXTURE, AccompanimentView
from opencomposer_evaluation.accompanists import Accompanist, NearestWindow, RandomInScale
from opencomposer_evaluation.ar_cnn_player import load_player
from opencomposer_evaluation.band_arranger import BandArranger
from opencomposer_evaluation.comparison import SIMILARITY, Comparison, Row
from opencomposer_evaluation.corpus import Windows, choose_windows
from opencomposer_evaluation.ensemble_metrics import EnsembleVoices
from opencomposer_evaluation.evaluation_request import EvaluationRequest
from opencomposer_evaluation.goals import Goal, exactly, goals_section
from opencomposer_evaluation.intervals import Estimate, Resampling
from opencomposer_evaluation.memorization import MemorizationReport
from opencomposer_evaluation.report import Report, Section, Table, number, percent, with_interval
from opencomposer_evaluation.sections import feature_table, memorization_section
from opencomposer_evaluation.similarity import SimilarityIndex
from opencomposer_evaluation.stock_models import load_trained_models, load_unet_gan, training_times_in_words
from opencomposer_evaluation.systems import System, TrainedSystems
from opencomposer_evaluation.variety import VarietyReport, first_bars_of_each_tune, report_variety

SEED = 0
WINDOWS = 256
VARIETY_BARS = 8
ARRANGER_STYLE = "rock"
RETRIEVAL = "nearest training window"
RANDOM = "random notes of the scale"
ARRANGER = f"arranger, {ARRANGER_STYLE}"
DISSONANCE_REACH = 0.04
GROOVE_REACH = 0.05
GROOVE_DISTANCE = "grooveDistance"


@dataclass(frozen=True)
class Ensemble:
    """What is judged.

    technique: that of the model; title: that of the report; own: the name of the data's own music; bars: length of a
    window; seeds: the number of them for each melody, for variety; load: makes the player of a model file; view: the
    way to hear it.
    """

    technique: str
    title: str
    own: str
    bars: int
    seeds: int
    load: Callable[[bytes], Accompanist]
    view: Callable[[Dataset], AccompanimentView]
    is_texture: bool = False
    """Whether the notes that a model adds belong to no voice."""

    def grooves(self, dataset: Dataset) -> dict[str, str]:
        """Returns the statistic of the groove of each voice, by the voice's name."""
        if self.is_texture:
            return {"all voices": "grooveConsistency"}
        return {name: f"grooveConsistency{index}" for index, name in enumerate(_voice_names(dataset), start=1)}


def _load_unet_gan(content: bytes) -> Accompanist:
    return load_unet_gan(content).without_endings()


def _view_of_voices(dataset: Dataset) -> AccompanimentView:
    return EnsembleVoices(dataset).view()


BAND = Ensemble(UNET_GAN, "U-Net GAN of a rock band", "the band", 4, 32, _load_unet_gan, _view_of_voices)
QUARTET = Ensemble(UNET_GAN, "U-Net GAN of string quartets", "the quartets", 4, 32, _load_unet_gan, _view_of_voices)
QUARTET_TEXTURE = Ensemble(
    AR_CNN, "AR-CNN of string quartets", "the quartets", 8, 12, load_player, lambda dataset: AS_TEXTURE, is_texture=True
)


@dataclass(frozen=True)
class Compared:
    """The rows of the main table. own: the data's own music on the test melodies; ours: the trainings of the recipe."""

    own: Row
    elsewhere: Row
    ours: Sequence[Row]
    baselines: Sequence[Row]
    windows: int

    @property
    def rows(self) -> list[Row]:
        """Returns all rows in the order of the table."""
        return [self.own, self.elsewhere, *self.ours, *self.baselines]


def evaluate(ensemble: Ensemble, request: EvaluationRequest) -> Report:
    """Judges a model and its other training seeds. Raises FileNotFoundError, ModelRejected, ArrangerFailed."""
    dataset, log = request.dataset, request.log
    train, test = dataset.of_split("train"), dataset.of_split("test")
    models = load_trained_models(request.model, ensemble.load)
    ours = TrainedSystems(models)
    retrieval = NearestWindow(train, ensemble.bars)
    baselines = [
        System(RETRIEVAL, "baseline", retrieval),
        System(RANDOM, "baseline", RandomInScale(train)),
        *([System(ARRANGER, "baseline", BandArranger(ARRANGER_STYLE))] if any(dataset.drums) else []),
    ]
    log(f"{len(models)} training seeds, {len(baselines)} baselines")
    view = ensemble.view(dataset)
    compared = _compare(ensemble, request, ours.all, baselines, view)
    melodies = first_bars_of_each_tune(test, VARIETY_BARS)
    reports = [report_variety(one.player, melodies, range(ensemble.seeds), view) for one in ours.all]
    log("variety")
    copies, copied = memorization_section(ours.all, retrieval, dataset, view=view, composer=ensemble.own)
    log("copies")
    grooves = ensemble.grooves(dataset)
    goals = goals_section(
        "Set before this was measured, and judged by the value; the interval says whether other pieces might have said "
        "otherwise. A model that misses one is not shipped.",
        [
            (row.name, _goals(ensemble, compared, row, grooves, variety, memorization))
            for row, variety, memorization in zip(
                compared.ours, reports, ours.copies_of_training_melodies(copied), strict=True
            )
        ],
    )
    setting: dict[str, object] = {
        "technique": ensemble.technique,
        **ours.to_json(),
        "windows": {"bars": ensemble.bars, "hopBars": 1, "count": compared.windows},
        "bootstrapReplicates": request.replicates,
    }
    main = _comparison_section(ensemble, request, compared, test, training_times_in_words(models))
    variety_table = _variety_section(ensemble, ours.all, reports, len(melodies))
    return Report(f"{ensemble.title}, evaluation", setting, [main, goals, variety_table, copies])


def _compare(
    ensemble: Ensemble,
    request: EvaluationRequest,
    ours: Sequence[System],
    baselines: Sequence[System],
    view: AccompanimentView,
) -> Compared:
    dataset = request.dataset
    windows = _with_melody(choose_windows(dataset.of_split("test"), ensemble.bars, 1, request.windows))
    floor = _with_melody(choose_windows(dataset.of_split("validation"), ensemble.bars, 1, len(windows)))
    reference = _with_melody(choose_windows(dataset.of_split("train"), ensemble.bars, 1, len(windows)))
    resampling = Resampling(SEED, request.replicates)
    heard = [(window[0], view.composer(window)) for window in reference.planes]
    index = SimilarityIndex([window_features(melody, list(view.tones(tracks))) for melody, tracks in heard])
    comparison = Comparison(windows, index, resampling, view)
    grooves = list(ensemble.grooves(dataset).values())
    plain = comparison.composer(f"{ensemble.own}, test pieces", "composer")
    own = _with_groove_distance(plain, plain, grooves)

    def row_of(system: System) -> Row:
        row = comparison.row(system.name, system.kind, system.player)
        request.log(row.name)
        return _with_groove_distance(row, own, grooves)

    elsewhere = Comparison(floor, index, resampling, view).composer(f"{ensemble.own}, validation pieces", "floor")
    return Compared(own, elsewhere, [row_of(one) for one in ours], [row_of(one) for one in baselines], len(windows))


def _with_melody(windows: Windows) -> Windows:
    """Returns the windows in which the melody plays a note."""
    playing = windows.planes[:, 0, ONSET].any(axis=(1, 2))
    return Windows(windows.planes[playing], windows.owners[playing], windows.pieces)


def _with_groove_distance(row: Row, own: Row, grooves: Sequence[str]) -> Row:
    """Returns a row with the mean difference of its voices' grooves from those of the data, whatever their signs."""
    differences = [row.estimates[groove].minus(own.estimates[groove]) for groove in grooves]
    distance = Estimate(
        float(np.mean([abs(one.value) for one in differences])),
        np.mean([np.abs(one.replicates) for one in differences], axis=0),
    )
    return Row(row.name, row.kind, {**row.estimates, GROOVE_DISTANCE: distance}, row.features)


def _comparison_section(
    ensemble: Ensemble, request: EvaluationRequest, compared: Compared, test: Sequence[Piece], times: str
) -> Section:
    grooves = ensemble.grooves(request.dataset)
    first = Table(
        ["", "empty bars, worst voice", "dissonant pairs", "scale consistency", "qualified notes", "similarity index"],
        [
            [
                row.name,
                percent(row.estimates["emptyBarRate"].value),
                with_interval(row.estimates["dissonantPairShare"]),
                with_interval(row.estimates["scaleConsistency"]),
                with_interval(row.estimates["qualifiedNoteRate"]),
                with_interval(row.estimates[SIMILARITY]),
            ]
            for row in compared.rows
        ],
    )
    second = Table(
        ["groove consistency", *grooves, "mean distance"],
        [
            [
                row.name,
                *(with_interval(row.estimates[groove]) for groove in grooves.values()),
                with_interval(row.estimates[GROOVE_DISTANCE]) if GROOVE_DISTANCE in row.estimates else "-",
            ]
            for row in compared.rows
        ],
    )
    tables = [first, second]
    if not ensemble.is_texture:
        tables.append(_voices_table(request.dataset, compared))
    introduction = (
        f"{compared.windows} windows of {ensemble.bars} bars of the {len(test)} test pieces "
        f"({len({piece.tune for piece in test})} tunes), a bar apart, in which the melody plays. Everyone hears the "
        "window's melody alone. In brackets 95 % intervals, from drawing whole pieces again "
        f"{request.replicates} times; all rows on test melodies draw the same. Drums are in no measure of tones. The "
        "similarity index compares the accompaniment with that of as many training windows, so retrieval is hard to "
        "beat there."
    )
    data = [row.to_json() for row in compared.rows]
    return Section(
        "comparison", "Held-out windows", introduction, [*tables, feature_table(compared.rows)], data, [times]
    )


def _voices_table(dataset: Dataset, compared: Compared) -> Table:
    """Returns the table of what each voice does by itself."""
    voices = EnsembleVoices(dataset)
    names = voices.names
    headers = ["", f"notes a bar, {' / '.join(names)}", f"mean pitch, {' / '.join(names[v] for v in voices.tones)}"]
    hits = {
        "kick on 1": "kickOnOne",
        "snare on 2 or 4": "snareOnTwoOrFour",
        "hits off the eighths": "hitsOffTheEighths",
    }
    if not voices.drums:
        hits = {}
    rows = [
        [
            row.name,
            " / ".join(number(row.estimates[f"onsetsPerBar{v + 1}"].value, 1) for v in range(len(names))),
            " / ".join(number(row.estimates[f"meanPitch{v + 1}"].value, 1) for v in voices.tones),
            *(number(row.estimates[name].value, 2) for name in hits.values()),
        ]
        for row in compared.rows
    ]
    return Table([*headers, *hits], rows)


def _variety_section(
    ensemble: Ensemble, systems: Sequence[System], reports: Sequence[VarietyReport], melodies: int
) -> Section:
    table = Table(
        ["", f"different of {ensemble.seeds}: min, mean", "mean difference per (voice, step)", "min of a melody"],
        [
            [
                one.name,
                f"{report.min_different}, {report.mean_different:.1f}",
                number(report.mean_difference),
                number(report.min_difference),
            ]
            for one, report in zip(systems, reports, strict=True)
        ],
    )
    introduction = (
        f"{melodies} melodies (the first {VARIETY_BARS} bars of one test piece of each tune), each under "
        f"{ensemble.seeds} seeds. The difference is the mean over all pairs of seeds of the share of (voice, step) "
        "with unlike pitches, of voices with tones."
    )
    data = {
        "players": [
            {"name": one.name, "kind": one.kind, **report.to_json()}
            for one, report in zip(systems, reports, strict=True)
        ],
        # Hardly two pieces have one melody.
        "composer": {"meanDifferenceOfUnlike": None},
    }
    return Section("variety", "Variety", introduction, [table], data)


def _goals(
    ensemble: Ensemble,
    compared: Compared,
    row: Row,
    grooves: dict[str, str],
    variety: VarietyReport,
    memorization: MemorizationReport,
) -> list[Goal]:
    """Returns the goals for one training."""
    other = {baseline.name: baseline.estimates for baseline in compared.baselines}

    def less_own(metric: str) -> Estimate:
        return row.estimates[metric].minus(compared.own.estimates[metric])

    def less(metric: str, baseline: str) -> Estimate:
        return row.estimates[metric].minus(other[baseline][metric])

    goals = [
        Goal("empty bars, worst voice", "at most 0.01", row.estimates["emptyBarRate"], max_=0.01),
        Goal(
            "dissonant pairs less the data's",
            f"within {DISSONANCE_REACH}",
            less_own("dissonantPairShare"),
            -DISSONANCE_REACH,
            DISSONANCE_REACH,
        ),
    ]
    goals += [
        Goal(f"groove less the data's: {name}", f"within {GROOVE_REACH}", less_own(metric), -GROOVE_REACH, GROOVE_REACH)
        for name, metric in grooves.items()
    ]
    goals += [
        Goal(f"dissonant pairs less those of: {RETRIEVAL}", "below 0", less("dissonantPairShare", RETRIEVAL), max_=0),
        Goal(f"similarity index less that of: {RANDOM}", "below 0", less(SIMILARITY, RANDOM), max_=0),
    ]
    if ARRANGER in other:
        goals += [
            Goal(f"groove distance less that of: {ARRANGER}", "below 0", less(GROOVE_DISTANCE, ARRANGER), max_=0),
            Goal(f"similarity index less that of: {ARRANGER}", "below 0", less(SIMILARITY, ARRANGER), max_=0),
        ]
    least = 3 * ensemble.seeds // 4
    goals += [
        Goal(
            f"different accompaniments of {ensemble.seeds} (worst melody)",
            f"at least {least}",
            exactly(variety.min_different),
            min_=least,
        ),
        Goal("mean difference between two seeds", "at least 0.10", exactly(variety.mean_difference), min_=0.10),
        Goal(
            "two-bar windows copied, training melodies", "at most 0.02", exactly(memorization.copied_share), max_=0.02
        ),
    ]
    return goals


def _voice_names(dataset: Dataset) -> list[str]:
    return [name for name, _ in dataset.voices[1:]]
