"""Discrete choices with gradients, and the losses, compared with serving and with cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from opencomposer_music.decoding import Decoding, ModelMetadata, NoiseShape, decode_planes
from opencomposer_music.model_metadata import Head, Limits, Voice
from opencomposer_unet_gan.losses import (
    DIVERSITY_TARGET,
    Performance,
    critic_input,
    diversity_loss,
    gradient_penalty,
    perform,
    performance_distance,
    reconstruction_loss,
    sounding_before,
    straight_through,
)
from opencomposer_unet_gan.networks import Critic, Logits, NetworkShape

HEADS: tuple[Head, ...] = ("monophonic", "polyphonic", "drums")
PITCHES = 128


def random_logits(seed: int, batch: int = 2, steps: int = 16, pitches: int = PITCHES) -> Logits:
    generator = torch.Generator().manual_seed(seed)
    shape = (batch, len(HEADS), steps, pitches)
    return Logits(
        torch.randn(shape, generator=generator),
        torch.randn((*shape[:3], 1), generator=generator) + 3,
        torch.randn(shape, generator=generator),
    )


def no_noise(logits: Logits) -> tuple[torch.Tensor, torch.Tensor]:
    batch, voices, steps, pitches = logits.pitch.shape
    return torch.zeros(batch, voices, steps, pitches + 1), torch.zeros(batch, voices, steps, 1)


def test_training_plays_the_notes_that_serving_plays() -> None:
    logits = random_logits(0)
    played = perform(logits, HEADS, *no_noise(logits), slope=1.0)
    voices = tuple(Voice(head, 0, head, 0, 127) for head in ("monophonic", *HEADS))
    metadata = ModelMetadata("unet-gan", voices, Limits(64, 0, 127), NoiseShape(1, 1), Decoding(0, 0, 1))
    silence = np.zeros((2, 16, PITCHES), dtype=np.bool_)
    for index in range(2):
        pitch = torch.cat([logits.pitch[index], logits.rest[index]], dim=2).numpy()
        served = decode_planes(
            pitch, logits.onset[index].numpy(), metadata, silence, silence[0].any(axis=1), np.random.default_rng(0)
        )
        for voice, planes in enumerate(served):
            assert np.array_equal(played.sounding[index, voice].numpy() > 0.5, planes[0])
            assert np.array_equal(played.starting[index, voice].numpy() > 0.5, planes[1])


def test_choices_are_hard_going_forward_and_soft_going_back() -> None:
    soft = torch.tensor([0.2, 0.8], requires_grad=True)
    hard = straight_through(soft, torch.tensor([0.0, 1.0]))
    assert hard.tolist() == pytest.approx([0.0, 1.0])
    torch.autograd.backward((hard * torch.tensor([3.0, 5.0])).sum())
    assert soft.grad is not None
    assert soft.grad.tolist() == [3.0, 5.0]


def test_every_head_and_the_onsets_receive_gradients() -> None:
    random = random_logits(5)
    # Notes are held, because an onset is open only where a pitch sounds on.
    logits = Logits(random.pitch[:, :, :1].repeat(1, 1, 16, 1), random.rest[:, :, :1].repeat(1, 1, 16, 1), random.onset)
    for tensor in logits:
        tensor.requires_grad_(True)
    played = perform(logits, HEADS, *no_noise(logits), slope=2.0)
    weights = torch.randn(critic_input(torch.zeros(2, 2, 16, PITCHES), played).shape)
    torch.autograd.backward((critic_input(torch.zeros(2, 2, 16, PITCHES), played) * weights).sum())
    for tensor in (logits.pitch, logits.onset):
        assert tensor.grad is not None
        for voice, head in enumerate(HEADS):
            # Every hit of drums starts, so nothing is asked of their onsets.
            is_asked = head != "drums" or tensor is logits.pitch
            assert (float(tensor.grad[:, voice].abs().sum()) > 0) == is_asked
    assert logits.rest.grad is not None
    assert float(logits.rest.grad[:, 0].abs().sum()) > 0


def test_the_roll_before_is_shifted_by_a_step() -> None:
    roll = torch.zeros(1, 1, 3, 2)
    roll[0, 0, 0, 1] = 1
    before = sounding_before(roll)
    assert before[0, 0].tolist() == [[0, 0], [0, 1], [0, 0]]


def target_of(logits: Logits) -> Performance:
    """Returns the performance of these logits."""
    return perform(logits, HEADS, *no_noise(logits), slope=1.0)


def test_reconstruction_falls_towards_zero_as_the_logits_foresee_the_target() -> None:
    target = target_of(random_logits(2))
    losses = []
    for certainty in (0.0, 2.0, 20.0):
        silent = 1 - target.sounding.amax(dim=3, keepdim=True)
        logits = Logits(
            certainty * (2 * target.sounding - 1),
            certainty * (2 * silent - 1),
            certainty * (2 * target.starting - 1),
        )
        losses.append(float(reconstruction_loss(logits, HEADS, target)))
    assert losses[0] > losses[1] > losses[2]
    assert losses[2] == pytest.approx(0, abs=1e-4)


def test_reconstruction_of_one_monophonic_voice_is_the_cross_entropy() -> None:
    target = Performance(torch.zeros(1, 1, 2, 3), torch.zeros(1, 1, 2, 3))
    target.sounding[0, 0, 0, 1] = 1
    target.starting[0, 0, 0, 1] = 1
    flat = Logits(torch.zeros(1, 1, 2, 3), torch.zeros(1, 1, 2, 1), torch.zeros(1, 1, 2, 3))
    # Four classes (three pitches and rest) are equally likely, and an onset is open in no cell.
    assert float(reconstruction_loss(flat, ("monophonic",), target)) == pytest.approx(float(np.log(4)))


def test_the_gradient_penalty_of_a_linear_critic_is_known() -> None:
    class Linear(Critic):
        def __init__(self, norm: float) -> None:
            shape = NetworkShape(("monophonic",), 0, 16, (8, 8, 8, 8), 2, 1, 1, False)
            super().__init__(shape)
            self.direction = torch.full((1, 4, 16, 16), norm / np.sqrt(4 * 16 * 16))

        def forward(self, planes: torch.Tensor) -> torch.Tensor:
            return (planes * self.direction).flatten(1).sum(dim=1)

    real, fake, mix = torch.rand(3, 4, 16, 16), torch.rand(3, 4, 16, 16), torch.rand(3, 1, 1, 1)
    assert float(gradient_penalty(Linear(1.0), real, fake, mix)) == pytest.approx(0, abs=1e-6)
    assert float(gradient_penalty(Linear(3.0), real, fake, mix)) == pytest.approx(4, rel=1e-4)


def certain(pitch: int, probability: float = 1.0) -> Logits:
    """Returns one monophonic voice that plays `pitch` with a probability, and rests otherwise."""
    scores = torch.full((1, 1, 16, PITCHES), -1e4)
    scores[..., pitch] = 0.0 if probability > 0 else -1e4
    rest = torch.full((1, 1, 16, 1), -1e4 if probability == 1 else float(np.log((1 - probability) / probability)))
    return Logits(scores, rest, torch.zeros(1, 1, 16, PITCHES))


def test_the_distance_of_performances_is_worked_out_by_hand() -> None:
    heads: tuple[Head, ...] = ("monophonic",)
    assert performance_distance(certain(60), certain(60), heads).tolist() == pytest.approx([0.0])
    assert performance_distance(certain(60), certain(62), heads).tolist() == pytest.approx([1.0])
    # A quarter of the first plays where the second rests: the two distributions share three quarters.
    assert performance_distance(certain(60), certain(60, 0.75), heads).tolist() == pytest.approx([0.25])


@pytest.mark.parametrize("head", ["monophonic", "polyphonic"])
def test_the_distance_of_performances_is_symmetric_and_between_nothing_and_one(head: Head) -> None:
    one, two = (Logits(*(part[:, :1] for part in random_logits(seed))) for seed in (1, 2))
    there = performance_distance(one, two, (head,))
    assert torch.allclose(there, performance_distance(two, one, (head,)))
    assert ((there > 0) & (there < 1)).all()
    assert performance_distance(one, one, (head,)).abs().max() == 0


def test_diversity_asks_for_no_more_than_its_target_and_its_gradient_drives_apart() -> None:
    heads: tuple[Head, ...] = ("monophonic",)
    assert float(diversity_loss(certain(60), certain(62), heads)) == 0.0
    assert float(diversity_loss(certain(60), certain(60), heads)) == pytest.approx(DIVERSITY_TARGET)
    first = Logits(*(part[:, :1] for part in random_logits(3)))
    first.pitch.mul_(0.1).requires_grad_(True)
    second = Logits(*(part[:, :1].clone() for part in random_logits(4)))
    second.pitch.mul_(0.1)
    before = performance_distance(first, second, heads).mean()
    torch.autograd.backward(diversity_loss(first, second, heads))
    assert first.pitch.grad is not None
    stepped = Logits((first.pitch - 100 * first.pitch.grad).detach(), first.rest, first.onset)
    assert float(performance_distance(stepped, second, heads).mean()) > float(before.detach())
