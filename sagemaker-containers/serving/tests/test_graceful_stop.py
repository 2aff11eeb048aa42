"""The time that a stop waits for work and requests that are under way."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from opencomposer_serving.server import Traffic


def timed_wait(traffic: Traffic) -> tuple[bool, float]:
    began = time.monotonic()
    return traffic.wait_until_done(), time.monotonic() - began


def test_a_server_without_requests_ends_at_once() -> None:
    assert timed_wait(Traffic(work_seconds=9, reading_seconds=9))[1] < 0.1


def test_work_is_waited_for_and_no_longer_than_it_lasts() -> None:
    traffic = Traffic(work_seconds=9, reading_seconds=0.1)
    working, release = threading.Event(), threading.Event()

    def work() -> None:
        with traffic.request() as arrived:
            arrived()
            working.set()
            release.wait(5)

    with ThreadPoolExecutor(2) as pool:
        job = pool.submit(work)
        assert working.wait(5)
        waiting = pool.submit(timed_wait, traffic)
        time.sleep(0.4)
        assert not waiting.done()
        release.set()
        finished, seconds = waiting.result(5)
        job.result(5)
    assert finished
    assert 0.4 <= seconds < 2


def test_work_that_outlasts_the_grace_is_reported_as_cut_off() -> None:
    traffic = Traffic(work_seconds=0.2, reading_seconds=0.1)
    with traffic.request() as arrived:
        arrived()
        finished, seconds = timed_wait(traffic)
    assert not finished
    assert 0.2 <= seconds < 2


def test_a_request_that_is_still_arriving_is_waited_for_shortly_only() -> None:
    traffic = Traffic(work_seconds=9, reading_seconds=0.2)
    with traffic.request():
        finished, seconds = timed_wait(traffic)
    assert finished
    assert 0.2 <= seconds < 2


def test_a_request_that_fails_is_no_longer_counted() -> None:
    traffic = Traffic(work_seconds=9, reading_seconds=9)
    for complete in (False, True):
        with pytest.raises(ValueError, match="broken"), traffic.request() as arrived:
            if complete:
                arrived()
            raise ValueError("broken")
    assert timed_wait(traffic)[1] < 0.1
