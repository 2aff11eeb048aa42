"""Entry point of a training job: `python -m opencomposer_unet_gan.train`."""

from __future__ import annotations

import sys

from opencomposer_training.training_job import TrainedTechnique, run_training_job


def main() -> int:
    """Trains as the environment says and returns the process's exit code."""
    return run_training_job(_technique)


def _technique() -> TrainedTechnique:
    from opencomposer_music.technique_document import load_technique

    from opencomposer_unet_gan import TECHNIQUE
    from opencomposer_unet_gan.training import GanLearner

    return TrainedTechnique(load_technique(TECHNIQUE), GanLearner)


if __name__ == "__main__":
    sys.exit(main())
