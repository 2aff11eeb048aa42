"""Lends models by their sha256: stock models of the image, a cache of files on disk, a cache of models in memory.

Both caches are bounded in bytes and drop the least recently used first. A model in use is never dropped, and one that
many requests ask for at once is fetched and loaded once. The bounds matter: a serverless endpoint that outgrows its
memory is killed without a word. A file that was rejected is not fetched again, because the same bytes would be
rejected again.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Literal, Protocol, TypeVar

from opencomposer_serving.allocator import return_freed_memory
from opencomposer_serving.deadline import Deadline
from opencomposer_serving.event_log import EventLog
from opencomposer_serving.failures import InvocationFailure, ModelRejected, other_bytes, unusable_model
from opencomposer_serving.invocation import ModelReference

ModelT = TypeVar("ModelT")
Source = Literal["memory", "stock", "disk", "fetched"]

CACHED_FILE = re.compile(r"[0-9a-f]{64}\.model")
PARTIAL_SUFFIX = ".partial"
PARTIAL_LIFETIME_SECONDS = 3600.0
MAX_VERDICTS = 1_000
"""The largest number of rejected files that are remembered."""


class Fetcher(Protocol):
    """Gets a model's bytes by its URL (see `ModelFetcher`)."""

    def check(self, url: str) -> None:
        """Raises BAD_REQUEST unless the URL may be used."""

    def fetch(self, reference: ModelReference, deadline: Deadline) -> bytes:
        """Returns the file's bytes, as many as the reference declares."""


def sha256_of(content: bytes) -> str:
    """Returns the content's sha256 in lower-case hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def mark_used(path: Path) -> None:
    """Sets a file's time to now, finer than the file system's own clock, which ticks every few milliseconds."""
    now = time.time_ns()
    os.utime(path, ns=(now, now))


class ModelFileCache:
    """Model files on disk, named by their sha256, at most `capacity_bytes` together.

    Several processes may share the folder: files appear by rename and every read is checked against its name.
    """

    def __init__(self, *, directory: Path, capacity_bytes: int) -> None:
        self._directory = directory
        self._capacity_bytes = capacity_bytes
        self._lock = threading.Lock()
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._remove_abandoned_partials()

    def read(self, sha256: str) -> bytes | None:
        """Returns the file's bytes, or None when it is missing or its content no longer has the sha256 of its name."""
        path = self._path(sha256)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        if sha256_of(content) != sha256:
            path.unlink(missing_ok=True)
            return None
        with suppress(OSError):
            mark_used(path)
        return content

    def write(self, sha256: str, content: bytes) -> None:
        """Keeps a file whose sha256 has been checked. Raises OSError when the disk refuses."""
        if len(content) > self._capacity_bytes:
            return
        with self._lock:
            self._make_room(len(content))
            handle, partial = tempfile.mkstemp(suffix=PARTIAL_SUFFIX, dir=self._directory)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                mark_used(Path(partial))
                Path(partial).replace(self._path(sha256))
            except BaseException:
                Path(partial).unlink(missing_ok=True)
                raise

    def discard(self, sha256: str) -> None:
        """Deletes a file from the cache."""
        self._path(sha256).unlink(missing_ok=True)

    def _path(self, sha256: str) -> Path:
        return self._directory / f"{sha256}.model"

    def _make_room(self, needed: int) -> None:
        files = []
        for path in self._directory.iterdir():
            if CACHED_FILE.fullmatch(path.name):
                with suppress(FileNotFoundError):  # another process removed it
                    status = path.stat()
                    files.append((status.st_mtime_ns, path.name, status.st_size, path))
        total = sum(size for _, _, size, _ in files)
        for _, _, size, path in sorted(files):
            if total + needed <= self._capacity_bytes:
                return
            path.unlink(missing_ok=True)
            total -= size

    def _remove_abandoned_partials(self) -> None:
        oldest = time.time() - PARTIAL_LIFETIME_SECONDS
        for path in self._directory.glob(f"*{PARTIAL_SUFFIX}"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < oldest:
                    path.unlink()


@dataclass(frozen=True)
class Leased(Generic[ModelT]):
    """A loaded model that stays in memory while the lease lasts, and where it came from."""

    model: ModelT
    source: Source


class _Entry(Generic[ModelT]):
    """A model in memory (`model` is set), or one that is being loaded (`model` is None, its room is reserved)."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.model: ModelT | None = None
        self.users = 0


class _Flight:
    """One load that is under way, and its outcome."""

    def __init__(self, url: str | None) -> None:
        self.url = url
        self.done = threading.Event()
        self.failure: InvocationFailure | None = None


class ModelCache(Generic[ModelT]):
    """Lends loaded models.

    `capacity_bytes` bounds the sum of the file sizes of all models in memory; it must hold the largest allowed model.
    `max_fetched` bounds the number of those among them that are not stock models. `load` gets a file's bytes and where
    they came from; `is_spent` returns True if a model must not be kept after its use; `close` is called once for each
    model that is dropped.
    """

    def __init__(
        self,
        *,
        load: Callable[[bytes, Source, Deadline], ModelT],
        close: Callable[[ModelT], None],
        is_spent: Callable[[ModelT], bool],
        fetcher: Fetcher,
        stock: Mapping[str, Path],
        files: ModelFileCache | None,
        capacity_bytes: int,
        max_fetched: int,
        log: EventLog,
    ) -> None:
        self._load = load
        self._close = close
        self._is_spent = is_spent
        self._fetcher = fetcher
        self._stock = stock
        self._files = files
        self._capacity_bytes = capacity_bytes
        self._max_fetched = max_fetched
        self._log = log
        self._changed = threading.Condition()
        self._verdicts: OrderedDict[str, str] = OrderedDict()
        self._entries: OrderedDict[str, _Entry[ModelT]] = OrderedDict()
        self._flights: dict[str, _Flight] = {}

    @contextmanager
    def lease(self, reference: ModelReference, deadline: Deadline) -> Iterator[Leased[ModelT]]:
        """Lends the model of the reference, which is loaded when need be and kept in memory until the block ends.

        Raises InvocationFailure with one of the MODEL_ codes, BAD_REQUEST, BUSY or DEADLINE_EXCEEDED.
        """
        if reference.url is not None and reference.sha256 not in self._stock:
            # The URL is checked even when the model is in memory: a wrong URL is wrong whatever the cache holds.
            self._fetcher.check(reference.url)
        with self._changed:
            verdict = self._verdicts.get(reference.sha256)
        if verdict is not None:
            raise unusable_model(verdict)
        entry, leased = self._take(reference, deadline)
        try:
            yield leased
        finally:
            with self._changed:
                entry.users -= 1
                dropped = entry.users == 0 and self._is_spent(leased.model)
                if dropped:
                    del self._entries[reference.sha256]
                self._changed.notify_all()
            if dropped:
                self._close(leased.model)

    def close(self) -> None:
        """Closes every model, also those in use, because the server ends."""
        with self._changed:
            entries = list(self._entries.values())
            self._entries.clear()
        for entry in entries:
            if entry.model is not None:
                self._close(entry.model)

    def held_bytes(self) -> int:
        """Returns the sum of the file sizes of the models that are in memory or being loaded."""
        with self._changed:
            return self._held()

    def _take(self, reference: ModelReference, deadline: Deadline) -> tuple[_Entry[ModelT], Leased[ModelT]]:
        sha256 = reference.sha256
        while True:
            with self._changed:
                entry = self._entries.get(sha256)
                if entry is not None and entry.model is not None:
                    self._check_size(reference, entry.size)
                    entry.users += 1
                    self._entries.move_to_end(sha256)
                    return entry, Leased(entry.model, "memory")
                flight = self._flights.get(sha256)
                leading = flight is None
                if flight is None:
                    flight = _Flight(reference.url)
                    self._flights[sha256] = flight
            if leading:
                return self._lead(reference, flight, deadline)
            if not flight.done.wait(deadline.remaining()):
                deadline.check("waiting for the model")
            # The other caller's link may have caused the failure, so only callers with the same link share it.
            if flight.failure is not None and flight.url == reference.url:
                raise flight.failure

    def _lead(
        self, reference: ModelReference, flight: _Flight, deadline: Deadline
    ) -> tuple[_Entry[ModelT], Leased[ModelT]]:
        try:
            return self._load_into_memory(reference, deadline)
        except InvocationFailure as error:
            # The deadline was that of the request that loaded; those who wait still have theirs.
            if error.code != "DEADLINE_EXCEEDED":
                flight.failure = error
            raise
        finally:
            with self._changed:
                del self._flights[reference.sha256]
                flight.done.set()

    def _load_into_memory(self, reference: ModelReference, deadline: Deadline) -> tuple[_Entry[ModelT], Leased[ModelT]]:
        # Room for the declared size is taken first, so that files that are being fetched are bounded, too.
        entry = self._reserve(reference.sha256, reference.bytes, deadline)
        try:
            content, source = self._read(reference, deadline)
            self._check_size(reference, len(content))
            model = self._load(content, source, deadline)
        except ModelRejected as error:
            self._forget(reference.sha256)
            if self._files is not None:
                self._files.discard(reference.sha256)
            self._remember(reference.sha256, str(error))
            raise unusable_model(str(error)) from None
        except BaseException:
            self._forget(reference.sha256)
            raise
        with self._changed:
            entry.model = model
        return entry, Leased(model, source)

    def _read(self, reference: ModelReference, deadline: Deadline) -> tuple[bytes, Source]:
        sha256 = reference.sha256
        stock = self._stock.get(sha256)
        if stock is not None:
            try:
                content = stock.read_bytes()
            except OSError as error:
                raise InvocationFailure(
                    "INTERNAL", f"the stock model {stock.parent.name} cannot be read ({error.strerror})"
                ) from error
            if sha256_of(content) != sha256:
                raise InvocationFailure(
                    "INTERNAL", f"the stock model {stock.parent.name} changed since the server started"
                )
            return content, "stock"
        if self._files is not None:
            cached = self._files.read(sha256)
            if cached is not None:
                return cached, "disk"
        content = self._fetcher.fetch(reference, deadline)
        found = sha256_of(content)
        if found != sha256:
            raise other_bytes(f"the sha256 {found} instead of {sha256}")
        if self._files is not None:
            try:
                self._files.write(sha256, content)
            except OSError as error:
                # The disk only saves the next download, and this request has its model.
                self._log.event("model-cache-disk-failed", reason=error.strerror or type(error).__name__)
        return content, "fetched"

    def _reserve(self, sha256: str, size: int, deadline: Deadline) -> _Entry[ModelT]:
        """Reserves room before the model is loaded: drops idle models, and waits for those in use."""
        dropped: list[ModelT] = []
        fetched = sha256 not in self._stock
        with self._changed:
            while True:
                for key, entry in list(self._entries.items()):
                    if self._has_room(size, fetched):
                        break
                    helps = self._held() + size > self._capacity_bytes or key not in self._stock
                    if entry.users == 0 and helps:
                        del self._entries[key]
                        if entry.model is not None:
                            dropped.append(entry.model)
                if self._has_room(size, fetched):
                    reserved: _Entry[ModelT] = _Entry(size)
                    reserved.users = 1
                    self._entries[sha256] = reserved
                    break
                if not self._changed.wait(deadline.remaining()):
                    raise InvocationFailure("BUSY", "all model memory is in use; try again")
        for model in dropped:
            self._close(model)
        if dropped:
            dropped.clear()
            return_freed_memory()
        return reserved

    def _has_room(self, size: int, fetched: bool) -> bool:
        held = sum(key not in self._stock for key in self._entries)
        return self._held() + size <= self._capacity_bytes and not (fetched and held >= self._max_fetched)

    def _remember(self, sha256: str, reason: str) -> None:
        with self._changed:
            self._verdicts[sha256] = reason
            if len(self._verdicts) > MAX_VERDICTS:
                self._verdicts.popitem(last=False)

    def _forget(self, sha256: str) -> None:
        with self._changed:
            del self._entries[sha256]
            self._changed.notify_all()

    def _held(self) -> int:
        return sum(entry.size for entry in self._entries.values())

    @staticmethod
    def _check_size(reference: ModelReference, size: int) -> None:
        if size != reference.bytes:
            raise other_bytes(f"{size} bytes instead of {reference.bytes}")
