"""Checkpoints are whole or absent, must load after they are written, and never run code."""

from __future__ import annotations

import io
import pickle
import tracemalloc
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_training.checkpoint_file import BrokenCheckpoint, read_checkpoint
from opencomposer_training.checkpoints import load_checkpoint, load_newest, save_checkpoint


def test_a_checkpoint_survives(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, "last", {"weights": {"a": torch.arange(3.0)}, "epoch": 4, "best": None})
    state = load_checkpoint(tmp_path, "last")
    assert state is not None
    assert state["epoch"] == 4
    assert torch.equal(state["weights"]["a"], torch.arange(3.0))
    assert [path.name for path in tmp_path.iterdir()] == ["last.pt"]


@pytest.mark.parametrize("damage", ["truncated", "flipped", "empty", "other format"])
def test_a_broken_last_falls_back_to_best(tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str]) -> None:
    save_checkpoint(tmp_path, "best", {"epoch": 2})
    save_checkpoint(tmp_path, "last", {"epoch": 4, "weights": torch.ones(1000)})
    path = tmp_path / "last.pt"
    content = bytearray(path.read_bytes())
    if damage == "truncated":
        content = content[: len(content) // 2]
    elif damage == "flipped":
        content[len(content) // 2] ^= 0xFF
    elif damage == "empty":
        content = bytearray()
    if damage == "other format":
        torch.save({"format": 99, "epoch": 4}, path)
    else:
        path.write_bytes(content)
    state = load_newest(tmp_path)
    assert state is not None
    assert state["epoch"] == 2
    out = capsys.readouterr().out
    assert "last.pt cannot be read" in out
    assert "goes on from the best epoch" in out


def test_without_any_usable_checkpoint_training_starts_afresh(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert load_newest(tmp_path) is None
    assert capsys.readouterr().out == ""
    (tmp_path / "last.pt").write_bytes(b"x")
    (tmp_path / "best.pt").write_bytes(b"")
    assert load_newest(tmp_path) is None
    assert "No checkpoint is usable" in capsys.readouterr().out


class Hostile:
    """Unpickling this would call touch."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.path,))


def test_layers_that_version_0_2_named_otherwise_are_found_again(tmp_path: Path) -> None:
    weight = torch.ones(2)
    optimizer = {"state": {0: {"step": 7}}}
    networks = {"down.0.normalisation.weight": weight}
    save_checkpoint(tmp_path, "last", {"networks": networks, "optimizer": optimizer})
    state = load_checkpoint(tmp_path, "last")
    assert state is not None
    assert state["optimizer"] == optimizer
    assert state["networks"].keys() == {"down.0.normalization.weight"}
    assert torch.equal(state["networks"]["down.0.normalization.weight"], weight)


def test_a_checkpoint_that_carries_code_is_left_aside(tmp_path: Path) -> None:
    witness = tmp_path / "was-run"
    torch.save({"format": 1, "epoch": Hostile(witness)}, tmp_path / "last.pt")
    (tmp_path / "best.pt").write_bytes(pickle.dumps({"format": 1, "epoch": Hostile(witness)}))
    assert load_newest(tmp_path) is None
    assert not witness.exists()


def test_what_cannot_be_read_back_is_not_kept(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, "last", {"epoch": 1})
    with pytest.raises(RuntimeError, match="does not load"):
        save_checkpoint(tmp_path, "last", {"epoch": Path("not plain data")})
    state = load_checkpoint(tmp_path, "last")
    assert state is not None
    assert state["epoch"] == 1


def content_of(state: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


def real_state() -> dict[str, Any]:
    """Returns a state with all kinds that a training's checkpoint has: networks, an optimizer that has made a step,
    numbers and texts."""
    network = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3), torch.nn.BatchNorm2d(3)).to(
        memory_format=torch.channels_last
    )  # type: ignore[call-overload]
    optimizer = torch.optim.Adam(network.parameters())
    network(torch.ones(1, 2, 5, 5)).sum().backward()
    optimizer.step()
    return {
        "format": 1,
        "network": network.state_dict(),
        "optimizer": optimizer.state_dict(),
        "loop": {"epoch": 3, "elapsedSeconds": 1.5, "best": None, "done": True, "large": 2**40},
        "widths": [1, 2],
        "empty": torch.empty(0),
    }


def same(one: object, other: object) -> bool:
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        return one.dtype == other.dtype and one.shape == other.shape and bool(torch.equal(one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


REAL = content_of(real_state())


def test_what_pytorch_wrote_is_read_as_pytorch_reads_it() -> None:
    expected = torch.load(io.BytesIO(REAL), weights_only=True)
    found = read_checkpoint(REAL)
    assert same(found, expected)
    assert isinstance(found, dict)
    assert isinstance(found["network"], OrderedDict)


def with_pickle(change: Any) -> bytes:
    """Returns the real file with another pickle, and checksums that are right."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(REAL)) as old, zipfile.ZipFile(buffer, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            new.writestr(entry.filename, change(content) if entry.filename.endswith("data.pkl") else content)
    return buffer.getvalue()


def peak_of_reading(content: bytes) -> int:
    """Returns the bytes of Python's memory while the file is read or refused."""
    tracemalloc.start()
    try:
        read_checkpoint(content)
    except BrokenCheckpoint:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_no_checkpoint(content: bytes) -> None:
    with pytest.raises(BrokenCheckpoint):
        read_checkpoint(content)


@given(st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6), st.integers(0, 6)), min_size=1, max_size=5))
def test_a_real_file_that_was_changed_anywhere_is_read_or_refused(changes: list[tuple[float, bytes, int]]) -> None:
    def change(content: bytes) -> bytes:
        changed = bytearray(content)
        for place, new, old_length in changes:
            position = int(place * (len(changed) - 1))
            changed[position : position + old_length] = new
        return bytes(changed)

    for content in (change(REAL), with_pickle(change)):
        assert peak_of_reading(content) < 100 * len(REAL) + 2**20


class Calls:
    """Unpickling this calls a function with chosen arguments."""

    def __init__(self, function: Any, *arguments: object) -> None:
        self.called = (function, arguments)

    def __reduce__(self) -> tuple[Any, ...]:
        return self.called


def compressed() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(2**28))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        content_of({"format": 1, "bomb": Calls(bytearray, 2**33)}),
        content_of({"format": 1, "bomb": Calls(torch.zeros, 2**33)}),
        content_of({"format": 1, "bomb": torch.zeros(1).expand(2**40)}),
        content_of({"format": 1, "bomb": torch.zeros(2, dtype=torch.float64)}),
        with_pickle(lambda _: b"\x80\x02r\xff\xff\xff\xff."),
        with_pickle(lambda _: b"\x80\x02\x8b\xff\xff\xff\x7f."),
        with_pickle(lambda _: b"\x80\x05\x96" + (2**40).to_bytes(8, "little") + b"."),
        with_pickle(lambda _: b""),
        compressed(),
    ],
    ids=[
        "bytearray",
        "zeros",
        "expanded",
        "double",
        "memory cell",
        "long number",
        "byte array",
        "no pickle",
        "zip bomb",
    ],
)
def test_a_file_that_would_take_memory_without_end_is_refused_at_once(content: bytes) -> None:
    with pytest.raises(BrokenCheckpoint):
        read_checkpoint(content)
    assert peak_of_reading(content) < 2**22


def test_a_tensor_that_reaches_beyond_its_numbers_is_refused() -> None:
    """The tensor's record is cut. PyTorch's own reader would read the memory behind it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(REAL)) as old, zipfile.ZipFile(buffer, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            new.writestr(entry.filename, content[:4] if "/data/" in entry.filename else content)
    with pytest.raises(BrokenCheckpoint, match="another size than its numbers"):
        read_checkpoint(buffer.getvalue())
