"""The evaluation of the U-Net GAN."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from opencomposer_music.piano_roll import Planes
from opencomposer_music.similarity_index import window_features
from opencomposer_training.dataset import Piece

from opencomposer_evaluation.accompanists import InSeparateWindows, NearestWindow, RandomInScale
from opencomposer_evaluation.baselines import aws_recipe_generation
from opencomposer_evaluation.baselines.training_summary import (
    TrainingSummary,
    core_minutes,
    read_training_summary,
    training_time,
)
from opencomposer_evaluation.chorale_section import MusicGoal, chorale_section
from opencomposer_evaluation.comparison import SIMILARITY, Comparison, Row
from opencomposer_evaluation.corpus import choose_windows
from opencomposer_evaluation.evaluation_request import EvaluationRequest
from opencomposer_evaluation.goals import Goal, exactly, goals_section
from opencomposer_evaluation.intervals import Estimate, Resampling
from opencomposer_evaluation.memorization import MemorizationReport
from opencomposer_evaluation.report import Report, Section
from opencomposer_evaluation.sections import (
    LONG_PIECE_BARS,
    VARIETY_SEEDS,
    boundary_section,
    comparison_section,
    memorization_section,
    robustness_section,
    variety_section,
)
from opencomposer_evaluation.similarity import SimilarityIndex
from opencomposer_evaluation.stock_models import (
    AwsRecipePlayer,
    TrainedModel,
    UnetGanPlayer,
    load_trained_models,
    load_unet_gan,
    training_times_in_words,
)
from opencomposer_evaluation.systems import System, TrainedSystems
from opencomposer_evaluation.variety import VarietyReport, first_bars_of_each_tune

SEED = 0
BARS = 4
WINDOWS = 320
ORIGINAL_WINDOW_BARS = 2
VARIETY_BARS = 8
MUSIC_GOALS = (
    MusicGoal("grade (median)", "grade", 6.24, "at most 4.5", max_=4.5, digits=1),
    MusicGoal("beats with a triad or seventh", "chordBeats", 0.736, "at least 0.85", min_=0.85),
    MusicGoal("phrases closed V-I", "phrasesClosed", 0.274, "at least 0.60", min_=0.60),
    MusicGoal("dissonances leapt into, a bar", "leaptIntoDissonancesPerBar", 1.141, "at most 0.5", max_=0.5),
    MusicGoal("bass tied over the beat, a bar", "bassTiedPerBar", 0.495, "at most 0.1", max_=0.1),
    MusicGoal(
        "parallels from beat to beat per 100 bars", "beatParallelsPer100Bars", 52.4, "at most 15", max_=15, digits=1
    ),
    MusicGoal("last chord in root position", "lastChordInRootPosition", 0.702, "at least 0.98", min_=0.98),
)
AWS_RECIPE = "unet-gan-aws-recipe"
RETRIEVAL_REMARK = (
    "The nearest training window plays Bach's own notes, and eleven of the index's twelve features look at the lower "
    "voices alone, so it is hard to beat there. That the notes were written for another melody shows in its dissonant "
    "pairs and parallels."
)
VOICES_APART_REMARK = (
    "Our models' voices are chosen together, by tables of intervals, moves and parallels counted in the training "
    "pieces (ADR 17). That aims at what the columns of dissonance and parallels measure, so these two do not judge the "
    "network alone; the row in which each voice is chosen for itself does."
)


@dataclass(frozen=True)
class Field:
    """All systems that are judged. aws: AWS's recipe, empty if it was not trained; retrieval: plays training pieces."""

    ours: TrainedSystems[UnetGanPlayer]
    aws: Sequence[System]
    aws_summary: TrainingSummary | None
    retrieval: NearestWindow

    @property
    def player(self) -> UnetGanPlayer:
        """Returns the player of the stock model."""
        return self.ours.models[0].player

    def baselines(self, train: Sequence[Piece]) -> list[System]:
        """Returns all systems but the trainings of our recipe. train: the pieces for random notes' scales."""
        return [
            *self.aws,
            System("nearest training window", "baseline", self.retrieval),
            System("random notes of the scale", "baseline", RandomInScale(train)),
        ]


@dataclass(frozen=True)
class Compared:
    """The rows of the main table, and the numbers of windows that they were measured on.

    ours: the row of each training of our recipe; mean: their mean, where there are several; windows, floor, reference:
    numbers of windows of test, validation and training pieces.
    """

    bach: Row
    bach_elsewhere: Row
    ours: Sequence[Row]
    mean: Sequence[Row]
    voices_apart: Row
    baselines: Sequence[Row]
    windows: int
    floor: int
    reference: int

    @property
    def rows(self) -> list[Row]:
        """Returns all rows in the order of the table."""
        return [self.bach, self.bach_elsewhere, *self.mean, *self.ours, self.voices_apart, *self.baselines]


def evaluate(request: EvaluationRequest) -> Report:
    """Judges the stock model and its other training seeds. Raises FileNotFoundError and ModelRejected."""
    dataset, log = request.dataset, request.log
    resampling = Resampling(SEED, request.replicates)
    field = _field(request)
    compared = _compare(request, field, resampling)
    main = _comparison_section(request, field, compared)
    variety, varieties = _variety(request, field)
    log("variety")
    memorization, copied = memorization_section([*field.ours.all, *field.aws], field.retrieval, dataset)
    log("copies")
    boundaries = _boundaries(request, field, resampling)
    log("boundaries")
    robustness = _robustness(request, field, resampling)
    log("unusual melodies")
    chorales = _chorales(request, field, resampling)
    goals = _goals_section(request, compared, varieties, field.ours.copies_of_training_melodies(copied))
    setting: dict[str, object] = {
        "technique": "unet-gan",
        **field.ours.to_json(),
        "baselineTraining": field.aws_summary,
        "windows": {"bars": BARS, "hopBars": 1, "count": compared.windows, "reference": compared.reference},
        "bootstrapReplicates": request.replicates,
    }
    return Report(
        "U-Net GAN, evaluation", setting, [chorales, main, goals, variety, memorization, boundaries, robustness]
    )


def evaluate_chorales(request: EvaluationRequest) -> Report:
    """Judges whole chorales alone, which takes a small part of the time. Raises as evaluate() does."""
    field = _field(request)
    section = _chorales(request, field, Resampling(SEED, request.replicates))
    return Report("U-Net GAN, whole chorales", {"technique": "unet-gan", **field.ours.to_json()}, [section])


def _chorales(request: EvaluationRequest, field: Field, resampling: Resampling) -> Section:
    baselines = field.baselines(request.dataset.of_split("train"))
    return chorale_section(request, field.ours.all, baselines, MUSIC_GOALS, resampling)


def _field(request: EvaluationRequest) -> Field:
    summary = read_training_summary(request.baselines / AWS_RECIPE)
    train = request.dataset.of_split("train")
    field = Field(
        TrainedSystems(load_trained_models(request.model, load_unet_gan)),
        _aws_recipe(request.baselines, summary),
        summary,
        NearestWindow(train, BARS),
    )
    request.log(f"{len(field.ours.models)} training seeds, {len(field.baselines(train))} baselines")
    return field


def _aws_recipe(baselines: Path, summary: TrainingSummary | None) -> list[System]:
    """Returns the baseline, when it was trained; its name tells for how long."""
    if summary is None:
        return []
    player = AwsRecipePlayer(aws_recipe_generation.load(baselines / AWS_RECIPE / "model.onnx"))
    return [System(f"AWS's recipe, {core_minutes(summary)}", "awsRecipe", player)]


def _compare(request: EvaluationRequest, field: Field, resampling: Resampling) -> Compared:
    train, test, validation = (request.dataset.of_split(split) for split in ("train", "test", "validation"))
    windows = choose_windows(test, BARS, 1, request.windows)
    reference = choose_windows(train, BARS, 1, len(windows))
    floor = choose_windows(validation, BARS, 1, len(windows))
    index = SimilarityIndex([window_features(window[0], list(window[1:])) for window in reference.planes])
    comparison = Comparison(windows, index, resampling)

    def row_of(system: System) -> Row:
        row = comparison.row(system.name, system.kind, system.player)
        request.log(row.name)
        return row

    stock = field.ours.stock
    ours = [row_of(one) for one in field.ours.all]
    return Compared(
        bach=comparison.composer("Bach, test pieces", "composer"),
        bach_elsewhere=Comparison(floor, index, resampling).composer("Bach, validation pieces", "floor"),
        ours=ours,
        mean=field.ours.mean_rows(ours),
        voices_apart=row_of(
            System(f"{stock.name}, each voice for itself", "voicesApart", field.player.with_voices_apart())
        ),
        baselines=[row_of(one) for one in field.baselines(train)],
        windows=len(windows),
        floor=len(floor),
        reference=len(reference),
    )


def _comparison_section(request: EvaluationRequest, field: Field, compared: Compared) -> Section:
    test = request.dataset.of_split("test")
    introduction = _introduction(compared.windows, compared.floor, test, request.replicates)
    remarks = [_training_times(field.ours.models, field.aws_summary), VOICES_APART_REMARK, RETRIEVAL_REMARK]
    return comparison_section(compared.rows, compared.bach, introduction, _voice_names(request), remarks)


def _voice_names(request: EvaluationRequest) -> list[str]:
    """Returns the names of the accompaniment's voices."""
    return [name for name, _ in request.dataset.voices[1:]]


def _variety(request: EvaluationRequest, field: Field) -> tuple[Section, list[VarietyReport]]:
    """Returns the section, and the report of each training of our recipe."""
    silent_noise = [
        System(f"{one.name}, noise input alone (temperature 0)", "noiseOnly", model.player.without_sampling())
        for one, model in zip(field.ours.all, field.ours.models, strict=True)
    ]
    melodies = first_bars_of_each_tune(request.dataset.of_split("test"), VARIETY_BARS)
    players = [*field.ours.all, *silent_noise, *field.aws]
    section, reports, _ = variety_section(players, melodies, request.dataset.pieces)
    return section, reports[: len(field.ours.models)]


def _boundaries(request: EvaluationRequest, field: Field, resampling: Resampling) -> Section:
    pieces = [*request.dataset.of_split("validation"), *request.dataset.of_split("test")]
    one_pass = System("one pass (ADR 12)", "stock", field.player)
    apart = System(
        "the same model in separate two-bar windows", "control", InSeparateWindows(field.player, ORIGINAL_WINDOW_BARS)
    )
    long_pieces = [piece for piece in pieces if piece.bars >= LONG_PIECE_BARS]
    section, _ = boundary_section([one_pass, apart, *field.aws], long_pieces, resampling)
    return section


def _robustness(request: EvaluationRequest, field: Field, resampling: Resampling) -> Section:
    def play(melody: Planes, seed: int) -> tuple[Sequence[Planes], int]:
        played = field.player.play(melody, seed)
        return played.planes, played.forced_bars

    windows = choose_windows(request.dataset.of_split("test"), BARS, BARS, request.windows)
    section, _ = robustness_section(play, windows, resampling)
    return section


def _goals_section(
    request: EvaluationRequest,
    compared: Compared,
    varieties: Sequence[VarietyReport],
    memorization: Sequence[MemorizationReport],
) -> Section:
    """Returns the goals of the stock model, and of the trainings' mean. varieties, memorization: a report each."""
    groups = [(compared.ours[0], varieties[:1], memorization[:1])]
    groups += [(row, varieties, memorization) for row in compared.mean]
    names = _voice_names(request)
    return goals_section(
        "Set before this was measured (but the limit for copies), and judged by the value; the interval says whether "
        "other pieces might have said otherwise. Of several models the worst counts for variety and copies.",
        [
            (row.name, _goals(row, compared.bach, compared.baselines, names, varieties, memorization))
            for row, varieties, memorization in groups
        ],
    )


def _training_times(models: Sequence[TrainedModel[UnetGanPlayer]], summary: TrainingSummary | None) -> str:
    """Returns the sentences that a reader needs before comparing training times."""
    ours = training_times_in_words(models)
    if summary is None:
        return f"{ours} The baseline by AWS's recipe was not trained."
    return (
        f"{ours} AWS's recipe: {summary['generatorUpdates']} generator updates in {training_time(summary)}, of the "
        "1,000 that AWS's sample asks for, at half its width. It says what the recipe gives after the same time as "
        "ours, not what AWS's service gave."
    )


def _introduction(windows: int, floor: int, test: Sequence[Piece], replicates: int) -> str:
    tunes = len({piece.tune for piece in test})
    return (
        f"{windows} windows of four bars of the {len(test)} test pieces ({tunes} tunes), a bar apart, since windows "
        f"side by side would be about 100; {floor} of the validation pieces. Everyone hears the window's melody alone. "
        f"In brackets 95 % intervals, from drawing whole pieces again {replicates} times; all rows on test melodies "
        "draw the same. Dissonant pairs, qualified notes and scale consistency are means over windows, mean pitch is "
        "over notes; a window without a pair or note counts for none of them. The similarity index compares the lower "
        "voices with those of as many training windows; its interval is moved to have the index as its mean, since "
        "pieces drawn twice raise it."
    )


def _goals(
    row: Row,
    bach: Row,
    baselines: Sequence[Row],
    voice_names: Sequence[str],
    varieties: Sequence[VarietyReport],
    memorization: Sequence[MemorizationReport],
) -> list[Goal]:
    """Returns the goals for one row. varieties, memorization: the reports of its models, of which the worst counts."""

    def less_bach(metric: str) -> Estimate:
        return row.estimates[metric].minus(bach.estimates[metric])

    goals = [
        Goal("empty bars, worst voice", "at most 0.01", row.estimates["emptyBarRate"], max_=0.01),
        Goal("dissonant pairs", "at most 0.14", row.estimates["dissonantPairShare"], max_=0.14),
        Goal("qualified notes", "at least 0.90", row.estimates["qualifiedNoteRate"], min_=0.90),
        Goal("scale consistency less Bach's", "within 0.03", less_bach("scaleConsistency"), -0.03, 0.03),
    ]
    goals += [
        Goal(f"{name}: mean pitch less Bach's", "within 2 semitones", less_bach(f"meanPitch{voice + 1}"), -2, 2)
        for voice, name in enumerate(voice_names)
    ]
    goals.append(Goal("pitch classes a bar less Bach's", "within 0.5", less_bach("pitchClassesUsed"), -0.5, 0.5))
    index = row.estimates[SIMILARITY]
    goals += [
        Goal(
            f"similarity index less that of: {other.name}",
            "below 0",
            index.minus(other.estimates[SIMILARITY]),
            max_=0,
        )
        for other in baselines
    ]
    goals += [
        Goal(
            f"different accompaniments of {VARIETY_SEEDS} (worst melody)",
            "at least 24",
            exactly(min(report.min_different for report in varieties)),
            min_=24,
        ),
        Goal(
            "mean difference between two seeds",
            "at least 0.10",
            exactly(min(report.mean_difference for report in varieties)),
            min_=0.10,
        ),
        Goal(
            "two-bar windows copied, training melodies",
            "at most 0.02",
            exactly(max(report.copied_share for report in memorization)),
            max_=0.02,
        ),
    ]
    return goals
