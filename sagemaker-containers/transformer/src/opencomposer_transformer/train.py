"""Entry point of a training job: `python -m opencomposer_transformer.train`."""

from __future__ import annotations

import sys

from opencomposer_training.training_job import TrainedTechnique, run_training_job


def main() -> int:
    """Trains as the environment says and returns the process's exit code."""
    return run_training_job(_technique)


def _technique() -> TrainedTechnique:
    from opencomposer_music.technique_document import load_technique

    from opencomposer_transformer import TECHNIQUE
    from opencomposer_transformer.training import TransformerLearner

    return TrainedTechnique(load_technique(TECHNIQUE), TransformerLearner)


if __name__ == "__main__":
    sys.exit(main())
