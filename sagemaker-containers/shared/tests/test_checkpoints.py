"""Checkpoints: whole or absent, proved to load, never code."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from opencomposer_shared.checkpoints import load_checkpoint, load_newest, save_checkpoint


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
