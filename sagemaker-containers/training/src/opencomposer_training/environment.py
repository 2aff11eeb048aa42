"""The folders and files by which SageMaker and a training container work together.

The platform mounts everything under /opt/ml and sets no path variables (those belong to a toolkit that we do not use);
SAGEMAKER_BASE_DIR moves the root for runs without Docker. Sources: AWS, "How Amazon SageMaker AI provides training
information" and "… processes training output".
"""

from __future__ import annotations

import errno
import json
import math
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

DEFAULT_BASE = "/opt/ml"
FIRST_SAMPLES_VARIABLE = "OPENCOMPOSER_FIRST_SAMPLES_SECONDS"
FIRST_SAMPLES_SECONDS = 60.0
"""The seconds of training after which the first samples are written if no epoch is complete by then."""
FAILURE_CHARACTERS = 1024
FAILURE_BYTES = 4096
"""A safe limit for the file, too: text of multi-byte characters stays readable however it is cut."""


class TrainingFailure(Exception):
    """Training cannot go on for a reason the user can understand; the message is one sentence."""


@dataclass(frozen=True)
class TrainingEnvironment:
    """The folders of one training job. first_samples: the value of OPENCOMPOSER_FIRST_SAMPLES_SECONDS."""

    base: Path
    first_samples: str | None = None

    @staticmethod
    def from_variables(variables: Mapping[str, str]) -> TrainingEnvironment:
        """Returns the environment under the folder that SAGEMAKER_BASE_DIR names, else under /opt/ml."""
        base = Path(variables.get("SAGEMAKER_BASE_DIR") or DEFAULT_BASE).resolve()
        return TrainingEnvironment(base, variables.get(FIRST_SAMPLES_VARIABLE))

    @property
    def first_samples_seconds(self) -> float:
        """Returns the variable's seconds, else FIRST_SAMPLES_SECONDS. Raises TrainingFailure for what is no time."""
        if not self.first_samples:
            return FIRST_SAMPLES_SECONDS
        try:
            seconds = float(self.first_samples)
        except ValueError:
            seconds = math.nan
        if not 0 < seconds < math.inf:
            raise TrainingFailure(
                f"The variable {FIRST_SAMPLES_VARIABLE} is {self.first_samples[:40]!r}, but must be a number of "
                "seconds above 0."
            )
        return seconds

    @property
    def model(self) -> Path:
        """Returns the folder whose content is uploaded as the job's model, also after a stop."""
        return self.base / "model"

    @property
    def failure(self) -> Path:
        """Returns the file whose first 1,024 characters become the job's FailureReason."""
        return self.base / "output" / "failure"

    @property
    def checkpoints(self) -> Path:
        """Returns the folder synchronized with S3: checkpointconfig.json's LocalPath where it is inside the base
        folder.

        In all other cases (the file names /opt/ml/checkpoints while the base was moved, or there is no file) it is
        `checkpoints`.
        """
        fallback = self.base / "checkpoints"
        try:
            configuration = json.loads(self._configuration("checkpointconfig").read_text(encoding="utf-8"))
            local = Path(str(configuration["LocalPath"])).resolve()
        except (OSError, ValueError, KeyError, TypeError):
            return fallback
        return local if local.is_relative_to(self.base) and local != self.base else fallback

    def channel(self, name: str) -> Path:
        """Returns the folder of an input channel. Raises TrainingFailure when the platform has not mounted it."""
        path = self.base / "input" / "data" / name
        if not path.is_dir():
            raise TrainingFailure(f"The input channel '{name}' is missing.")
        return path

    def hyperparameters(self) -> dict[str, str]:
        """Returns the content of hyperparameters.json, a flat object in which the platform makes every value a string.
        The file may be absent."""
        path = self._configuration("hyperparameters")
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (ValueError, UnicodeDecodeError) as error:
            raise TrainingFailure(f"hyperparameters.json is not JSON: {error}.") from None
        if not isinstance(values, dict):
            raise TrainingFailure("hyperparameters.json is not a JSON object.")
        return {str(key): value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}

    def write_failure(self, message: str) -> None:
        """Writes one sentence as the reason of the failure. Never raises: the exit status tells of the failure, too."""
        try:
            self.failure.parent.mkdir(parents=True, exist_ok=True)
            self.failure.write_bytes(failure_text(message))
        except OSError as error:
            print(f"The failure file could not be written: {error}", flush=True)

    def _configuration(self, name: str) -> Path:
        return self.base / "input" / "config" / f"{name}.json"


def failure_text(message: str) -> bytes:
    """Returns one line of at most 1,024 characters and 4,096 bytes, cut between characters."""
    line = " ".join(message.split())
    if len(line) > FAILURE_CHARACTERS:
        line = line[: FAILURE_CHARACTERS - 1] + "…"
    # A lone surrogate cannot be written as UTF-8.
    return line.encode("utf-8", "replace")[:FAILURE_BYTES]


class StopRequest:
    """Remembers that SIGTERM has come, after which SageMaker gives 120 seconds until SIGKILL.

    The handler only sets a flag; training checks it between batches, so that no file is left half written.
    """

    def __init__(self) -> None:
        self.requested = False

    def listen(self) -> None:
        """Takes over SIGTERM (and SIGINT, for a run from a terminal)."""
        signal.signal(signal.SIGTERM, self._handle)
        signal.signal(signal.SIGINT, self._handle)

    def _handle(self, _signal: int, _frame: FrameType | None) -> None:
        self.requested = True


def keep_temporaries_beside(folder: Path) -> None:
    """Makes a folder beside `folder` that takes the temporary files of everything written in it from now on.

    SageMaker uploads what it finds in the folder of checkpoints, temporary files too. Where the folder beside cannot be
    made, temporary files stay in the folder itself.
    """
    try:
        _beside(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        print(f"Temporary files are written among the checkpoints: {error}", flush=True)


def write_atomically(path: Path, content: bytes) -> None:
    """Writes by a temporary file and a rename, so that a reader, or a sync to S3, never sees half a file.

    The temporary file lies in the folder that keep_temporaries_beside has made for one of the folders around `path`, or
    beside `path`. Raises OSError when the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # A leading dot and the process id: it is never mistaken for a result, and never shared with another process.
    name = f".{path.name}.{os.getpid()}.tmp"
    beside = next((found for found in map(_beside, path.parents) if found.is_dir()), None)
    if beside is not None:
        try:
            _write_and_rename(beside / name, path, content)
            return
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            # A file cannot be renamed into a folder that is mounted by itself.
            (beside / name).unlink(missing_ok=True)
    _write_and_rename(path.with_name(name), path, content)


def _beside(folder: Path) -> Path:
    return folder.parent / f".{folder.name}.tmp"


def _write_and_rename(temporary: Path, path: Path, content: bytes) -> None:
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
