"""The evaluation of the U-Net GAN."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from opencomposer_music.piano_roll import Planes
from opencomposer_music.similarity_index import window_features
from opencomposer_training.dataset import Piece

from opencomposer_evaluation.accompanists import InSeparateWindows, NearestWindow, RandomInScale
from opencomposer_evaluation.baselines import aws_recipe_generation
from opencomposer_evaluation.comparison import SIMILARITY, Comparison, Row, mean_row
from opencomposer_evaluation.copies import CopyReport
from opencomposer_evaluation.corpus import choose_windows
from opencomposer_evaluation.goals import Goal, exactly, goals_section
from opencomposer_evaluation.intervals import Drawing, Estimate
from opencomposer_evaluation.report import Report
from opencomposer_evaluation.request import Request
from opencomposer_evaluation.sections import (
    LONG_PIECE_BARS,
    VARIETY_SEEDS,
    Contestant,
    comparison_section,
    copies_section,
    robustness_section,
    seams_section,
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
from opencomposer_evaluation.variety import VarietyReport, first_bars_of_each_tune

SEED = 0
BARS = 4
WINDOWS = 320
ORIGINAL_WINDOW_BARS = 2
VARIETY_BARS = 8
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


def evaluate(request: Request) -> Report:
    """Judge the stock model and its other training seeds. Raises FileNotFoundError and ModelRejected."""
    dataset, say = request.dataset, request.say
    train, test, validation = (dataset.of_split(split) for split in ("train", "test", "validation"))
    voice_names = [name for name, _ in dataset.voices[1:]]
    models = load_trained_models(request.model, load_unet_gan)
    stock = Contestant(f"our stock model (training seed {models[0].seed})", "stock", models[0].player)
    others = [Contestant(f"training seed {model.seed}", "otherSeed", model.player) for model in models[1:]]
    summary = _aws_summary(request.baselines)
    retrieval = NearestWindow(train, BARS)
    baselines = [
        *_aws_recipe(request.baselines, summary),
        Contestant("nearest training window", "baseline", retrieval),
        Contestant("random notes of the scale", "baseline", RandomInScale(train)),
    ]
    drawing = Drawing(SEED, request.replicates)
    say(f"{1 + len(others)} training seeds, {len(baselines)} baselines")

    test_windows = choose_windows(test, BARS, 1, request.windows)
    reference = choose_windows(train, BARS, 1, len(test_windows))
    floor = choose_windows(validation, BARS, 1, len(test_windows))
    index = SimilarityIndex([window_features(window[0], list(window[1:])) for window in reference.planes])
    comparison = Comparison(test_windows, index, drawing)
    bach = comparison.composer("Bach, test pieces", "composer")
    rows = [bach, Comparison(floor, index, drawing).composer("Bach, validation pieces", "floor")]
    ours = [_said(say, comparison.row(one.name, one.kind, one.player)) for one in (stock, *others)]
    if len(ours) > 1:
        seeds = ", ".join(str(model.seed) for model in models)
        rows.append(mean_row(f"our recipe, mean of {len(ours)} training seeds ({seeds})", "seedMean", ours))
    rows += ours
    apart_name = f"{stock.name}, each voice for itself"
    rows.append(_said(say, comparison.row(apart_name, "voicesApart", models[0].player.with_voices_apart())))
    others_rows = [_said(say, comparison.row(one.name, one.kind, one.player)) for one in baselines]
    rows += others_rows
    introduction = _introduction(len(test_windows), len(floor), test, request.replicates)
    remarks = [_training_times(models, summary), VOICES_APART_REMARK, RETRIEVAL_REMARK]
    main = comparison_section(rows, bach, introduction, voice_names, remarks)

    sampled = [stock, *others]
    silent_noise = [
        Contestant(f"{one.name}, noise input alone (temperature 0)", "noiseOnly", _without_sampling(one))
        for one in sampled
    ]
    aws = [one for one in baselines if one.kind == "awsRecipe"]
    melodies = first_bars_of_each_tune(test, VARIETY_BARS)
    variety, variety_reports, _ = variety_section([*sampled, *silent_noise, *aws], melodies, dataset.pieces)
    say("variety")
    copies, copy_reports = copies_section([*sampled, *aws], retrieval, dataset)
    say("copies")
    long_pieces = [piece for piece in (*validation, *test) if piece.bars >= LONG_PIECE_BARS]
    one_pass = Contestant("one pass (ADR 12)", "stock", stock.player)
    apart = Contestant(
        "the same model in separate two-bar windows", "control", InSeparateWindows(stock.player, ORIGINAL_WINDOW_BARS)
    )
    seams, _ = seams_section([one_pass, apart, *aws], long_pieces, drawing)
    say("seams")

    def play(melody: Planes, seed: int) -> tuple[Sequence[Planes], int]:
        played = models[0].player.play(melody, seed)
        return played.planes, played.forced_bars

    robustness, _ = robustness_section(play, choose_windows(test, BARS, BARS, request.windows), drawing)
    say("unusual melodies")

    groups = [(ours[0], [variety_reports[0]], [copy_reports[f"stock/{stock.name}/training"]])]
    if len(ours) > 1:
        everyone = [copy_reports[f"{one.kind}/{one.name}/training"] for one in sampled]
        groups.append((rows[2], variety_reports[: len(sampled)], everyone))
    goal_lists = [
        (row.name, _goals(row, bach, others_rows, voice_names, varieties, copied)) for row, varieties, copied in groups
    ]
    goals = goals_section(
        "Set before this was measured (but the limit for copies), and judged by the value; the interval says whether "
        "other pieces might have said otherwise. Of several models the worst counts for variety and copies.",
        goal_lists,
    )
    setting: dict[str, object] = {
        "technique": "unet-gan",
        "stockModel": models[0].to_json(),
        "otherTrainingSeeds": [model.to_json() for model in models[1:]],
        "baselineTraining": summary,
        "windows": {"bars": BARS, "hopBars": 1, "count": len(test_windows), "reference": len(reference)},
        "bootstrapReplicates": request.replicates,
    }
    return Report("U-Net GAN, evaluation", setting, [main, goals, variety, copies, seams, robustness])


def _without_sampling(contestant: Contestant) -> UnetGanPlayer:
    player = contestant.player
    if not isinstance(player, UnetGanPlayer):
        raise TypeError(f"{contestant.name} is no U-Net GAN")
    return player.without_sampling()


def _aws_recipe(baselines: Path, summary: Mapping[str, object] | None) -> list[Contestant]:
    """The baseline, when it was trained; its name says for how long."""
    if summary is None:
        return []
    player = AwsRecipePlayer(aws_recipe_generation.load(baselines / AWS_RECIPE / "model.onnx"))
    minutes = float(str(summary["cpuSeconds"])) / 60
    return [Contestant(f"AWS's recipe, {minutes:.0f} min of one core", "awsRecipe", player)]


def _aws_summary(baselines: Path) -> dict[str, object] | None:
    """What the baseline's training says of itself; None when it was not trained."""
    file = baselines / AWS_RECIPE / "training-summary.json"
    if not file.is_file():
        return None
    summary: dict[str, object] = json.loads(file.read_text(encoding="utf-8"))
    return summary


def _training_times(models: Sequence[TrainedModel[UnetGanPlayer]], summary: Mapping[str, object] | None) -> str:
    """What there is to know before training times are compared."""
    ours = training_times_in_words(models)
    if summary is None:
        return f"{ours} The baseline by AWS's recipe was not trained."
    return (
        f"{ours} AWS's recipe: {summary['generatorUpdates']} generator updates in {summary['cpuSeconds']} s of CPU "
        f"time ({summary['wallSeconds']} s by the clock)."
    )


def _said(say: Callable[[str], None], row: Row) -> Row:
    say(row.name)
    return row


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
    copies: Sequence[CopyReport],
) -> list[Goal]:
    """The goals for one row; varieties and copies are those of its models, of which the worst counts."""

    def less_bach(measure: str) -> Estimate:
        return row.estimates[measure].minus(bach.estimates[measure])

    goals = [
        Goal("empty bars, worst voice", "at most 0.01", row.estimates["emptyBarRate"], highest=0.01),
        Goal("dissonant pairs", "at most 0.14", row.estimates["dissonantPairShare"], highest=0.14),
        Goal("qualified notes", "at least 0.90", row.estimates["qualifiedNoteRate"], lowest=0.90),
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
            highest=0,
        )
        for other in baselines
    ]
    goals += [
        Goal(
            f"different accompaniments of {VARIETY_SEEDS} (worst melody)",
            "at least 24",
            exactly(min(report.different_least for report in varieties)),
            lowest=24,
        ),
        Goal(
            "mean difference between two seeds",
            "at least 0.10",
            exactly(min(report.difference_mean for report in varieties)),
            lowest=0.10,
        ),
        Goal(
            "two-bar windows copied, training melodies",
            "at most 0.02",
            exactly(max(report.copied_share for report in copies)),
            highest=0.02,
        ),
    ]
    return goals
