"""The techniques that can be evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from opencomposer_evaluation import ar_cnn, unet_gan
from opencomposer_evaluation.evaluation_request import EvaluationRequest
from opencomposer_evaluation.report import Report


@dataclass(frozen=True)
class Evaluation:
    """The evaluation of a technique: its stock model, its function, and the usual number of windows for each row."""

    stock_model: str
    run: Callable[[EvaluationRequest], Report]
    windows: int


EVALUATIONS: Mapping[str, Evaluation] = {
    "unet-gan": Evaluation("unet-gan-bach", unet_gan.evaluate, unet_gan.WINDOWS),
    "ar-cnn": Evaluation("ar-cnn-bach", ar_cnn.evaluate, ar_cnn.WINDOWS),
}
