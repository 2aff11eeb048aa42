"""The settings of learners are the hyperparameters of the documents, under the names that Python gives them."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from opencomposer_ar_cnn import TECHNIQUE as AR_CNN
from opencomposer_music.technique_document import load_technique
from opencomposer_training.network_learner import LearnerSettings
from opencomposer_unet_gan import TECHNIQUE as UNET_GAN
from opencomposer_unet_gan.training import Settings


@pytest.mark.parametrize(("technique", "settings"), [(AR_CNN, LearnerSettings), (UNET_GAN, Settings)])
def test_settings_are_the_hyperparameters_of_the_document(technique: str, settings: type[LearnerSettings]) -> None:
    defaults = load_technique(technique).hyperparameters.defaults
    read = asdict(settings.from_hyperparameters(defaults))
    assert list(read.values()) == [defaults[name] for name in map(_in_camel_case, read)]
    assert set(map(_in_camel_case, read)) == set(defaults)


def test_a_hyperparameter_that_is_missing_is_named() -> None:
    with pytest.raises(KeyError, match="updateRatio"):
        Settings.from_hyperparameters(load_technique(AR_CNN).hyperparameters.defaults)


def _in_camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
