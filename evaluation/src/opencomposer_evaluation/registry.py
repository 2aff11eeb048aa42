"""The techniques that can be evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from opencomposer_ar_cnn.generation import ArCnn
from opencomposer_music.parameter_set import ParameterValue
from opencomposer_music.voice_lines import VoiceLines
from opencomposer_unet_gan.generation import UnetGan

from opencomposer_evaluation import ar_cnn, transformer, unet_gan
from opencomposer_evaluation.evaluation_request import EvaluationRequest
from opencomposer_evaluation.report import Report
from opencomposer_evaluation.tune_evaluation import load_harmonizer
from opencomposer_evaluation.user_tunes import UserTune

Harmonize = Callable[[UserTune, int], VoiceLines]
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
    """The evaluation of a technique.

    stock_model: its stock model's folder; run: judges everything; windows: the usual number of windows for each row;
    harmonies: how it harmonizes melodies, None for a technique that does not.
    """

    stock_model: str
    run: Callable[[EvaluationRequest], Report]
    windows: int
    harmonies: Harmonies | None = None


def _harmonize_with_unet_gan(content: bytes) -> Harmonize:
    return load_harmonizer(UnetGan(threads=1), content, {}).harmonize


def _harmonize_with_ar_cnn(content: bytes) -> Harmonize:
    return load_harmonizer(ArCnn(threads=1), content, LOCKED).harmonize


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
}
