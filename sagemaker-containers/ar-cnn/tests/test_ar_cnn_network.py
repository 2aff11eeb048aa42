"""The network's shape: sizes, any number of bars, how far a cell sees, and the parts that the served form adds."""

from __future__ import annotations

import pytest
import torch
from opencomposer_ar_cnn.network import BLOCKS, STEMS, WIDTHS, EditNetwork, NetworkShape, ServedNetwork
from opencomposer_training.learner import ModelSize

SIZES: tuple[ModelSize, ...] = ("small", "large")


def shape(size: ModelSize, *, lowest: int = 30, pitches: int = 64) -> NetworkShape:
    return NetworkShape(lowest, pitches, WIDTHS[size], BLOCKS[size], STEMS[size], True)


def random_planes(bars: int, pitches: int, batch: int = 1, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return (torch.rand(batch, 5, bars * 16, pitches, generator=generator) < 0.05).float()


@pytest.fixture(scope="module", params=SIZES)
def network(request: pytest.FixtureRequest) -> EditNetwork:
    torch.manual_seed(0)
    return EditNetwork(shape(request.param)).eval()


def test_sizes_are_those_that_were_measured(network: EditNetwork) -> None:
    count = sum(parameter.numel() for parameter in network.parameters())
    expected = 0.66e6 if network.shape.blocks == 1 else 1.83e6
    assert count == pytest.approx(expected, rel=0.12)


@pytest.mark.parametrize("bars", [1, 2, 3, 8, 17])
def test_any_number_of_bars_runs(network: EditNetwork, bars: int) -> None:
    with torch.inference_mode():
        logits = network(random_planes(bars, 64, batch=2), torch.ones(2, 1))
    assert logits.toggle.shape == logits.onset.shape == (2, bars * 16, 64)
    assert torch.isfinite(logits.toggle).all()


def test_a_bar_sounds_the_same_wherever_it_stands(network: EditNetwork) -> None:
    """The network is fully convolutional over time: far from both ends a shift by bars shifts the output."""
    planes = torch.zeros(1, 5, 48 * 16, 64)
    planes[:, :2, 23 * 16 : 24 * 16, 30] = 1
    shifted = torch.roll(planes, 16, dims=2)
    with torch.inference_mode():
        one, two = (network(given, torch.ones(1, 1)).toggle for given in (planes, shifted))
    middle = slice(22 * 16, 26 * 16)
    assert torch.allclose(one[:, middle], two[:, 23 * 16 : 27 * 16], atol=1e-4)
    assert not torch.allclose(one[:, middle], two[:, middle], atol=1e-4)


def test_every_input_is_heard(network: EditNetwork) -> None:
    planes = random_planes(4, 64)
    density = torch.ones(1, 1)
    with torch.inference_mode():
        before = network(planes, density).toggle
        for plane in range(4):
            changed = planes.clone()
            changed[0, plane, 20, 20] = 1 - changed[0, plane, 20, 20]
            assert not torch.equal(network(changed, density).toggle, before), plane
        assert not torch.equal(network(planes, density * 0.5).toggle, before)


def test_it_hears_over_the_whole_keyboard_and_over_bars(network: EditNetwork) -> None:
    planes = torch.zeros(1, 5, 8 * 16, 64, requires_grad=True)
    network(planes, torch.ones(1, 1)).toggle[0, 64, 2].backward()
    gradient = planes.grad
    assert gradient is not None
    heard = gradient.abs().sum(dim=(0, 1))
    assert heard[:, 62].sum() > 0
    assert (heard.sum(dim=1) > 0).sum() >= 4 * 16


def test_it_begins_by_wanting_few_edits(network: EditNetwork) -> None:
    with torch.inference_mode():
        toggle = network(random_planes(8, 64), torch.ones(1, 1)).toggle
    assert toggle.sigmoid().mean() < 0.1


def test_the_served_form_takes_and_gives_the_whole_keyboard(network: EditNetwork) -> None:
    planes = random_planes(2, 128)
    with torch.inference_mode():
        toggle, onset = ServedNetwork(network)(planes, torch.ones(1, 1))
        inner = network(planes[:, :, :, 30:94], torch.ones(1, 1))
    assert toggle.shape == onset.shape == (1, 32, 128)
    assert torch.equal(toggle[:, :, 30:94], inner.toggle)
    assert torch.equal(onset[:, :, 30:94], inner.onset)
    outside = torch.cat([toggle[:, :, :30], toggle[:, :, 94:]], dim=2)
    assert (outside < -1e3).all()


def test_a_window_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="multiple of 16"):
        shape("small", pitches=60)
    assert shape("large", pitches=56).pitches == 56
    with pytest.raises(ValueError, match="cannot start at 70"):
        shape("small", lowest=70)
