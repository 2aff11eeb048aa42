"""Serves MiniStack with uvicorn on 127.0.0.1, behind a door, keeps its state in snapshots, and ends with the launcher.

MiniStack's own start uses hypercorn, whose sockets lack TCP_NODELAY: every call on a kept connection then pays a
delayed acknowledgement of 40 ms. uvicorn does not have that; nothing in MiniStack is changed.

The launcher holds the other end of standard input. When it goes away, even by SIGKILL, reading meets the end of the
file: then this process stops as for SIGTERM (which takes a last snapshot) and its whole process group, Lambda workers
included, is killed.

The exit code tells the launcher about the last snapshot: 0 it was taken, or none was asked for; 11 the disk is full;
12 it could not be taken, for the reason in the log.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import cast

import uvicorn
from changes import ChangeCounter
from door import Application, Door, Message, Receive, Scope, Send, respond_json
from snapshots import SECONDS_OF_SILENCE, SnapshotFailure, Snapshots

NO_SPACE = 11
NOT_TAKEN = 12
MAX_RECORD = 1024 * 1024


class KeptCloud:
    """MiniStack as an ASGI application whose state is kept in snapshots as soon as the launcher has asked for one.

    `POST /_local/snapshot` with the launcher's record as JSON takes one and gives 200 `{"snapshot": "000007"}`, or
    507 or 500 `{"message": …}`. Before the first of these nothing is kept: a start that fails half-way leaves the
    snapshots of earlier starts as they were.
    """

    def __init__(self, application: Application, snapshots: Snapshots, on_shutdown: Callable[[], None]) -> None:
        self._counter = ChangeCounter(application)
        self._snapshots = snapshots
        self._on_shutdown = on_shutdown
        self._record: object = None
        self._is_kept = False
        self._counted = -1
        self._newest = ""
        self._busy = asyncio.Lock()
        self.exit_code = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves the snapshot's address, takes the last snapshot at the end, and passes everything else on."""
        if scope["type"] == "http" and scope["path"] == "/_local/snapshot":
            await self._respond(scope, receive, send)
            return
        if scope["type"] == "lifespan":

            async def receive_watched() -> Message:
                message = await receive()
                if message["type"] == "lifespan.shutdown":
                    await self._take_last()
                    self._on_shutdown()
                return message

            await self._counter(scope, receive_watched, send)
            return
        await self._counter(scope, receive, send)

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False) and message["type"] == "http.request"
            if len(body) > MAX_RECORD:
                await respond_json(send, 413, {"message": f"The record has more than {MAX_RECORD} bytes."})
                return
        try:
            record = json.loads(body)
        except ValueError:
            record = None
        if scope["method"] != "POST" or not isinstance(record, dict):
            await respond_json(send, 400, {"message": "Expected POST with a JSON object: the launcher's record."})
            return
        if record != self._record:
            self._counted = -1
        self._record, self._is_kept = record, True
        try:
            # The snapshot must be completed even when the client goes away or the server ends.
            name = await asyncio.shield(asyncio.create_task(self._take()))
        except SnapshotFailure as error:
            report(f"snapshot failed: {error}")
            await respond_json(send, 507 if error.no_space else 500, {"message": str(error)})
        else:
            await respond_json(send, 200, {"snapshot": name})

    async def _take(self) -> str:
        """Takes a snapshot, one at a time, unless nothing has changed since the newest. Returns the newest name."""
        async with self._busy:
            count = self._counter.count
            if self._counted != count:
                self._newest = await self._snapshots.take(record=self._record, reason="running")
                self._counted = count
            return self._newest

    async def _take_last(self) -> None:
        if not self._is_kept:
            return
        try:
            async with self._busy:
                if self._counted == self._counter.count:
                    self._snapshots.repeat(record=self._record, reason="stop")
                else:
                    await self._snapshots.take(record=self._record, reason="stop")
        except SnapshotFailure as error:
            report(f"snapshot failed: {error}")
            self.exit_code = NO_SPACE if error.no_space else NOT_TAKEN


def report(line: str) -> None:
    """Writes a line to the log, which may be on a disk that is full."""
    with suppress(OSError):
        print(line, file=sys.stderr, flush=True)


def stop_with_launcher(gone: threading.Event, progress: Callable[[], object]) -> None:
    """Blocks until standard input ends, then stops this process, and its whole group when it writes no more."""
    while os.read(0, 4096):
        pass
    gone.set()
    os.kill(os.getpid(), signal.SIGTERM)
    last, since = progress(), time.monotonic()
    while time.monotonic() - since < SECONDS_OF_SILENCE:
        time.sleep(1)
        if (now := progress()) != last:
            last, since = now, time.monotonic()
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    """Serves on the port of the first argument until SIGTERM."""
    port = int(sys.argv[1])
    # State files hold password hashes and signing keys, so only this user may read them.
    os.umask(0o077)
    # MiniStack reads its settings from the environment when it is imported, so it is imported only now.
    from ministack import app as ministack
    from ministack.core.persistence import save_all

    state = Path(os.environ["STATE_DIR"])
    snapshots = Snapshots(
        state=state,
        folder=state.parent / "snapshots",
        # The services that are in use are asked for at the time of each snapshot.
        write_state=lambda: save_all(ministack._build_persistence_save_dict()),
    )

    def leave_state_alone() -> None:
        # MiniStack would write its state once more when it stops, and nothing would read it.
        ministack.PERSIST_STATE = False

    cloud = KeptCloud(cast(Application, ministack.app), snapshots, leave_state_alone)
    launcher_is_gone = threading.Event()
    threading.Thread(target=stop_with_launcher, args=(launcher_is_gone, snapshots.progress), daemon=True).start()

    def exit_by_signal(*_: object) -> None:
        # uvicorn stops by the signal and then raises it again, which by default would hide the exit code.
        raise SystemExit(cloud.exit_code)

    signal.signal(signal.SIGTERM, exit_by_signal)
    try:
        serve(Door(cloud, port=port), port)
    finally:
        if launcher_is_gone.is_set():
            os.killpg(0, signal.SIGKILL)


def serve(application: Application, port: int) -> None:
    """Serves on 127.0.0.1 until a signal ends it."""
    uvicorn.run(
        application,
        host="127.0.0.1",
        port=port,
        lifespan="on",
        access_log=False,
        log_level="warning",
        # MiniStack sends its own Date header. With two of them the AWS SDKs compute a clock offset of NaN, and every
        # later call fails with "Invalid time value".
        date_header=False,
        server_header=False,
        # This is longer than any SDK client keeps an idle connection, so that the client closes it.
        timeout_keep_alive=120,
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    main()
