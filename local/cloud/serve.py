"""Serve MiniStack with uvicorn on 127.0.0.1 and end when the launcher ends.

MiniStack's own start uses hypercorn, whose sockets lack TCP_NODELAY: every call on a kept connection then pays a
delayed acknowledgement of 40 ms. uvicorn does not have that; nothing in MiniStack is changed.

The launcher holds the other end of standard input. When it goes away, even by SIGKILL, reading meets the end of the
file: then this process stops as for SIGTERM (which writes MiniStack's state) and its whole process group, Lambda
workers included, is killed.
"""

import os
import signal
import sys
import threading
import time

import uvicorn

SECONDS_TO_STOP = 6.0
"""After the launcher's death: how long MiniStack may take to write its state before it is killed."""


def stop_with_launcher() -> None:
    """Block until standard input ends, then stop this process, and after a grace its whole group."""
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(SECONDS_TO_STOP)
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    """Serve on the port of the first argument until SIGTERM."""
    port = int(sys.argv[1])
    threading.Thread(target=stop_with_launcher, daemon=True).start()
    uvicorn.run(
        "ministack.app:app",
        host="127.0.0.1",
        port=port,
        lifespan="on",
        access_log=False,
        log_level="warning",
        # MiniStack sends its own Date header; with two of them the AWS SDKs compute a clock offset of NaN and every
        # later call fails with "Invalid time value".
        date_header=False,
        server_header=False,
        # Longer than any SDK client keeps an idle connection, so that the client is the one who closes it.
        timeout_keep_alive=120,
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    main()
