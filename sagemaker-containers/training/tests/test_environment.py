"""SageMaker's folder contract and the failure file."""

from __future__ import annotations

import json
import os
import signal
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_training.environment import (
    StopRequest,
    TrainingEnvironment,
    TrainingFailure,
    failure_text,
    keep_temporaries_beside,
    write_atomically,
)


def configure(base: Path, name: str, content: object) -> None:
    folder = base / "input/config"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(content if isinstance(content, str) else json.dumps(content))


def test_the_root_is_opt_ml_unless_it_is_moved(tmp_path: Path) -> None:
    assert TrainingEnvironment.from_variables({}).model == Path("/opt/ml/model")
    assert TrainingEnvironment.from_variables({"SAGEMAKER_BASE_DIR": ""}).base == Path("/opt/ml")
    moved = TrainingEnvironment.from_variables({"SAGEMAKER_BASE_DIR": str(tmp_path)})
    assert moved.failure == tmp_path / "output/failure"


def test_the_first_samples_come_after_a_minute_or_as_the_variable_says() -> None:
    name = "OPENCOMPOSER_FIRST_SAMPLES_SECONDS"
    assert TrainingEnvironment.from_variables({}).first_samples_seconds == 60
    assert TrainingEnvironment.from_variables({name: ""}).first_samples_seconds == 60
    assert TrainingEnvironment.from_variables({name: "2.5"}).first_samples_seconds == 2.5
    for wrong in ("soon", "0", "-1", "nan", "inf"):
        environment = TrainingEnvironment.from_variables({name: wrong})
        with pytest.raises(TrainingFailure, match=f"{name} is '{wrong}', but must be a number of seconds above 0"):
            _ = environment.first_samples_seconds


def test_checkpoints_lie_where_the_configuration_says_if_that_is_inside(tmp_path: Path) -> None:
    environment = TrainingEnvironment(tmp_path)
    assert environment.checkpoints == tmp_path / "checkpoints"
    configure(tmp_path, "checkpointconfig", {"LocalPath": str(tmp_path / "saved")})
    assert environment.checkpoints == tmp_path / "saved"
    for outside in ("/opt/ml/checkpoints", str(tmp_path / ".."), str(tmp_path)):
        configure(tmp_path, "checkpointconfig", {"LocalPath": outside})
        assert environment.checkpoints == tmp_path / "checkpoints"
    for broken in ("{", "[]", {"S3Uri": "s3://x"}):
        configure(tmp_path, "checkpointconfig", broken)
        assert environment.checkpoints == tmp_path / "checkpoints"


def test_hyperparameters_are_strings_and_may_be_absent(tmp_path: Path) -> None:
    environment = TrainingEnvironment(tmp_path)
    assert environment.hyperparameters() == {}
    configure(tmp_path, "hyperparameters", {"epochs": "3", "earlyStopping": True})
    assert environment.hyperparameters() == {"epochs": "3", "earlyStopping": "true"}
    for broken in ("{", "[]"):
        configure(tmp_path, "hyperparameters", broken)
        with pytest.raises(TrainingFailure, match=r"hyperparameters\.json is not"):
            environment.hyperparameters()


def test_a_missing_channel_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingFailure, match="'selection' is missing"):
        TrainingEnvironment(tmp_path).channel("selection")


@given(st.text(max_size=3000))
def test_a_failure_is_one_line_within_the_platforms_limit(message: str) -> None:
    text = failure_text(message).decode("utf-8")
    assert len(text) <= 1024
    assert len(text.encode()) <= 4096
    assert "\n" not in text


def test_a_failure_keeps_its_beginning_and_survives_any_characters(tmp_path: Path) -> None:
    environment = TrainingEnvironment(tmp_path)
    environment.write_failure("Ein \ud800 Satz\nmit 🎵" + "🎵" * 2000)
    text = environment.failure.read_bytes().decode("utf-8")
    assert text.startswith("Ein ? Satz mit 🎵")
    assert len(text) == 1024
    assert text.endswith("🎵…")


def test_a_failure_that_cannot_be_written_does_not_raise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "output").write_text("in the way")
    TrainingEnvironment(tmp_path).write_failure("why")
    assert "could not be written" in capsys.readouterr().out


def test_sigterm_sets_the_flag_and_nothing_else() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        stop = StopRequest()
        stop.listen()
        assert not stop.requested
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.requested
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_a_file_is_replaced_whole_and_leaves_no_temporary_one(tmp_path: Path) -> None:
    path = tmp_path / "folder/file"
    write_atomically(path, b"one")
    write_atomically(path, b"two")
    assert path.read_bytes() == b"two"
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]


def test_temporary_files_lie_beside_the_folder_that_is_synchronized(tmp_path: Path) -> None:
    """B5: what lies in the folder is uploaded, and a temporary file that is renamed away has to be deleted again."""
    checkpoints = tmp_path / "checkpoints"
    keep_temporaries_beside(checkpoints)
    path = checkpoints / "samples" / "epoch-0001" / "joy.mid"
    write_atomically(path, b"one")
    assert path.read_bytes() == b"one"
    assert list((tmp_path / ".checkpoints.tmp").iterdir()) == []
    # A folder that is in the way of the temporary file shows where it is written.
    (tmp_path / ".checkpoints.tmp" / f".joy.mid.{os.getpid()}.tmp").mkdir()
    with pytest.raises(IsADirectoryError):
        write_atomically(path, b"two")
    assert path.read_bytes() == b"one"


def test_a_folder_that_is_mounted_by_itself_is_written_all_the_same(tmp_path: Path) -> None:
    shared_memory = next(Path("/dev").glob("shm"), None)
    if shared_memory is None or shared_memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system")
    with tempfile.TemporaryDirectory(dir=shared_memory) as elsewhere:
        (tmp_path / ".checkpoints.tmp").symlink_to(elsewhere)
        write_atomically(tmp_path / "checkpoints" / "last.pt", b"one")
        assert (tmp_path / "checkpoints" / "last.pt").read_bytes() == b"one"
        assert list(Path(elsewhere).iterdir()) == []
        assert [entry.name for entry in (tmp_path / "checkpoints").iterdir()] == ["last.pt"]


def test_a_folder_beside_which_nothing_can_be_made_keeps_its_temporaries(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".checkpoints.tmp").write_bytes(b"in the way")
    keep_temporaries_beside(tmp_path / "checkpoints")
    assert "among the checkpoints" in capsys.readouterr().out
    write_atomically(tmp_path / "checkpoints" / "last.pt", b"one")
    assert (tmp_path / "checkpoints" / "last.pt").read_bytes() == b"one"
