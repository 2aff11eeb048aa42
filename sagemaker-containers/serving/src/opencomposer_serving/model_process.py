"""Runs an untrusted model in a process of its own: the server's side.

A hostile graph can make ONNX Runtime take memory or work without end, or crash. It does so in that process, which has a
limit of memory and of computing time and ends alone. Its responses are read as JSON, never unpickled. The other
side is `inside_model_process`.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opencomposer_music.piano_roll import Note

from opencomposer_serving.deadline import Deadline
from opencomposer_serving.failures import (
    STATUS_OF_CODE,
    BrokenField,
    InvocationFailure,
    ModelRejected,
    unusable_model,
)
from opencomposer_serving.framed_socket import ConnectionEnded, FramedSocket
from opencomposer_serving.invocation import InvocationRequest
from opencomposer_serving.technique import Generated, GeneratedTrack

SOCKET_VARIABLE = "OPENCOMPOSER_MODEL_PROCESS"
"""The variable that holds the number of the socket by which a model's process gets its requests. Where it is set, the
server's program is such a process."""
PASSED_VARIABLES = (
    "PATH",
    "HOME",
    "TMPDIR",
    "LANG",
    "PYTHONPATH",
    "PYTHONDONTWRITEBYTECODE",
    "ORT_DISABLE_TELEMETRY",
    "OPENCOMPOSER_TECHNIQUE",
    "OPENCOMPOSER_INFERENCE_THREADS",
)
"""The only variables that the process gets. A model needs none of the server's others, which may hold credentials."""

KEPT_BYTES = 256 * 1024 * 1024
"""The memory above which a process is ended after its work. The next request then opens the model anew."""
GIVE_WAY_SECONDS = 5.0
"""Seconds of computing after which a request no longer keeps requests for other models waiting."""
GRACE_SECONDS = 1.0
"""Seconds by which the process may overrun a deadline before it is killed."""
MAX_RESPONSE_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class ProcessLimits:
    """The limits of one model.

    memory_bytes: beyond what its process has before the model is opened. The largest model that we export takes 96 MiB
    with 64 bars; a file of the largest size allowed takes about five times its size while it is opened.
    load_cpu_seconds: for opening the model and running the longest piece once, for which the largest takes 0.8 s.
    request_cpu_seconds: for one request; the longest (64 bars edit by edit, a large AR-CNN) takes 22 s.
    """

    memory_bytes: int = 288 * 1024 * 1024
    load_cpu_seconds: int = 20
    request_cpu_seconds: int = 40


DEFAULT_LIMITS = ProcessLimits()


class ModelProcessFailed(Exception):
    """The code of the technique failed inside the process; the message is its traceback."""


class ModelProcess:
    """One model in its process. It is made by `open_in_process` and implements `LoadedModel`."""

    def __init__(self, process: subprocess.Popen[bytes], connection: FramedSocket, limits: ProcessLimits) -> None:
        self._process = process
        self._limits = limits
        self._connection = connection
        self._turn = threading.Lock()
        self._closed = False

    @contextmanager
    def turn(self, deadline: Deadline) -> Iterator[None]:
        if not self._turn.acquire(timeout=deadline.remaining()):
            raise InvocationFailure("BUSY", "other invocations of this model took all the time; try again")
        try:
            yield
        finally:
            self._turn.release()

    def load(self, content: bytes, deadline: Deadline) -> None:
        """Hands over the model's file. Raises ModelRejected, or InvocationFailure if time is over or the process
        ended."""
        limits = {"memoryBytes": self._limits.memory_bytes, "cpuSeconds": self._limits.load_cpu_seconds}
        response = self._request({"do": "load", "seconds": deadline.remaining(), **limits}, content, deadline)
        if "rejected" in response:
            raise ModelRejected(str(response["rejected"])[:1000])

    def generate(
        self, request: InvocationRequest, body: bytes, deadline: Deadline, give_way: Callable[[], None]
    ) -> Generated:
        if self._closed:
            raise InvocationFailure("BUSY", "the model's process has ended; try again")
        timer = threading.Timer(GIVE_WAY_SECONDS, give_way)
        timer.daemon = True
        timer.start()
        try:
            limits = {"cpuSeconds": self._limits.request_cpu_seconds}
            response = self._request({"do": "generate", "seconds": deadline.remaining(), **limits}, body, deadline)
        except ModelRejected as error:
            raise unusable_model(error) from None
        finally:
            timer.cancel()
        try:
            return _generated(response["generated"])
        except (KeyError, TypeError, ValueError, AttributeError):
            self.close()
            raise unusable_model("its process returned nonsense") from None

    @property
    def spent(self) -> bool:
        return self._closed or self._process.poll() is not None or self._resident_bytes() > KEPT_BYTES

    def close(self) -> None:
        """Ends the process at once."""
        self._closed = True
        self._connection.close()
        self._process.kill()
        self._process.wait()

    def _request(self, message: Mapping[str, object], content: bytes, deadline: Deadline) -> dict[str, Any]:
        allowed = Deadline(deadline.at + GRACE_SECONDS)
        try:
            self._connection.send(json.dumps(message).encode("ascii"), allowed)
            self._connection.send(content, allowed)
            response = json.loads(self._connection.receive(MAX_RESPONSE_BYTES, allowed))
        except TimeoutError:
            self.close()
            raise InvocationFailure(
                "DEADLINE_EXCEEDED", "the time for this request ran out while the model was computing"
            ) from None
        except ConnectionEnded:
            raise self._end() from None
        except (ValueError, RecursionError):
            self.close()
            raise ModelRejected("its process returned nonsense") from None
        if not isinstance(response, dict):
            self.close()
            raise ModelRejected("its process returned nonsense")
        if "failure" in response:
            raise _failure(response["failure"])
        if "crashed" in response:
            raise ModelProcessFailed(str(response["crashed"]))
        return response

    def _end(self) -> Exception:
        """Returns why the process ended by itself."""
        self._closed = True
        self._connection.close()
        try:
            code = self._process.wait(timeout=GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return ModelRejected("its process returned nonsense")
        if code == -signal.SIGXCPU:
            return ModelRejected(
                f"it computes for longer than a model may ({self._limits.load_cpu_seconds} seconds to be opened, "
                f"{self._limits.request_cpu_seconds} for a request)"
            )
        if code == -signal.SIGKILL:
            # Neither we nor its own limits killed it: the machine was short of memory, which another process may have
            # caused.
            return InvocationFailure("BUSY", "the model's process was killed by the system; try again")
        if code < 0:
            return ModelRejected(f"ONNX Runtime crashed while it ran it ({signal.Signals(-code).name})")
        # Python itself ended, which the model did not cause; the reason is on stderr.
        return InvocationFailure("INTERNAL", f"the model's process ended with the status {code}")

    def _resident_bytes(self) -> int:
        try:
            pages = Path(f"/proc/{self._process.pid}/statm").read_text(encoding="ascii").split()[1]
        except (OSError, IndexError):
            return 0
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


def open_in_process(
    content: bytes,
    deadline: Deadline,
    *,
    command: Sequence[str] | None = None,
    environment: Mapping[str, str] = os.environ,
    limits: ProcessLimits = DEFAULT_LIMITS,
) -> ModelProcess:
    """Starts a process for a model's file and opens the model there.

    command: the arguments after Python's own name, by default those of the server. Raises ModelRejected with the reason
    when it is no model of this technique or needs too much, InvocationFailure when the time is over.
    """
    ours, theirs = socket.socketpair()
    try:
        passed = {name: environment[name] for name in PASSED_VARIABLES if name in environment}
        # With more threads, each of many processes would hold the buffers of threads that it never uses.
        passed |= {SOCKET_VARIABLE: str(theirs.fileno()), "OPENBLAS_NUM_THREADS": "1"}
        process = subprocess.Popen(
            [sys.executable, *(sys.orig_argv[1:] if command is None else command)],
            env=passed,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    model = ModelProcess(process, FramedSocket(ours), limits)
    try:
        model.load(content, deadline)
    except BaseException:
        model.close()
        raise
    return model


def _failure(value: Mapping[str, Any]) -> InvocationFailure:
    """Returns the failure that was raised inside the process."""
    code = next((code for code in STATUS_OF_CODE if code == value.get("code")), None)
    if code is None:
        return unusable_model("its process returned nonsense")
    return InvocationFailure(
        code,
        str(value.get("message")),
        [
            BrokenField(
                str(error["pointer"]), None if error["value"] is None else str(error["value"]), str(error["allowed"])
            )
            for error in value.get("errors", [])
        ],
    )


def _generated(value: Mapping[str, Any]) -> Generated:
    return Generated(
        [
            GeneratedTrack(
                str(track["name"]),
                int(track["program"]),
                [Note(*map(int, note)) for note in track["notes"]],
                bool(track["isDrums"]),
            )
            for track in value["tracks"]
        ],
        {str(name): float(number) for name, number in value["metrics"].items()},
        dict(value["extra"]),
    )
