"""Trains the network to say which event comes next. The loop around it is `opencomposer_training.training_loop`.

Every random choice is a function of (seed, epoch, batch) and never of earlier choices, so that a resumed run equals an
uninterrupted one.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from opencomposer_music.model_metadata import Limits
from opencomposer_music.piano_roll import PITCHES
from opencomposer_music.random_numbers import random_generator
from opencomposer_music.voice_leading import Weights, learn_voice_leading
from opencomposer_serving.failures import ModelRejected
from opencomposer_training.checkpoints import reading_checkpoint
from opencomposer_training.environment import TrainingFailure
from opencomposer_training.learner import ExportedModel, LearnerInputs, TrainedOn
from opencomposer_training.network_learner import LearnerSettings, NetworkLearner, Recipe
from opencomposer_training.training_precision import restored_precision
from opencomposer_training.weight_averaging import average_weights

from opencomposer_transformer import TECHNIQUE
from opencomposer_transformer.cached_network import LoadedNetwork, load_network
from opencomposer_transformer.evaluation import Evaluation, write_samples
from opencomposer_transformer.export import export_onnx
from opencomposer_transformer.losses import HeldOutLosses, negative_log_likelihood
from opencomposer_transformer.model_metadata import OPSET, TransformerMetadata
from opencomposer_transformer.muon import Muon
from opencomposer_transformer.network import SIZES, DecoderNetwork, NetworkShape, event_features
from opencomposer_transformer.training_sequences import CONTEXT, Corpus, EpochSequences, SequenceBatch, to_batch

MAX_BARS = 64
VALIDATION_PIECES = 96
VALIDATION_BATCH = 8
EMA_DECAY = 0.995
WARM_UP = 0.02
"""The share of the training in which the learning rate rises."""
LEVEL_UNTIL = 0.55
"""The share of the training after which the learning rate falls, in a straight line."""
LAST_RATE = 0.01
WEIGHT_DECAY = 0.1
BETAS = (0.9, 0.95)
CLIP = 1.0
LOSS_TOLERANCE = 0.01
"""Differences of the nats a note up to this size count as chance."""
RECIPE = Recipe(
    technique=TECHNIQUE,
    criterion="noteLoss",
    tolerance=LOSS_TOLERANCE,
    # With AVX512-BF16 alone bfloat16 was not measured. Without it, it takes five times as long.
    with_avx512=False,
)


class TransformerLearner(NetworkLearner[LearnerSettings]):
    """Trains the decoder on whole pieces and keeps the average of its weights, which is exported."""

    shape: NetworkShape

    def __init__(self, inputs: LearnerInputs, *, evaluation_windows: int | None = None) -> None:
        """evaluation_windows: for tests; None is the recipe's number.

        Raises TrainingFailure where the data or the checkpoint cannot be learned from.
        """
        settings = LearnerSettings.from_hyperparameters(inputs.hyperparameters)
        super().__init__(inputs, settings, RECIPE)
        self.corpus = Corpus(self.dataset, settings.transposition_range)
        self.shape = NetworkShape.of(self.corpus.vocabulary, SIZES[settings.model_size])
        if inputs.resumed is not None:
            with reading_checkpoint():
                self._check_shape(inputs.resumed["shape"])
                self.precision = restored_precision(inputs.resumed["precision"])
        torch.manual_seed(settings.seed)
        self.network = DecoderNetwork(self.shape, event_features(self.corpus.vocabulary)).to(self.device)
        self.average = copy.deepcopy(self.network).eval().requires_grad_(False)
        self.matrix_optimizer, self.optimizer = optimizers_of(self.network, settings.learning_rate)
        self.parts = {
            "network": self.network,
            "average": self.average,
            "matrixOptimizer": self.matrix_optimizer,
            "optimizer": self.optimizer,
        }
        self.sequences = EpochSequences(
            self.corpus,
            self.pieces,
            batch_size=settings.batch_size,
            epochs=settings.epochs,
            seed=settings.seed,
        )
        self.metadata = self._describe()
        self.evaluation = Evaluation(self.dataset, seed=settings.seed, windows=evaluation_windows)
        self.data = TrainedOn(self.selection, self.pieces, self.evaluation.bars, self.evaluation)
        self._held_out = self._validation_batches()
        self._exported: tuple[int, LoadedNetwork] | None = None

    def _check_shape(self, stored: Mapping[str, Any]) -> None:
        """Refuses a checkpoint of another kind of model."""
        names = ("width", "layers", "heads")
        if any(stored[name] != getattr(self.shape, name) for name in names):
            raise TrainingFailure(
                f"The checkpoint to resume from has another modelSize than '{self.settings.model_size}'."
            )
        if dict(stored) != vars(self.shape):
            raise ValueError("its network was made for other voices")

    def _describe(self) -> TransformerMetadata:
        """Returns the metadata of the model file."""
        shape, reach = self.shape, self.settings.transposition_range
        low, high = self.dataset.pitch_range()
        counted = learn_voice_leading(
            ((piece.planes, piece.phrase_ends) for piece in self.pieces),
            Weights(intervals=0, moves=0, parallels=1),
            bar=self.dataset.bar,
        )
        return TransformerMetadata(
            self.corpus.line_up,
            Limits(
                MAX_BARS,
                max(0, min(low - reach, PITCHES - 12)),
                min(PITCHES - 1, max(high + reach, 11)),
                self.dataset.bar,
            ),
            self.corpus.density_edges,
            tuple(round(float(score), 4) for score in counted.parallels),
            CONTEXT,
            shape.layers,
            shape.heads,
            shape.head_width,
        )

    # -- data ----------------------------------------------------------------------------------------------------------

    def batches(self, epoch: int) -> int:
        """Returns the number of batches of an epoch."""
        return self.sequences.batches

    def _validation_batches(self) -> list[SequenceBatch]:
        """Returns held-out pieces, the same every time."""
        pieces = self.dataset.of_split("validation") or self.pieces
        chosen = np.unique(np.linspace(0, len(pieces) - 1, VALIDATION_PIECES).round().astype(int))
        sequences = [self.corpus.whole(self.corpus.learned(pieces[number])) for number in chosen]
        sequences.sort(key=lambda sequence: len(sequence.events))
        return [
            to_batch(sequences[start : start + VALIDATION_BATCH], self.device)
            for start in range(0, len(sequences), VALIDATION_BATCH)
        ]

    # -- one batch, one epoch ------------------------------------------------------------------------------------------

    def learn(self, epoch: int, batch: int) -> Mapping[str, float]:
        # Dropout draws from PyTorch's own generator.
        torch.manual_seed(int(random_generator(self.seed, epoch, batch).integers(2**31)))
        data = to_batch(self.sequences.batch(epoch, batch), self.device)
        rate = self.settings.learning_rate * rate_factor((epoch + batch / self.batches(epoch)) / self.settings.epochs)
        optimizers = (self.matrix_optimizer, self.optimizer)
        self.network.train()
        with self.autocast():
            logits = self.network(data.events)  # (b, t, n)
        loss = negative_log_likelihood(logits, data)
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), CLIP)
        for optimizer in optimizers:
            optimizer.step()
        self.updates += 1
        average_weights(self.average, self.network, self.updates, EMA_DECAY)
        return {"loss": float(loss.detach())}

    def validate(self) -> Mapping[str, float]:
        losses = HeldOutLosses(torch.from_numpy(self.corpus.vocabulary.is_onset).to(self.device))
        with torch.inference_mode():
            for batch in self._held_out:
                losses.add(self.average(batch.events), batch)
        return losses.by_name()

    def measure(self) -> Mapping[str, float]:
        return self.evaluation.measure(self._loaded())

    def write_samples(self, folder: Path) -> None:
        write_samples(folder, self._loaded(), self.selection.melodies, seed=self.seed)

    def _loaded(self) -> LoadedNetwork:
        """Returns the average as a model file that was opened: music is made by the program that serves it."""
        if self._exported is None or self._exported[0] != self.updates:
            try:
                network = load_network(self._export(self.average.state_dict()), 1)
            except ModelRejected as error:
                raise TrainingFailure(
                    f"The training diverged: its model is refused, because {error}. Try a lower learningRate."
                ) from None
            self._exported = self.updates, network
        return self._exported[1]

    def _export(self, weights: Mapping[str, Any]) -> bytes:
        network = DecoderNetwork(self.shape, event_features(self.corpus.vocabulary))
        network.load_state_dict({name: value.cpu() for name, value in weights.items()})
        return export_onnx(network, self.metadata)

    def export(self, state: Mapping[str, Any]) -> ExportedModel:
        with reading_checkpoint():
            content = self._export(state["average"])
        return ExportedModel(
            content=content,
            metadata=self.metadata,
            name=f"Transformer, {self.selection.dataset['id']}",
            description="Goes on with a piece, event by event, and ends it where you ask.",
            parameters=sum(parameter.numel() for parameter in self.network.parameters()),
            metrics=self.evaluation.measure(load_network(content, 1)),
            opset=OPSET,
        )


def optimizers_of(network: DecoderNetwork, learning_rate: float) -> tuple[Muon, torch.optim.AdamW]:
    """Returns the optimizers of the blocks' matrices and of all other weights."""
    matrices = [parameter for parameter in network.blocks.parameters() if parameter.ndim == 2]
    chosen = {id(parameter) for parameter in matrices}
    others = [parameter for parameter in network.parameters() if id(parameter) not in chosen]
    return (
        Muon(matrices, lr=learning_rate, weight_decay=WEIGHT_DECAY),
        torch.optim.AdamW(others, lr=learning_rate, weight_decay=0.0, betas=BETAS),
    )


def rate_factor(progress: float) -> float:
    """Returns the learning rate as a share of the largest one. progress: the share of the training that is done."""
    falling = max(LAST_RATE, (1 - progress) / (1 - LEVEL_UNTIL))
    return min(1.0, LAST_RATE + progress / WARM_UP, falling)
