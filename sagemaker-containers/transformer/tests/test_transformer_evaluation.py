"""The measure of an epoch: what the composers wrote themselves, and what a network writes after the same bars."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from opencomposer_testing.tiny_training_job import made_up_piece, packed
from opencomposer_testing.untrained_transformer import sized_metadata, untrained_network
from opencomposer_training.dataset import Dataset, build_dataset
from opencomposer_transformer.cached_network import LoadedNetwork, load_network
from opencomposer_transformer.evaluation import Evaluation
from opencomposer_transformer.export import export_onnx
from opencomposer_transformer.training_sequences import Corpus


def dataset(*, silent_bars: int = 0) -> Dataset:
    """Returns three pieces of eight bars to train on and one to validate on, which may begin with bars of rest."""
    lines = [made_up_piece(index, bars=8) for index in range(4)]
    held_out = lines[3]
    for voice in held_out["voices"]:
        voice["notes"] = [note for note in voice["notes"] if note[0] >= 16 * silent_bars]
    held_out.pop("phraseEnds", None)
    return build_dataset(map(packed, lines), {line["id"]: line["split"] for line in lines})


@pytest.fixture(scope="module")
def network() -> LoadedNetwork:
    corpus = Corpus(dataset(), 6)
    torch.manual_seed(0)
    metadata = replace(sized_metadata(corpus.line_up, "small"), density_edges=corpus.density_edges)
    return load_network(export_onnx(untrained_network(metadata), metadata), 1)


def test_the_composers_own_continuations_are_the_reference_and_a_seed_gives_the_same_music(
    network: LoadedNetwork,
) -> None:
    evaluation = Evaluation(dataset(), seed=1)
    assert evaluation.validation_metrics["emptyBarRate"] == evaluation.reference_metrics["emptyBarRate"] == 0
    measured = evaluation.measure(network)
    assert measured.keys() == evaluation.validation_metrics.keys()
    assert measured == evaluation.measure(network)
    # A network that has learned nothing writes other music than the composer.
    assert measured["similarityIndex"] > evaluation.validation_metrics["similarityIndex"]
    assert Evaluation(dataset(), seed=2).measure(network) != measured


def test_after_silence_there_is_silence(network: LoadedNetwork) -> None:
    evaluation = Evaluation(dataset(silent_bars=4), seed=1)
    assert evaluation.validation_metrics["emptyBarRate"] == 0
    assert evaluation.measure(network)["emptyBarRate"] == 1
