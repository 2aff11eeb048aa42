"""Keeps whole copies of MiniStack's state, so that an end of its process loses only the minutes since the last one.

MiniStack writes one file for each service into its state folder, each by a rename. If it is cut off in between, the
files are of different moments: the user pool of now, the table of the day before. So nothing reads that folder except
MiniStack when it starts. A snapshot is

    snapshots/000007/manifest.json    see `Manifest`
    snapshots/000007/state/...        all files of one moment, hard links to what MiniStack wrote

It is written under another name, put on disk, and renamed last, so that a folder with a number is whole. The launcher
(snapshots.ts) gives the newest one to the next start. The two newest are kept.

A snapshot is taken by a child process (fork), as Redis does it: the child sees the memory of one moment, in which no
other thread goes on, and the server responds in the meantime.
"""

from __future__ import annotations

import asyncio
import ctypes
import errno
import json
import logging
import os
import re
import select
import shutil
import signal
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypedDict, cast

SCHEMA_VERSION = 1
KEPT = 2
SECONDS_OF_SILENCE = 60.0
"""Seconds after which a snapshot whose files have not grown is given up."""
SNAPSHOT_NAME = re.compile(r"\d{6,}")

Reason = Literal["running", "stop"]


class Manifest(TypedDict):
    """`manifest.json`. `record` is the launcher's own, `files` maps each path below `state/` to its bytes."""

    schemaVersion: int
    takenAt: str
    reason: Reason
    record: object
    files: dict[str, int]


class Outcome(TypedDict):
    """The outcome of an attempt: `snapshot` is its name, or None where it failed for the reason `problem`."""

    snapshot: str | None
    problem: str | None
    noSpace: bool


class SnapshotFailure(Exception):
    """No whole snapshot could be written; the earlier ones are unchanged. The message is the reason in words."""

    def __init__(self, message: str, *, no_space: bool = False) -> None:
        super().__init__(message)
        self.no_space = no_space


@dataclass(frozen=True)
class Snapshots:
    """The snapshots beside a state folder.

    `write_state` writes all files of the state folder and logs an error for each that it could not write. It is
    MiniStack's own function, which throws nothing. Both folders are on the same file system.
    """

    state: Path
    folder: Path
    write_state: Callable[[], None]

    def names(self) -> list[str]:
        """Returns the names of all whole snapshots, oldest first."""
        if not self.folder.is_dir():
            return []
        found = [entry.name for entry in self.folder.iterdir() if SNAPSHOT_NAME.fullmatch(entry.name)]
        return sorted(found, key=int)

    async def take(self, *, record: object, reason: Reason) -> str:
        """Writes the state of this moment. Returns the snapshot's name; raises SnapshotFailure."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            self._work_as_child(writing, record=record, reason=reason)
        os.close(writing)
        with ThreadPoolExecutor(1, thread_name_prefix="snapshot") as thread:
            outcome = await asyncio.get_running_loop().run_in_executor(thread, self._outcome_of, child, reading)
        if outcome["snapshot"] is None:
            raise SnapshotFailure(outcome["problem"] or "for an unknown reason", no_space=outcome["noSpace"])
        return outcome["snapshot"]

    def repeat(self, *, record: object, reason: Reason) -> str:
        """Writes the newest snapshot once more, for a state that has not changed since, and returns its name; raises
        SnapshotFailure."""
        try:
            return self._publish(self.folder / self.names()[-1] / "state", record=record, reason=reason)
        except OSError as error:
            raise SnapshotFailure(sentence_of(error), no_space=is_no_space(error)) from error

    def progress(self) -> tuple[int, int]:
        """Returns bytes and last change of all files of a snapshot. Equal results mean that nothing was written."""
        size, changed = 0, 0
        for folder in (self.state, *self.folder.glob("*.partial")):
            for path in folder.rglob("*"):
                with suppress(OSError):  # it was renamed while it was listed
                    facts = path.stat()
                    size += facts.st_size
                    changed = max(changed, facts.st_mtime_ns)
        return size, changed

    def _work_as_child(self, writing: int, *, record: object, reason: Reason) -> None:
        """Writes the snapshot in the child process, tells the outcome through the pipe, and ends the process."""
        try:
            isolate_child(writing)
            outcome = self._write(record=record, reason=reason)
            os.write(writing, json.dumps(outcome).encode("utf-8"))
        finally:
            os._exit(0)

    def _write(self, *, record: object, reason: Reason) -> Outcome:
        errors = ErrorCollector()
        logging.getLogger("persistence").addHandler(errors)
        try:
            self.write_state()
            if errors.messages:
                return {"snapshot": None, "problem": errors.messages[0], "noSpace": errors.no_space}
            name = self._publish(self.state, record=record, reason=reason)
        except OSError as error:
            return {"snapshot": None, "problem": sentence_of(error), "noSpace": is_no_space(error)}
        except Exception:  # noqa: BLE001 - the parent is told whatever it was, and the server goes on
            return {"snapshot": None, "problem": traceback.format_exc(limit=-3), "noSpace": False}
        return {"snapshot": name, "problem": None, "noSpace": False}

    def _publish(self, source: Path, *, record: object, reason: Reason) -> str:
        """Links all files of `source` into a new snapshot, and gives it its name when all of it is on disk."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left_over in self.folder.glob("*.partial"):
            shutil.rmtree(left_over)
        names = self.names()
        name = f"{int(names[-1]) + 1 if names else 1:06d}"
        partial = self.folder / f"{name}.partial"
        try:
            files = link_files(source, partial / "state")
            manifest: Manifest = {
                "schemaVersion": SCHEMA_VERSION,
                "takenAt": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "reason": reason,
                "record": record,
                "files": files,
            }
            (partial / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
            for path in (*partial.rglob("*"), partial):
                put_on_disk(path)
            partial.rename(self.folder / name)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        put_on_disk(self.folder)
        for old in names[: len(names) + 1 - KEPT]:
            shutil.rmtree(self.folder / old, ignore_errors=True)
        return name

    def _outcome_of(self, child: int, reading: int) -> Outcome:
        """Waits for the child, and gives it up when it writes nothing for too long; runs in a thread."""
        message = b""
        progress, since = self.progress(), time.monotonic()
        silent = False
        with os.fdopen(reading, "rb", buffering=0) as pipe:
            while True:
                if select.select([pipe], [], [], 0.5)[0]:
                    chunk = pipe.read(65536)
                    if not chunk:
                        break
                    message += chunk
                elif (now := self.progress()) != progress:
                    progress, since = now, time.monotonic()
                elif time.monotonic() - since > SECONDS_OF_SILENCE:
                    silent = True
                    os.kill(child, signal.SIGKILL)
                    break
        os.waitpid(child, 0)
        if silent:
            problem = f"it wrote nothing for {SECONDS_OF_SILENCE:g} seconds"
            return {"snapshot": None, "problem": problem, "noSpace": False}
        try:
            return cast(Outcome, json.loads(message))
        except ValueError:
            return {"snapshot": None, "problem": "the process that wrote it was ended", "noSpace": False}


class ErrorCollector(logging.Handler):
    """Keeps messages that are logged as errors: only so does MiniStack's `save_all` tell that a file is missing."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []
        self.no_space = False

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps the message of one error."""
        self.messages.append(record.getMessage())
        arguments = record.args if isinstance(record.args, tuple) else ()
        self.no_space = self.no_space or any(isinstance(one, OSError) and is_no_space(one) for one in arguments)


def isolate_child(pipe: int) -> None:
    """Cuts the forked child off from everything of the server: its signals, its sockets, its workers' pipes."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    # The child must end with the server, because files that it wrote later could meet the next start.
    with suppress(OSError, AttributeError):  # Linux only
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() == 1:
        os._exit(1)
    largest = os.sysconf("SC_OPEN_MAX")
    os.closerange(3, pipe)
    os.closerange(pipe + 1, min(largest, 65536))


def link_files(source: Path, target: Path) -> dict[str, int]:
    """Links (or copies, where the file system has no hard links) all files below `source`. Returns path to bytes."""
    files: dict[str, int] = {}
    for path in sorted(source.rglob("*")):
        if not path.is_file() or path.suffix in (".tmp", ".lock"):
            continue
        name = path.relative_to(source)
        (target / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            os.link(path, target / name)
        except OSError as error:
            if is_no_space(error):
                raise
            shutil.copy2(path, target / name)
        files[name.as_posix()] = (target / name).stat().st_size
    return files


def put_on_disk(path: Path) -> None:
    """Returns when the file or folder is on disk, not only in the system's memory."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_no_space(error: OSError) -> bool:
    """Returns True if the disk (or the user's share of it) is full."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def sentence_of(error: OSError) -> str:
    """Returns the system's reason and the file that it is about."""
    return f"{error.strerror or error}{'' if error.filename is None else f': {error.filename}'}"
