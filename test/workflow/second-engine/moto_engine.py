"""Runs scripted executions of a workflow on moto's Step Functions engine, in virtual time.

    python test/workflow/second-engine/moto_engine.py < JSON > JSON_LINES

The input is `{"definition", "startsAt", "jitter", "scripts": [{"input", "replies"}]}`: the definition's text, the
instant at which each execution starts, the part of a retry's delay that full jitter leaves (0 to 1), and for each
execution its input and what its functions reply, in the order in which they are called. A reply is
`{"returns": value}`, `{"throws": name, "message": text}` or `{"hangs": true}`. Once its replies are used up, a function
returns `{"outcome": "SCRIPT_ENDED"}`. For each script one line comes out, `{"execution", "events"}`: how the execution
ended, and its history, with the fields of DescribeExecution and GetExecutionHistory.

moto calls functions by boto3 and waits by the clock of the machine, and it has no setting for either (its mock
configuration of Step Functions is switched off). So this program puts its own functions, clock and chance in the places
where moto's modules keep theirs. Everything else is moto's.
"""

import datetime
import functools
import io
import json
import logging
import sys
import threading
import time
from types import SimpleNamespace
from typing import Any

from moto.stepfunctions.parser import models
from moto.stepfunctions.parser.api import ExecutionStatus
from moto.stepfunctions.parser.asl.component.common.path import result_path
from moto.stepfunctions.parser.asl.component.common.retry import jitter_strategy_decl, retrier_decl
from moto.stepfunctions.parser.asl.component.program import program
from moto.stepfunctions.parser.asl.component.state import state
from moto.stepfunctions.parser.asl.component.state.exec import execute_state
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction
from moto.stepfunctions.parser.asl.eval.event import event_manager
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.utils import json_path
from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.parser.utils import TMP_THREADS

ACCOUNT = "123456789012"
REGION = "eu-west-1"
SECONDS_TO_WAIT = 300
"""The longest that one execution may take by the machine's clock. It takes milliseconds unless it never ends."""

AFTER_THE_SCRIPT = {"returns": {"outcome": "SCRIPT_ENDED"}}


class CompletionEvent(threading.Event):
    """The event by which moto's task waits for its function, until the function responds or its time-out has passed."""

    def __init__(self, time_line: "TimeLine") -> None:
        super().__init__()
        self.time_line = time_line
        self.hangs = False

    def wait(self, timeout: float | None = None) -> bool:
        """Returns whether the function has responded, after the time-out in virtual time if it hangs."""
        super().wait()
        if self.hangs:
            self.time_line.pass_seconds(float("inf") if timeout is None else timeout)
        return not self.hangs


class TimeLine:
    """The virtual time of one execution, and its end if the machine's time-out comes first."""

    def __init__(self, starts_at: datetime.datetime) -> None:
        self.starts_at = starts_at
        self.seconds = 0.0
        self.deadline = float("inf")
        self.has_deadline = threading.Event()
        self.over = threading.Event()
        self.timed_out = False
        self.released = threading.Event()

    def now(self, tz: datetime.tzinfo | None = None) -> datetime.datetime:
        """Returns the present instant, as datetime.now() does."""
        return (self.starts_at + datetime.timedelta(seconds=self.seconds)).astimezone(tz)

    def pass_seconds(self, seconds: float) -> None:
        """Lets time pass. At the machine's time-out it stops, until the engine has ended the execution."""
        self.has_deadline.wait()
        self.seconds += seconds
        if self.seconds > self.deadline:
            self.seconds = self.deadline
            self.timed_out = True
            self.over.set()
            self.released.wait()

    def end(self) -> None:
        """Lets the threads of an execution that has ended go on to their ends: they still write how it ended."""
        self.released.set()
        for thread in TMP_THREADS:
            threading.Thread.join(thread)
        TMP_THREADS.clear()


class ScriptedExecution:
    """What moto meets while it runs one execution: time, and functions that reply by the script."""

    def __init__(self, replies: list[dict[str, Any]], starts_at: datetime.datetime) -> None:
        self.replies = iter(replies)
        self.time_line = TimeLine(starts_at)
        self.completion = CompletionEvent(self.time_line)

    def new_completion(self) -> CompletionEvent:
        """Returns the event for the task that begins now. Tasks run one after the other."""
        self.completion = CompletionEvent(self.time_line)
        return self.completion

    def invoke(self, **_request: Any) -> dict[str, Any]:
        """Responds as Invoke of the Lambda API does."""
        reply = next(self.replies, AFTER_THE_SCRIPT)
        if "hangs" in reply:
            self.completion.hangs = True
            self.completion.set()
            # A thread ends by SystemExit without a word, and moto's task never hears of it.
            raise SystemExit
        if "throws" in reply:
            payload = {"errorType": reply["throws"], "errorMessage": reply["message"]}
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(payload).encode())}
        return {"Payload": io.BytesIO(json.dumps(reply["returns"]).encode())}


class ProgramThread(threading.Thread):
    """The thread of an execution, which moto joins for as long as the machine's TimeoutSeconds."""

    def __init__(self, time_line: TimeLine, **options: Any) -> None:
        super().__init__(**options)
        self.time_line = time_line

    def run(self) -> None:
        """Runs the execution to its end."""
        try:
            super().run()
        finally:
            self.time_line.over.set()

    def join(self, timeout: float | None = None) -> None:
        """Returns once the execution has ended or, in virtual time, run for longer than the time-out."""
        self.time_line.deadline = float("inf") if timeout is None else timeout
        self.time_line.has_deadline.set()
        self.time_line.over.wait()
        if not self.time_line.timed_out:
            super().join()


class Surroundings:
    """Stands in for the clock, the chance and the functions of moto's engine. One execution runs at a time."""

    def __init__(self, starts_at: datetime.datetime, jitter: float) -> None:
        self.starts_at = starts_at
        self.jitter = jitter
        self.execution = ScriptedExecution([], starts_at)

    def begin(self, replies: list[dict[str, Any]]) -> TimeLine:
        """Makes way for the next execution, and returns its time."""
        self.execution = ScriptedExecution(replies, self.starts_at)
        return self.execution.time_line

    def new_completion(self) -> CompletionEvent:
        """Returns the event for the task that begins now."""
        return self.execution.new_completion()

    def install(self) -> None:
        """Puts itself in the places where moto's modules keep the clock, the chance and the Lambda client."""

        def pass_seconds(seconds: float) -> None:
            self.execution.time_line.pass_seconds(seconds)

        def wait_interval(_wait: WaitFunction, *, wait_seconds: int, **_others: Any) -> None:
            pass_seconds(wait_seconds)

        clock = SimpleNamespace(
            datetime=SimpleNamespace(now=lambda tz=None: self.execution.time_line.now(tz)),
            timezone=datetime.timezone,
        )
        for module in (models, state, event_manager):
            module.datetime = clock
        program.threading = SimpleNamespace(Thread=lambda **options: ProgramThread(self.execution.time_line, **options))
        execute_state.threading = SimpleNamespace(Event=self.new_completion)
        WaitFunction._wait_interval = wait_interval
        retrier_decl.time = SimpleNamespace(sleep=pass_seconds)
        jitter_strategy_decl.random = SimpleNamespace(uniform=lambda low, high: low + (high - low) * self.jitter)
        lambda_eval_utils.boto_client_for = lambda **_: SimpleNamespace(invoke=self.execution.invoke)


def parse_once() -> None:
    """Keeps what moto parses: it would parse the definition and its paths for each execution again, which takes most of
    the time."""
    AmazonStateLanguageParser.parse = staticmethod(functools.cache(AmazonStateLanguageParser.parse))
    for module in (json_path, result_path):
        module.parse = functools.cache(module.parse)


def run_script(backend: models.StepFunctionsParserBackend, machine_arn: str, name: str, text: str) -> Execution:
    """Runs one execution until it has ended.

    Raises:
        TimeoutError: it did not end.
    """
    execution = backend.start_execution(machine_arn, name=name, execution_input=text)
    give_up_at = time.monotonic() + SECONDS_TO_WAIT
    while execution.exec_status == ExecutionStatus.RUNNING:
        if time.monotonic() > give_up_at:
            raise TimeoutError(f"The execution {name} did not end within {SECONDS_TO_WAIT} seconds.")
        time.sleep(0.001)
    return execution


def main() -> None:
    """Reads the scripts, runs each of them, and prints its line."""
    asked = json.load(sys.stdin)
    logging.disable()  # moto logs as errors what these scripts do on purpose.
    surroundings = Surroundings(datetime.datetime.fromisoformat(asked["startsAt"]), asked["jitter"])
    surroundings.install()
    parse_once()
    backend = models.stepfunctions_parser_backends[ACCOUNT][REGION]
    role_arn = f"arn:aws:iam::{ACCOUNT}:role/workflow"
    machine_arn = backend.create_state_machine("workflow", asked["definition"], role_arn).arn
    for number, script in enumerate(asked["scripts"]):
        time_line = surroundings.begin(script["replies"])
        execution = run_script(backend, machine_arn, f"script-{number}", json.dumps(script["input"]))
        time_line.end()
        ended = {
            "status": execution.exec_status,
            "output": execution.output,
            "error": execution.error,
            "cause": execution.cause,
        }
        print(json.dumps({"execution": ended, **execution.to_history_output()}))


if __name__ == "__main__":
    main()
