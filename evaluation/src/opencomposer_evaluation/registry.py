"""The evaluations by the names under which they are asked for: a technique judges its model of the Bach chorales, and
the others are named as the models that they judge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from opencomposer_ar_cnn.generation import ArCnn
from opencomposer_music.parameter_set import ParameterValue
from opencomposer_music.voice_lines import VoiceLines
from opencomposer_unet_gan.generation import UnetGan

from opencomposer_evaluation import ar_cnn, ensembles, transformer, unet_gan
from opencomposer_evaluation.evaluation_request import EvaluationRequest
from opencomposer_evaluation.report import Report
from opencomposer_evaluation.tune_evaluation import load_harmonizer
from opencomposer_evaluation.user_tunes import UserTune

Harmonize = Callable[[UserTune, int], VoiceLines]
REPOSITORY = Path(__file__).resolve().parents[3]
CHORALES = REPOSITORY / ".cache" / "datasets" / "bach-chorales" / "3"
BAND = REPOSITORY / "datasets" / "game-rock-band"
QUARTETS = REPOSITORY / ".cache" / "datasets" / "string-quartets" / "1"
LOCKED: Mapping[str, ParameterValue] = {"melodyLock": True}


@dataclass(frozen=True)
class Harmonies:
    """What judges a technique that harmonizes melodies.

    run_chorales: judges whole chorales alone; harmonizer: makes the function that harmonizes a tune under a seed, out
    of a model file; free_tunes: the number of user tunes that should have no fault.
    """

    run_chorales: Callable[[EvaluationRequest], Report]
    harmonizer: Callable[[bytes], Harmonize]
    free_tunes: int


@dataclass(frozen=True)
class Evaluation:
    """The evaluation of a stock model.

    stock_model: the model's folder; run: judges everything; windows: the usual number of windows for each row;
    harmonies: how it harmonizes melodies as chorales, None for a model that does not; dataset: the folder of its music.
    """

    stock_model: str
    run: Callable[[EvaluationRequest], Report]
    windows: int
    harmonies: Harmonies | None = None
    dataset: Path = CHORALES


def _harmonize_with_unet_gan(content: bytes) -> Harmonize:
    return load_harmonizer(UnetGan(threads=1), content, {}).harmonize


def _harmonize_with_ar_cnn(content: bytes) -> Harmonize:
    return load_harmonizer(ArCnn(threads=1), content, LOCKED).harmonize


def _of_ensemble(model: str, ensemble: ensembles.Ensemble, dataset: Path) -> Evaluation:
    return Evaluation(model, partial(ensembles.evaluate, ensemble), ensembles.WINDOWS, dataset=dataset)


EVALUATIONS: Mapping[str, Evaluation] = {
    "unet-gan": Evaluation(
        "unet-gan-bach",
        unet_gan.evaluate,
        unet_gan.WINDOWS,
        Harmonies(unet_gan.evaluate_chorales, _harmonize_with_unet_gan, 25),
    ),
    "ar-cnn": Evaluation(
        "ar-cnn-bach", ar_cnn.evaluate, ar_cnn.WINDOWS, Harmonies(ar_cnn.evaluate_chorales, _harmonize_with_ar_cnn, 30)
    ),
    "transformer": Evaluation("transformer-bach", transformer.evaluate, transformer.WINDOWS),
    "unet-gan-band": _of_ensemble("unet-gan-band", ensembles.BAND, BAND),
    "unet-gan-quartet": _of_ensemble("unet-gan-quartet", ensembles.QUARTET, QUARTETS),
    "ar-cnn-quartet": _of_ensemble("ar-cnn-quartet", ensembles.QUARTET_TEXTURE, QUARTETS),
}
