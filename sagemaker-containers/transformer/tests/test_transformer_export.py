"""The model file beside the network: the same logits with a cache, and a file that is not ours is refused in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import onnx
import pytest
import torch
from opencomposer_music.model_metadata import Voice
from opencomposer_serving.failures import ModelRejected
from opencomposer_testing.tiny_generator import TinyGenerator
from opencomposer_testing.untrained_transformer import sized_metadata, untrained_network
from opencomposer_training.learner import ModelSize
from opencomposer_transformer.cached_network import CachedNetwork, load_network, run_on_silence
from opencomposer_transformer.events import LineUp
from opencomposer_transformer.export import columns_between, export_onnx, random_events, verify_export
from opencomposer_transformer.model_metadata import TransformerMetadata, parse_metadata
from opencomposer_transformer.network import DecoderNetwork, EventInputs

VOICES = (
    Voice("Soprano", 52, "monophonic", 57, 81),
    Voice("Chords", 0, "polyphonic", 40, 70),
)


def metadata(size: ModelSize = "small") -> TransformerMetadata:
    parallels = tuple(-float(interval) for interval in range(12))
    return replace(sized_metadata(LineUp(VOICES, ("4/4", "6/8"), 6), size), parallels=parallels)


def network(size: ModelSize = "small") -> DecoderNetwork:
    """Returns a network in which every weight counts."""
    torch.manual_seed(3)
    made = untrained_network(metadata(size)).eval()
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    return made


@pytest.fixture(scope="module")
def exported() -> tuple[DecoderNetwork, bytes]:
    made = network()
    return made, export_onnx(made, metadata())


def test_with_the_cache_the_file_gives_pytorch_s_logits_over_80_events(
    exported: tuple[DecoderNetwork, bytes],
) -> None:
    made, content = exported
    events = random_events(made, 2, 120)
    with torch.inference_mode():
        expected = made(events).numpy()
    heard = CachedNetwork(load_network(content, 1))
    got = [heard.start(columns_between(events, 0, 40), events.voices.numpy())]
    got += [heard.step(columns_between(events, at, at + 1)) for at in range(40, 120)]
    assert np.abs(np.stack(got, axis=1) - expected[:, 39:]).max() < 1e-3


def test_candidates_go_on_from_one_past_as_sequences_told_alone(exported: tuple[DecoderNetwork, bytes]) -> None:
    made, content = exported
    loaded = load_network(content, 1)
    events = random_events(made, 3, 12)
    rows = [EventInputs(*(part[row : row + 1] for part in events)) for row in range(3)]
    prime, voices = columns_between(rows[0], 0, 10), events.voices.numpy()[:1]
    together, alone = CachedNetwork(loaded), CachedNetwork(loaded)
    first = together.start(prime, voices, candidates=3)
    assert np.array_equal(first, np.repeat(alone.start(prime, voices), 3, axis=0))
    batch = together.step(columns_between(events, 10, 11))
    for row in range(3):
        alone.start(prime, voices)
        assert np.allclose(alone.step(columns_between(rows[row], 10, 11))[0], batch[row], atol=1e-4)


def test_one_of_several_candidates_goes_on_alone_as_it_would_beside_the_others(
    exported: tuple[DecoderNetwork, bytes],
) -> None:
    made, content = exported
    loaded = load_network(content, 1)
    events = random_events(made, 3, 12)
    prime = columns_between(EventInputs(*(part[:1] for part in events)), 0, 10)
    together, alone = CachedNetwork(loaded), CachedNetwork(loaded)
    for heard in (together, alone):
        heard.start(prime, events.voices.numpy()[:1], candidates=3)
        heard.step(columns_between(events, 10, 11))
    beside = together.step(columns_between(events, 11, 12))
    alone.keep(1)
    kept = alone.step(columns_between(EventInputs(*(part[1:2] for part in events)), 11, 12))
    assert kept.shape == (1, beside.shape[1])
    assert np.allclose(kept[0], beside[1], atol=1e-4)
    assert not np.allclose(kept[0], beside[0], atol=1e-2)


def test_what_is_heard_later_takes_the_memory_of_what_was_heard_before(
    exported: tuple[DecoderNetwork, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, content = exported
    loaded, events = load_network(content, 1), random_events(made, 2, 40)
    monkeypatch.setattr("opencomposer_transformer.cached_network.GROWTH", 4)
    used = CachedNetwork(loaded)
    used.start(columns_between(events, 0, 30), events.voices.numpy(), candidates=4)
    used.keep(3)
    told = columns_between(EventInputs(*(part[:1] for part in events)), 0, 20)
    again = used.start(told, events.voices.numpy()[:1], candidates=2)
    assert np.array_equal(again, CachedNetwork(loaded).start(told, events.voices.numpy()[:1], candidates=2))
    assert used.heard == 20


def test_a_file_of_another_network_is_noticed(exported: tuple[DecoderNetwork, bytes]) -> None:
    made, content = exported
    verify_export(content, made)
    changed = network()
    with torch.no_grad():
        changed.blocks[-1].down.weight.mul_(1.5)  # type: ignore[union-attr, operator]
    with pytest.raises(RuntimeError, match="differs from the trained one"):
        verify_export(content, changed)


def test_the_large_size_is_exported_within_its_limits() -> None:
    content = export_onnx(network("large"), metadata("large"))
    assert 24e6 < len(content) < 32e6
    run_on_silence(load_network(content, 1), 4, 300)


def test_metadata_comes_back(exported: tuple[DecoderNetwork, bytes]) -> None:
    assert load_network(exported[1], 1).metadata == metadata()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"technique": "ar-cnn"}, "a model of 'ar-cnn', expected 'transformer'"),
        ({"heads": 0}, "heads of the model's metadata is 0, not an integer from 1 to 64"),
        ({"densityEdges": [1, 3, 2]}, "densityEdges of the model's metadata is .* rising"),
        ({"timeSignatures": ["4/4", "4/4"]}, "timeSignatures of the model's metadata is 4/4, 4/4"),
        ({"timeSignatures": ["5/4"]}, "timeSignatures"),
        ({"parallels": [0.5] * 12}, "parallels"),
        ({"context": 100_000}, "context of the model's metadata is 100000, not an integer from 64 to 8192"),
    ],
)
def test_broken_metadata_is_refused_in_words(changes: dict[str, object], reason: str) -> None:
    import json

    text = json.dumps({**json.loads(metadata().to_json()), **changes})
    with pytest.raises(ValueError, match=reason):
        parse_metadata(text)


def rename_input(model: onnx.ModelProto) -> None:
    model.graph.input[0].name = "words"


def float_tokens(model: onnx.ModelProto) -> None:
    voices = onnx.helper.make_tensor_value_info("voices", onnx.TensorProto.INT64, ["batch", 2])
    model.graph.input[6].CopyFrom(voices)


def not_finite(model: onnx.ModelProto) -> None:
    [head] = [tensor for tensor in model.graph.initializer if tensor.name == "head"]
    values = onnx.numpy_helper.to_array(head).copy()
    values[:, 5] = np.nan
    head.CopyFrom(onnx.numpy_helper.from_array(values, "head"))


def fixed_past(model: onnx.ModelProto) -> None:
    axis = next(value for value in model.graph.input if value.name == "past_keys_0").type.tensor_type.shape.dim[2]
    axis.ClearField("dim_param")
    axis.dim_value = 7


def keys_that_stand_twice(model: onnx.ModelProto) -> None:
    [attention] = [node for node in model.graph.node if "keys_0" in node.output]
    attention.output[list(attention.output).index("keys_0")] = "once"
    model.graph.node.append(onnx.helper.make_node("Concat", ["once", "once"], ["keys_0"], axis=2))


def other_opset(model: onnx.ModelProto) -> None:
    model.opset_import[0].version = 24


@pytest.mark.parametrize(
    ("corrupt", "reason"),
    [
        (rename_input, "its inputs are|cannot load it"),
        (float_tokens, "cannot load it|its input voices is tensor.int64., expected tensor.float."),
        (not_finite, "numbers that are not finite"),
        (fixed_past, r"its input past_keys_0 has shape \[any, 4, 7, 32\], expected \[any, 4, any, 32\]|cannot load it"),
        (keys_that_stand_twice, "ONNX Runtime cannot run it"),
        (other_opset, "its opset is 24, allowed is 23"),
    ],
)
def test_files_that_the_exporter_does_not_write_are_refused(
    exported: tuple[DecoderNetwork, bytes], corrupt: Callable[[onnx.ModelProto], None], reason: str
) -> None:
    model = onnx.load_from_string(exported[1])
    corrupt(model)
    with pytest.raises(ModelRejected, match=reason):
        load_network(model.SerializeToString(), 1)


def test_a_model_of_another_technique_is_refused() -> None:
    with pytest.raises(ModelRejected, match="opset is 17"):
        load_network(TinyGenerator().file(), 1)


def test_a_long_prompt_is_heard_in_parts_as_if_at_once(
    exported: tuple[DecoderNetwork, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, content = exported
    loaded, events = load_network(content, 1), random_events(made, 2, 50)
    columns, voices = columns_between(events, 0, 50), events.voices.numpy()
    at_once = CachedNetwork(loaded).start(columns, voices)
    monkeypatch.setattr("opencomposer_transformer.cached_network.EVENTS_AT_ONCE", 7)
    in_parts = CachedNetwork(loaded)
    assert np.allclose(in_parts.start(columns, voices), at_once, atol=1e-3)
    assert in_parts.heard == 50
