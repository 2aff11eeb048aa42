"""The laws of the two caches: they are bounded, the least recently used model goes first, a model in use stays, and a
model is loaded once at a time."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencomposer_serving.deadline import Deadline
from opencomposer_serving.event_log import EventLog
from opencomposer_serving.failures import InvocationFailure, ModelRejected
from opencomposer_serving.invocation import ModelReference
from opencomposer_serving.model_cache import ModelCache, ModelFileCache, Source, sha256_of


def reference(content: bytes, url: str | None = "u") -> ModelReference:
    return ModelReference(sha256_of(content), len(content), url)


class Shelf:
    """A fetcher over a dictionary, which counts its requests."""

    def __init__(self, contents: Sequence[bytes], *, seconds: float = 0.0) -> None:
        self._contents = {sha256_of(content): content for content in contents}
        self._seconds = seconds
        self._lock = threading.Lock()
        self.fetched: list[str] = []

    def check(self, url: str) -> None:
        if url == "foreign":
            raise InvocationFailure("BAD_REQUEST", "foreign")

    def fetch(self, reference: ModelReference, deadline: Deadline) -> bytes:
        with self._lock:
            self.fetched.append(reference.sha256)
        time.sleep(self._seconds)
        if reference.url in (None, "broken"):
            raise InvocationFailure("MODEL_FETCH_FAILED", "broken link")
        return self._contents[reference.sha256]


def make_cache(
    shelf: Shelf,
    capacity: int,
    *,
    files: ModelFileCache | None = None,
    stock: dict[str, Path] | None = None,
    max_fetched: int = 100,
    closed: list[bytes] | None = None,
    spent: set[bytes] | None = None,
) -> ModelCache[bytes]:
    dropped: list[bytes] = [] if closed is None else closed

    def load(content: bytes, source: Source, deadline: Deadline) -> bytes:
        if content.startswith(b"bad"):
            raise ModelRejected("it is bad")
        if content.startswith(b"bug"):
            raise RuntimeError("a bug")
        return content

    return ModelCache(
        load=load,
        close=dropped.append,
        is_spent=lambda model: spent is not None and model in spent,
        fetcher=shelf,
        stock=stock or {},
        files=files,
        capacity_bytes=capacity,
        max_fetched=max_fetched,
        log=EventLog(StringIO()),
    )


def soon() -> Deadline:
    return Deadline.after(5)


CONTENTS = [bytes([65 + index]) * size for index, size in enumerate((10, 20, 30, 40, 50, 60))]


@given(st.lists(st.integers(0, len(CONTENTS) - 1), max_size=60), st.integers(60, 210))
@settings(deadline=None)
def test_memory_holds_what_a_least_recently_used_cache_of_that_size_holds(uses: list[int], capacity: int) -> None:
    shelf = Shelf(CONTENTS)
    cache = make_cache(shelf, capacity)
    expected: OrderedDict[int, int] = OrderedDict()
    for use in uses:
        with cache.lease(reference(CONTENTS[use]), soon()) as leased:
            assert leased.model == CONTENTS[use]
            assert leased.source == ("memory" if use in expected else "fetched")
            assert cache.held_bytes() <= capacity
        if use in expected:
            expected.move_to_end(use)
            continue
        while sum(expected.values()) + len(CONTENTS[use]) > capacity:
            expected.popitem(last=False)
        expected[use] = len(CONTENTS[use])
    assert cache.held_bytes() == sum(expected.values())


def test_a_model_in_use_is_never_dropped_and_room_is_waited_for() -> None:
    shelf = Shelf(CONTENTS)
    cache = make_cache(shelf, 60)
    with ThreadPoolExecutor(1) as pool:
        with cache.lease(reference(CONTENTS[0]), soon()):

            def take_all() -> float:
                with cache.lease(reference(CONTENTS[5]), soon()):
                    return time.monotonic()

            waiting = pool.submit(take_all)
            time.sleep(0.2)
            assert not waiting.done()
            released = time.monotonic()
        assert waiting.result(5) >= released


def test_room_that_never_comes_is_busy() -> None:
    cache = make_cache(Shelf(CONTENTS), 60)
    with (
        cache.lease(reference(CONTENTS[0]), soon()),
        pytest.raises(InvocationFailure) as caught,
        cache.lease(reference(CONTENTS[5]), Deadline.after(0.1)),
    ):
        pass
    assert caught.value.code == "BUSY"
    with cache.lease(reference(CONTENTS[5]), soon()) as leased:
        assert leased.model == CONTENTS[5]


def test_leases_of_the_same_model_share_it() -> None:
    cache = make_cache(Shelf(CONTENTS), 60)
    with ExitStack() as stack:
        models = [stack.enter_context(cache.lease(reference(CONTENTS[1]), soon())).model for _ in range(5)]
        assert all(model is models[0] for model in models)
        assert cache.held_bytes() == 20


def test_16_threads_load_a_model_once() -> None:
    shelf = Shelf(CONTENTS, seconds=0.1)
    cache = make_cache(shelf, 210)
    barrier = threading.Barrier(16)

    def use(_: int) -> bytes:
        barrier.wait()
        with cache.lease(reference(CONTENTS[2]), soon()) as leased:
            return leased.model

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(use, range(16))) == {CONTENTS[2]}
    assert len(shelf.fetched) == 1


@settings(deadline=None, max_examples=20)
@given(st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=8), min_size=4, max_size=8), st.integers(60, 210))
def test_many_threads_never_exceed_the_capacity_nor_get_another_model(work: list[list[int]], capacity: int) -> None:
    cache = make_cache(Shelf(CONTENTS), capacity)

    def use(indexes: list[int]) -> bool:
        for index in indexes:
            with cache.lease(reference(CONTENTS[index]), soon()) as leased:
                if leased.model != CONTENTS[index] or cache.held_bytes() > capacity:
                    return False
        return True

    with ThreadPoolExecutor(len(work)) as pool:
        assert all(pool.map(use, work))


def test_a_failed_link_fails_those_who_share_it_and_no_one_else() -> None:
    shelf = Shelf(CONTENTS, seconds=0.2)
    cache = make_cache(shelf, 60)

    def use(url: str) -> str:
        try:
            with cache.lease(reference(CONTENTS[0], url), soon()) as leased:
                return leased.source
        except InvocationFailure as error:
            return error.code

    with ThreadPoolExecutor(3) as pool:
        leader = pool.submit(use, "broken")
        time.sleep(0.05)
        same, other = pool.submit(use, "broken"), pool.submit(use, "good")
        assert leader.result() == "MODEL_FETCH_FAILED"
        assert same.result() == "MODEL_FETCH_FAILED"
        assert other.result() == "fetched"
    assert len(shelf.fetched) == 2


@pytest.mark.parametrize("content", [b"bad model", b"bug in load"])
def test_a_model_that_does_not_load_leaves_no_trace(content: bytes, tmp_path: Path) -> None:
    shelf = Shelf([content])
    cache = make_cache(shelf, 60, files=ModelFileCache(directory=tmp_path, capacity_bytes=1000))
    for _ in range(2):
        with pytest.raises((InvocationFailure, RuntimeError)) as caught, cache.lease(reference(content), soon()):
            pass
        if content.startswith(b"bad"):
            assert isinstance(caught.value, InvocationFailure)
            assert caught.value.code == "MODEL_CORRUPT"
            assert "it is bad" in caught.value.message
            # The same bytes would be rejected again, so they are not even fetched.
            assert len(shelf.fetched) == 1
        assert cache.held_bytes() == 0


def test_a_foreign_url_is_refused_even_when_the_model_is_at_hand() -> None:
    cache = make_cache(Shelf(CONTENTS), 60)
    with cache.lease(reference(CONTENTS[0]), soon()):
        pass
    with pytest.raises(InvocationFailure), cache.lease(reference(CONTENTS[0], "foreign"), soon()):
        pass


def test_a_declared_size_must_be_true_even_when_the_model_is_at_hand() -> None:
    cache = make_cache(Shelf(CONTENTS), 60)
    with cache.lease(reference(CONTENTS[0]), soon()):
        pass
    wrong = ModelReference(sha256_of(CONTENTS[0]), 11, "u")
    with pytest.raises(InvocationFailure) as caught, cache.lease(wrong, soon()):
        pass
    assert caught.value.code == "MODEL_CHECKSUM_MISMATCH"


def test_a_stock_model_needs_no_url_and_is_checked_against_its_hash(tmp_path: Path) -> None:
    path = tmp_path / "bach" / "model.onnx"
    path.parent.mkdir()
    path.write_bytes(b"stock")
    shelf = Shelf([])
    stock = {sha256_of(b"stock"): path}
    with make_cache(shelf, 60, stock=stock).lease(reference(b"stock", None), soon()) as leased:
        assert (leased.model, leased.source) == (b"stock", "stock")
    path.write_bytes(b"STOCK")
    with (
        pytest.raises(InvocationFailure) as caught,
        make_cache(shelf, 60, stock=stock).lease(reference(b"stock", None), soon()),
    ):
        pass
    assert caught.value.code == "INTERNAL"
    assert shelf.fetched == []


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), max_size=40), st.integers(0, 210))
@settings(deadline=None, max_examples=50)
def test_the_disk_never_holds_more_than_its_bound(
    tmp_path_factory: pytest.TempPathFactory, uses: list[tuple[bool, int]], capacity: int
) -> None:
    directory = tmp_path_factory.mktemp("files")
    files = ModelFileCache(directory=directory, capacity_bytes=capacity)
    for write, index in uses:
        content = CONTENTS[index]
        if write:
            files.write(sha256_of(content), content)
            assert (files.read(sha256_of(content)) == content) == (len(content) <= capacity)
        else:
            assert files.read(sha256_of(content)) in (None, content)
        held = list(directory.iterdir())
        assert sum(path.stat().st_size for path in held) <= capacity
        assert all(path.suffix == ".model" for path in held)


def test_the_disk_drops_what_was_read_longest_ago(tmp_path: Path) -> None:
    files = ModelFileCache(directory=tmp_path, capacity_bytes=60)
    names = [sha256_of(content) for content in CONTENTS]
    for index in (0, 1, 2):
        files.write(names[index], CONTENTS[index])
    assert files.read(names[0]) is not None
    newest = b"x" * 10
    files.write(sha256_of(newest), newest)
    assert {path.stem for path in tmp_path.iterdir()} == {names[0], names[2], sha256_of(newest)}


def test_files_that_are_not_models_are_left_alone(tmp_path: Path) -> None:
    stranger = tmp_path / "notes.txt"
    stranger.write_bytes(b"x" * 1000)
    files = ModelFileCache(directory=tmp_path, capacity_bytes=60)
    files.write(sha256_of(CONTENTS[5]), CONTENTS[5])
    assert stranger.exists()


def test_a_damaged_file_is_no_model(tmp_path: Path) -> None:
    files = ModelFileCache(directory=tmp_path, capacity_bytes=60)
    name = hashlib.sha256(b"abc").hexdigest()
    files.write(name, b"abc")
    (tmp_path / f"{name}.model").write_bytes(b"abd")
    assert files.read(name) is None
    assert list(tmp_path.iterdir()) == []


def test_models_that_were_fetched_are_bounded_in_number_and_closed_when_dropped(tmp_path: Path) -> None:
    path = tmp_path / "bach" / "model.onnx"
    path.parent.mkdir()
    path.write_bytes(b"stock")
    closed: list[bytes] = []
    stock = {sha256_of(b"stock"): path}
    cache = make_cache(Shelf(CONTENTS), 1_000, stock=stock, max_fetched=2, closed=closed)
    for content in (b"stock", *CONTENTS[:4]):
        with cache.lease(reference(content), soon()):
            pass
    assert closed == CONTENTS[:2]
    with cache.lease(reference(b"stock"), soon()) as leased:
        assert leased.source == "memory"
    with (
        cache.lease(reference(CONTENTS[2]), soon()),
        cache.lease(reference(CONTENTS[3]), soon()),
        pytest.raises(InvocationFailure) as caught,
        cache.lease(reference(CONTENTS[0]), Deadline.after(0.1)),
    ):
        pass
    assert caught.value.code == "BUSY"
    cache.close()
    assert sorted(closed) == sorted((b"stock", *CONTENTS[:4]))


def test_a_model_that_is_spent_is_closed_after_its_last_use_and_loaded_anew(tmp_path: Path) -> None:
    closed: list[bytes] = []
    spent: set[bytes] = set()
    cache = make_cache(Shelf(CONTENTS), 1_000, closed=closed, spent=spent)
    with cache.lease(reference(CONTENTS[0]), soon()):
        with cache.lease(reference(CONTENTS[0]), soon()):
            spent.add(CONTENTS[0])
        assert closed == []
    assert closed == CONTENTS[:1]
    spent.clear()
    with cache.lease(reference(CONTENTS[0]), soon()) as leased:
        assert leased.source == "fetched"
