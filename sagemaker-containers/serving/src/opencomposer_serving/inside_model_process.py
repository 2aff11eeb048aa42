"""The code that runs inside the process of an untrusted model. The server's side is `model_process`."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any, Generic, TypeVar

from opencomposer_serving.allocator import keep_freed_memory, return_freed_memory, use_few_arenas
from opencomposer_serving.deadline import Deadline
from opencomposer_serving.failures import InvocationFailure, ModelRejected, unusable_model
from opencomposer_serving.framed_socket import ConnectionEnded, FramedSocket
from opencomposer_serving.invocation import read_judged_invocation
from opencomposer_serving.technique import Generated, Technique

ModelT = TypeVar("ModelT")
THREAD_BYTES = 16 * 1024 * 1024
"""The stack and buffers of one thread of ONNX Runtime."""
MAX_REQUEST_BYTES = 1024 * 1024 * 1024
"""The largest request that the process reads. It is large, since the server is trusted and has checked the sizes."""
PARENT_POLL_SECONDS = 1.0


def run_model_process(technique: Technique[ModelT], number: int, threads: int) -> int:
    """Loads the one model that the server hands over, and responds to its requests until it closes the connection.
    Returns the exit code.

    number: the number of the inherited socket; threads: the threads of one inference.
    """
    use_few_arenas()
    keep_freed_memory()
    _end_with_parent()
    inside = _Inside(technique, threads)
    connection = FramedSocket(socket.socket(fileno=number))
    try:
        while True:
            request = json.loads(connection.receive(MAX_REQUEST_BYTES))
            content = connection.receive(MAX_REQUEST_BYTES)
            connection.send(inside.response(request, content))
            del content
            return_freed_memory()
    except ConnectionEnded:
        return 0


def limit_memory(bytes_more: int) -> None:
    """Lets the process take so many bytes of memory more than it has now. Where the system has no such limit, there is
    none.

    The limit is on private writable memory (RLIMIT_DATA), not on addresses (RLIMIT_AS), because libraries and stacks
    reserve more addresses than they use.
    """
    if not sys.platform.startswith("linux"):
        return
    import resource

    status = Path("/proc/self/status").read_text(encoding="ascii")
    held = next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmData:"))
    resource.setrlimit(resource.RLIMIT_DATA, (held + bytes_more, held + bytes_more))


def limit_computing(seconds: int) -> None:
    """Lets the process compute for so many more seconds, over all cores; then it is ended by SIGXCPU.

    Unlike seconds of a clock, these do not pass while other processes have the cores.
    """
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + 1 + seconds, hard))


class _Inside(Generic[ModelT]):
    """The one model of this process."""

    def __init__(self, technique: Technique[ModelT], threads: int) -> None:
        self._technique = technique
        self._threads = threads
        self._memory_bytes = 0
        self._models: list[ModelT] = []

    def response(self, request: dict[str, Any], content: bytes) -> bytes:
        """Returns the response to one request, as JSON. Raises nothing: every error becomes a response, too."""
        deadline = Deadline.after(float(request["seconds"]))
        limit_computing(int(request["cpuSeconds"]))
        try:
            if request["do"] == "load":
                self._memory_bytes = int(request["memoryBytes"])
                limit_memory(self._memory_bytes + self._threads * THREAD_BYTES)
                response: dict[str, object] = self._load(content)
            else:
                invocation = read_judged_invocation(content, self._technique.document.parameters)
                response = {"generated": _as_json(self._technique.generate(self._models[0], invocation, deadline))}
            return json.dumps(response, separators=(",", ":")).encode("ascii")
        except InvocationFailure as error:
            response = {"failure": error.as_json()}
        except MemoryError:
            response = {"failure": unusable_model(self._needs_memory()).as_json()}
        except Exception:  # noqa: BLE001 - told to the server, which logs it
            response = {"crashed": traceback.format_exc(limit=30)}
        return json.dumps(response).encode("ascii")

    def _load(self, content: bytes) -> dict[str, object]:
        try:
            model = self._technique.load(content)
            self._technique.rehearse(model)
        except ModelRejected as error:
            return {"rejected": str(error)}
        except MemoryError:
            return {"rejected": self._needs_memory()}
        self._models.append(model)
        return {}

    def _needs_memory(self) -> str:
        return f"it needs more memory than a model may take ({self._memory_bytes // 2**20} MiB)"


def _as_json(generated: Generated) -> dict[str, object]:
    return {
        "tracks": [
            {
                "name": track.name,
                "program": track.program,
                "notes": [list(note) for note in track.notes],
                "isDrums": track.is_drums,
            }
            for track in generated.tracks
        ],
        "metrics": dict(generated.metrics),
        "extra": dict(generated.extra),
    }


def _end_with_parent() -> None:
    """Lets this process end soon after the server's, even while it computes."""
    parent = os.getppid()

    def poll() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_POLL_SECONDS)
        os._exit(0)

    threading.Thread(target=poll, daemon=True).start()
