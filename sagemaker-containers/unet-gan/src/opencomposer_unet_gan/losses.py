"""Discrete choices that pass gradients, and the losses of a WGAN with gradient penalty and paired reconstruction."""

from __future__ import annotations

from typing import NamedTuple

import torch
from opencomposer_music.model_metadata import Head
from torch import Tensor
from torch.nn import functional

from opencomposer_unet_gan.networks import Critic, Logits

GRADIENT_PENALTY = 10.0
POLYPHONIC_RECONSTRUCTION = 25.0
"""The weight that makes the paired loss of a polyphonic voice 500 where that of a monophonic one is 20; the two weights
are from the first experiment (docs/experiments/unet-gan.md)."""
POSITIVE_WEIGHT = 4.0
"""The weight of sounding cells. Few cells of a polyphonic roll sound, so a missed note counts more than a wrong one."""

DIVERSITY_TARGET = 0.35
"""The distance (see performance_distance) up to which two performances of one melody are pushed apart."""


class Performance(NamedTuple):
    """The notes that are played, 0/1 with gradients: sounding and starting, each [batch, voices, steps, pitches]."""

    sounding: Tensor
    starting: Tensor


def straight_through(soft: Tensor, hard: Tensor) -> Tensor:
    """Returns the hard value, with the gradient of the soft one (Bengio et al. 2013)."""
    return hard + soft - soft.detach()


def perform(
    logits: Logits, heads: tuple[Head, ...], pitch_noise: Tensor, onset_noise: Tensor, slope: float
) -> Performance:
    """Chooses notes as serving does, and keeps gradients.

    pitch_noise [batch, voices, steps, pitches + 1]: Gumbel noise for monophonic heads (straight-through Gumbel softmax,
    Jang et al. 2017). Polyphonic heads are deterministic binary neurons whose sigmoid steepens with `slope` (Dong &
    Yang 2018), and so are drums, of which every sounding cell starts. onset_noise [batch, voices, steps, 1]: logistic
    noise, one draw a voice and step.
    """
    sounding: list[Tensor] = []
    for voice, head in enumerate(heads):
        if head == "monophonic":
            scores = torch.cat([logits.pitch[:, voice], logits.rest[:, voice]], dim=2)  # (batch, steps, pitches + 1)
            soft = functional.softmax(scores + pitch_noise[:, voice], dim=2)
            hard = torch.zeros_like(soft).scatter_(2, soft.argmax(dim=2, keepdim=True), 1.0)
            sounding.append(straight_through(soft, hard)[:, :, :-1])  # (batch, steps, pitches)
        else:
            soft = torch.sigmoid(slope * logits.pitch[:, voice])
            sounding.append(straight_through(soft, (logits.pitch[:, voice] > 0).to(soft.dtype)))
    played = torch.stack(sounding, dim=1)  # (batch, voices, steps, pitches)
    onset_soft = torch.sigmoid(logits.onset + onset_noise)
    onset = straight_through(onset_soft, (logits.onset + onset_noise > 0).to(onset_soft.dtype))
    starting = played * (1 - sounding_before(played) * (1 - onset))
    if "drums" in heads:
        starting = torch.where(_are_drums(heads, played), played, starting)
    return Performance(played, starting)


def _are_drums(heads: tuple[Head, ...], like: Tensor) -> Tensor:
    """Returns which voices are drums, [1, voices, 1, 1], on the device of another tensor."""
    return torch.tensor([head == "drums" for head in heads], device=like.device)[None, :, None, None]


def sounding_before(sounding: Tensor) -> Tensor:
    """Returns the cells that sounded at the step before, which is the roll one step later, with silence at first."""
    return functional.pad(sounding[:, :, :-1], (0, 0, 1, 0))


def critic_input(melody: Tensor, performance: Performance) -> Tensor:
    """Returns the planes for the critic, [batch, m + 2 * voices, steps, pitches]; m is `melody_planes`."""
    return torch.cat([melody, performance.sounding, performance.starting], dim=1)


def reconstruction_loss(logits: Logits, heads: tuple[Head, ...], target: Performance) -> Tensor:
    """Returns how far the logits are from the composer's own accompaniment of this melody (a scalar).

    Monophonic: cross entropy over pitches and rest. Polyphonic: binary cross entropy, weighted to be comparable. Onsets
    count only at steps where they are open: where the composer's pitch sounds on from the step before. Drums have none
    that is open.
    """
    terms: list[Tensor] = []
    for voice, head in enumerate(heads):
        wanted = target.sounding[:, voice]  # (batch, steps, pitches)
        if head == "monophonic":
            scores = torch.cat([logits.pitch[:, voice], logits.rest[:, voice]], dim=2)  # (batch, steps, pitches + 1)
            classes = torch.where(wanted.any(dim=2), wanted.argmax(dim=2), scores.shape[2] - 1)  # (batch, steps)
            terms.append(functional.cross_entropy(scores.flatten(0, 1), classes.flatten()))
        else:
            weight = torch.full((), POSITIVE_WEIGHT, device=wanted.device)
            loss = functional.binary_cross_entropy_with_logits(logits.pitch[:, voice], wanted, pos_weight=weight)
            terms.append(POLYPHONIC_RECONSTRUCTION * loss)
    open_cells = target.sounding * sounding_before(target.sounding)
    if "drums" in heads:
        open_cells = open_cells * ~_are_drums(heads, open_cells)
    onset = functional.binary_cross_entropy_with_logits(logits.onset, target.starting, open_cells, reduction="sum")
    return torch.stack(terms).mean() + onset / open_cells.sum().clamp(min=1)


def performance_distance(first: Logits, second: Logits, heads: tuple[Head, ...]) -> Tensor:
    """Returns how differently two sets of logits would be played, [batch]: 0 the same, 1 nothing in common.

    For each voice and step: half the distance between the two distributions over pitches and rest (their total
    variation); of polyphonic voices, the probabilities' difference over their sum.
    """
    terms: list[Tensor] = []
    for voice, head in enumerate(heads):
        if head == "monophonic":
            one, two = (
                functional.softmax(torch.cat([logits.pitch[:, voice], logits.rest[:, voice]], dim=2), dim=2)
                for logits in (first, second)
            )
        else:
            one, two = torch.sigmoid(first.pitch[:, voice]), torch.sigmoid(second.pitch[:, voice])
        apart = (one - two).abs().sum(dim=2) / (one + two).sum(dim=2).clamp(min=1e-6)  # (batch, steps)
        terms.append(apart.mean(dim=1))  # (batch)
    return torch.stack(terms).mean(dim=0)  # (batch)


def diversity_loss(first: Logits, second: Logits, heads: tuple[Head, ...]) -> Tensor:
    """Returns by how much the performances of one melody under two noises miss DIVERSITY_TARGET (a scalar).

    The paired loss teaches a generator to ignore its noise. This loss asks for two accompaniments that differ, like the
    mode seeking term of Mao et al. 2019, and it is 0 once they differ enough.
    """
    shortfall: Tensor = functional.relu(DIVERSITY_TARGET - performance_distance(first, second, heads)).mean()
    return shortfall


def gradient_penalty(critic: Critic, real: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
    """Returns (|gradient of the critic| - 1)^2 between real and generated samples (Gulrajani et al. 2017).

    mix: share of the real sample, [batch, 1, 1, 1].
    """
    between = (mix * real + (1 - mix) * fake).detach().requires_grad_(True)  # (batch, planes, steps, pitches)
    scores = critic(between)  # (batch)
    (gradient,) = torch.autograd.grad(scores.sum(), between, create_graph=True)  # (batch, planes, steps, pitches)
    norm = gradient.float().flatten(1).norm(dim=1)  # (batch)
    penalty: Tensor = ((norm - 1) ** 2).mean()
    return penalty
