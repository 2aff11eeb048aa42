"""The network: sizes, that an event hears what came before it and nothing after, and the two clocks."""

from __future__ import annotations

import pytest
import torch
from opencomposer_music.model_metadata import Voice
from opencomposer_training.learner import ModelSize
from opencomposer_transformer.events import LineUp, Vocabulary
from opencomposer_transformer.network import SIZES, Block, DecoderNetwork, EventInputs, NetworkShape, event_features

LINE_UP = LineUp(
    tuple(
        Voice(name, 52, "monophonic", low, high)
        for name, low, high in (("Soprano", 57, 81), ("Alto", 50, 74), ("Tenor", 45, 69), ("Bass", 36, 64))
    ),
    ("4/4", "3/4"),
    margin=6,
)
VOCABULARY = Vocabulary(LINE_UP)
TOKENS, VOICES = VOCABULARY.size, VOCABULARY.voices


def shape(size: ModelSize = "small") -> NetworkShape:
    """Returns the shape for voices like the chorales'."""
    return NetworkShape.of(VOCABULARY, SIZES[size])


def network(size: ModelSize = "small") -> DecoderNetwork:
    """Returns a network whose blocks do something, unlike those of one that has learned nothing."""
    torch.manual_seed(0)
    made = DecoderNetwork(shape(size), event_features(VOCABULARY)).eval()
    with torch.no_grad():
        for block in made.blocks:
            assert isinstance(block, Block)
            for matrix in (block.attention_out.weight, block.down.weight):
                matrix.normal_(std=0.05)
    return made


def random_events(batch: int, events: int, seed: int = 0) -> EventInputs:
    generator = torch.Generator().manual_seed(seed)

    def integers(high: int) -> torch.Tensor:
        return torch.randint(high, (batch, events), generator=generator)

    return EventInputs(
        tokens=integers(TOKENS),
        places=integers(VOCABULARY.places),
        left=integers(18),
        density=integers(5),
        numbers=torch.arange(events).expand(batch, -1),
        times=torch.cumsum(integers(3), 1),
        voices=torch.ones(batch, VOICES),
    )


@pytest.mark.parametrize(("size", "expected"), [("small", 0.83e6), ("large", 6.4e6)])
def test_sizes_are_those_that_were_measured(size: ModelSize, expected: float) -> None:
    count = sum(parameter.numel() for parameter in network(size).parameters())
    assert count == pytest.approx(expected, rel=0.05)


def test_an_event_hears_every_input_up_to_itself_and_nothing_later() -> None:
    made, events = network(), random_events(1, 12)
    with torch.inference_mode():
        before = made(events)
        for name in ("tokens", "places", "left", "density"):
            changed = getattr(events, name).clone()
            changed[0, 6] = 4 - changed[0, 6] if changed[0, 6] != 2 else 0
            after = made(events._replace(**{name: changed.clamp(min=0)}))
            assert torch.equal(after[0, :6], before[0, :6]), name
            for later in range(6, 12):
                assert not torch.equal(after[0, later], before[0, later]), (name, later)
        without_a_voice = made(events._replace(voices=torch.tensor([[1.0, 1.0, 0.0, 1.0]])))
        assert not torch.equal(without_a_voice, before)


def test_only_distances_count_by_both_clocks() -> None:
    made, events = network(), random_events(1, 30)
    with torch.inference_mode():
        before = made(events)
        moved = made(events._replace(numbers=events.numbers + 500, times=events.times + 640))
        assert torch.allclose(before, moved, atol=2e-3)
        for name in ("numbers", "times"):
            stretched = made(events._replace(**{name: 2 * getattr(events, name)}))
            assert not torch.allclose(before, stretched, atol=2e-3), name


def test_octaves_and_the_same_pitch_in_other_voices_share_what_is_learned() -> None:
    features = event_features(VOCABULARY)
    soprano, octave, alto = (VOCABULARY.onset(voice, pitch) for voice, pitch in ((0, 60), (0, 72), (1, 60)))
    assert features[soprano].sum() == 3
    assert (features[soprano] & features[octave]).sum() == 2
    assert (features[soprano] & features[alto]).sum() == 2
    assert features[VOCABULARY.off(1)].sum() == 1
    assert not features[:6].any()


def test_pieces_side_by_side_do_not_hear_each_other() -> None:
    made = network()
    first, second = random_events(1, 20, seed=1), random_events(1, 20, seed=2)
    both = EventInputs(*(torch.cat(pair) for pair in zip(first, second, strict=True)))
    with torch.inference_mode():
        assert torch.allclose(made(both), torch.cat([made(first), made(second)]), atol=1e-4)


def test_sizes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="of 4 heads is a multiple of 16, not 120"):
        NetworkShape(TOKENS, 17, VOICES, 120, 4, 4)
    with pytest.raises(ValueError, match=f"each of {TOKENS} tokens, but has 3"):
        DecoderNetwork(shape(), event_features(VOCABULARY)[:3])
