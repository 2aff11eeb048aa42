"""Makes and uses the Python environments of the local cloud, under `.venv/`.

    python3 tools/python/environments.py make cloud inference
    python3 tools/python/environments.py run --wait training -m opencomposer_unet_gan.train

An environment is made from its lock files (the full closure, every package pinned with its hashes, which pip checks).
A stamp, written last, says what it was made from, and one without a matching stamp is made again. Makers of the same
environment wait for each other by a lock that the kernel takes away when its holder dies. Nothing here runs at
`npm ci`.

It uses only the standard library, and a syntax that an old python3 can read far enough to say that it is too old.
"""

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

MIN_PYTHON = (3, 11)

LOCKS = {
    "cloud": ("local/cloud/requirements.txt",),
    "inference": ("sagemaker-containers/serving/requirements.txt",),
    # `npm run seed` builds the data set on machines that train nothing.
    "dataset": ("datasets/requirements.txt",),
    # The data set's builder, tests and static checks import the trainer's code, so they live beside its packages.
    "training": (
        "sagemaker-containers/training/requirements.txt",
        "datasets/requirements.txt",
        "tools/python/requirements.txt",
    ),
    "clients": ("test/conformance/requirements.txt",),
    "plots": ("docs/plots/requirements.txt",),
    "midi-files": ("test/oracle/requirements.txt",),
    "second-engine": ("test/workflow/second-engine/requirements.txt",),
}
"""The lock files of each environment. Each of them is beside the code that it serves."""

WITHOUT_HASHES = {"training": "sagemaker-containers/training/torch.txt"}
"""The lock file that an environment installs first, in a step of its own, because each index's build differs in
hash."""

SOURCES = {"midi-files": "test/oracle/sources.txt"}
"""Source packages that an environment keeps unchanged in its folder `sources/`, pinned by their digests."""

RECIPE = 2
"""The version of this program's way to make environments. A higher number makes those made before again."""


DISK_MEGABYTES = {"cloud": 110, "inference": 170, "training": 1500, "dataset": 320}
"""The disk that an environment takes, where that is much: as measured on Linux in November 2026, with PyTorch's build
for CPUs. A build for CUDA takes some thousand megabytes more."""

SECONDS_BETWEEN_LINES = 30
"""Seconds after which it is told again what pip is doing."""

SECONDS_WITHOUT_A_MAKER = 30
"""Seconds to wait for an environment that nothing is making, because its maker may only just have been started."""


class EnvironmentProblem(Exception):
    """An environment cannot be made. The message is one or two sentences for a person."""


class PipProgress:
    """What pip is doing, by the lines that it prints.

    Args:
        total: the number of packages that it installs.
    """

    def __init__(self, total: int) -> None:
        self.total = total
        self.collected = 0
        self.doing = "pip starts"

    def read(self, line: str) -> None:
        """Takes one line of pip's output."""
        words = line.split()
        if line.startswith(("Collecting ", "Processing ")):
            self.collected += 1
            self.doing = words[1]
        elif words[:1] == ["Downloading"]:
            # The name of the file and, in brackets, its size.
            self.doing = " ".join(["downloading", words[1].rsplit("/", 1)[-1], *words[2:]])
        elif line.startswith("Installing collected packages"):
            self.doing = "unpacking them"

    def describe(self) -> str:
        """Returns how far pip is, in one line."""
        return f"{self.collected} of {self.total} packages, {self.doing}"


class Environments:
    """The environments of one checkout.

    Args:
        root: the repository.
        directory: where the environments are; `.venv/` of the repository unless a test says otherwise.
        locks: the folder that the paths of the lock files start from; the repository unless a test says otherwise.
    """

    def __init__(self, root: Path, directory: Path, locks: Path) -> None:
        self.root = root
        self.directory = directory
        self.locks = locks

    def python(self, name: str) -> Path:
        """Returns the interpreter of an environment."""
        return self.directory / name / "bin" / "python"

    def is_current(self, name: str) -> bool:
        """Returns True if the environment was made, to its end, from the present content of its lock files."""
        try:
            stamp = json.loads((self.directory / name / "stamp.json").read_text("utf-8"))
        except (OSError, ValueError):
            return False
        return bool(stamp == self._stamp(name)) and self.python(name).exists()

    def make(self, name: str, report: Callable[[str], None]) -> None:
        """Makes the environment unless it is current. Several processes may call it at once."""
        self._stamp(name)  # This comes first, because it says when a lock file is missing.
        if not self.is_current(name):
            self.directory.mkdir(parents=True, exist_ok=True)
            with self._alone(name, report):
                if not self.is_current(name):
                    self._make(name, report)
        self._show_our_packages(name)

    def wait(self, name: str, report: Callable[[str], None]) -> None:
        """Waits while another process makes the environment. It is for processes that may not make one themselves, such
        as a job without a network."""
        said = started = time.monotonic()
        idle_since = started
        while not self.is_current(name):
            now = time.monotonic()
            if self._is_being_made(name):
                idle_since = now
            elif now - idle_since > SECONDS_WITHOUT_A_MAKER:
                raise EnvironmentProblem(
                    f"The Python environment {name} is not there and nothing is making it (its log: "
                    f"{self.directory / name}.log). Make it: python3 tools/python/environments.py make {name}"
                )
            if now - said > 10:
                said = now
                report(f"waiting for the Python environment {name} ({now - started:.0f} s)")
            time.sleep(0.5)

    def _is_being_made(self, name: str) -> bool:
        try:
            with (self.directory / f"{name}.lock").open("r", encoding="utf-8") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def _make(self, name: str, report: Callable[[str], None]) -> None:
        place = self.directory / name
        started = time.monotonic()
        if place.exists():
            report(f"{name}: its lock or Python changed: making it again")
            shutil.rmtree(place)
        report(f"{name}: making a virtual environment")
        made = subprocess.run([sys.executable, "-m", "venv", str(place)], capture_output=True, text=True, check=False)
        if made.returncode != 0:
            raise EnvironmentProblem(
                f"python3 could not make a virtual environment in {place}. On Debian and Ubuntu its part for that is a "
                "package of its own: apt-get install python3-venv. It said: "
                f"{(made.stdout + made.stderr).strip()[-600:]}"
            )
        self._install(name, report)
        if name in SOURCES:
            self._download_sources(name, report)
        temporary = place / "stamp.json.new"
        temporary.write_text(json.dumps(self._stamp(name)), "utf-8")
        temporary.replace(place / "stamp.json")
        report(f"{name}: ready after {time.monotonic() - started:.0f} s")

    def _install(self, name: str, report: Callable[[str], None]) -> None:
        hashed = [self.locks / lock for lock in LOCKS[name]]
        unhashed = [self.locks / WITHOUT_HASHES[name]] if name in WITHOUT_HASHES else []
        total = len({line for file in (*unhashed, *hashed) for line in requirements(file.read_text("utf-8"))})
        if total == 0:
            return
        size = f", {DISK_MEGABYTES[name]} MB of disk" if name in DISK_MEGABYTES else ""
        report(f"{name}: installing {total} packages{size}")
        # A pip that is killed leaves its temporary folders behind. They are in this folder, and the next making clears
        # it.
        temporary = self.directory / f"{name}.tmp"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        log = self.directory / f"{name}.log"
        progress = PipProgress(total)
        installed = True
        # The log is read while pip works, so each line is in it at once.
        with log.open("w", encoding="utf-8", buffering=1) as sink, _told(name, progress, report):
            for files, options in ((unhashed, []), (hashed, ["--require-hashes"])):
                if not files or not installed:
                    continue
                with subprocess.Popen(
                    self._pip_install(name, files, options),
                    env={**os.environ, "TMPDIR": str(temporary)},
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                ) as pip:
                    assert pip.stdout is not None
                    for line in pip.stdout:
                        sink.write(line)
                        progress.read(line)
                installed = pip.returncode == 0
        shutil.rmtree(temporary, ignore_errors=True)
        if not installed:
            last = "\n".join(log.read_text("utf-8").strip().splitlines()[-5:])
            raise EnvironmentProblem(f"pip could not install the packages of {name} (all it said: {log}):\n{last}")

    def _pip_install(self, name: str, files: list[Path], options: list[str]) -> list[str]:
        command = [str(self.python(name)), "-m", "pip", "install", "--no-deps", *options, "--no-input"]
        command += ["--progress-bar", "off", "--disable-pip-version-check"]
        return command + [argument for file in files for argument in ("--requirement", str(file))]

    def _download_sources(self, name: str, report: Callable[[str], None]) -> None:
        command = [str(self.python(name)), "-m", "pip", "download", "--no-deps", "--no-binary", ":all:"]
        command += ["--no-build-isolation", "--require-hashes", "--no-input", "--disable-pip-version-check"]
        command += ["--progress-bar", "off", "--requirement", str(self.locks / SOURCES[name])]
        command += ["--dest", str(self.directory / name / "sources")]
        report(f"{name}: downloading source packages")
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-5:])
            raise EnvironmentProblem(f"pip could not download the source packages of {name}:\n{last}")

    def _stamp(self, name: str) -> dict[str, str]:
        """Returns what an environment is made from. Its scripts hold its path, so a moved checkout makes it again."""
        digest = hashlib.sha256()
        for lock in (*LOCKS[name], *(others[name] for others in (WITHOUT_HASHES, SOURCES) if name in others)):
            file = self.locks / lock
            if not file.exists():
                raise EnvironmentProblem(f"The lock file {file} of the Python environment {name} is missing.")
            digest.update(file.read_bytes())
        return {
            "locks": digest.hexdigest(),
            "recipe": str(RECIPE),
            "python": ".".join(str(part) for part in sys.version_info[:3]),
            "place": str(self.directory / name),
        }

    def _show_our_packages(self, name: str) -> None:
        """Makes our packages importable by a `.pth` file, so that a change of ours needs no install."""
        if name == "cloud":
            return
        sources = [*sorted(self.root.glob("sagemaker-containers/*/src")), *sorted(self.root.glob("evaluation/src"))]
        text = "".join(f"{source}\n" for source in sources)
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        file = self.directory / name / "lib" / version / "site-packages" / "opencomposer.pth"
        if file.exists() and file.read_text("utf-8") == text:
            return
        temporary = file.with_suffix(f".{os.getpid()}.new")
        temporary.write_text(text, "utf-8")
        temporary.replace(file)

    @contextlib.contextmanager
    def _alone(self, name: str, report: Callable[[str], None]) -> Iterator[None]:
        with (self.directory / f"{name}.lock").open("w", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                report(f"{name}: another process is making it: waiting")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield


@contextlib.contextmanager
def _told(name: str, progress: PipProgress, report: Callable[[str], None]) -> Iterator[None]:
    """Reports what pip is doing, again and again, until the work within is over. pip prints nothing while it downloads
    a file or unpacks all of them."""
    over = threading.Event()
    started = time.monotonic()

    def tell() -> None:
        while not over.wait(SECONDS_BETWEEN_LINES):
            report(f"{name}: {progress.describe()} ({time.monotonic() - started:.0f} s)")

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        over.set()
        teller.join()


def requirements(text: str) -> list[str]:
    """Returns the pinned packages of a lock file, as `name==version`, without comments, hashes and options."""
    lines = (re.sub(r"(^|\s)#.*", "", line).rstrip("\\ ").strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("-")]


def main(arguments: list[str]) -> int:
    """Runs the command of the module's docstring. Prints a problem as one sentence on standard error and returns 1."""
    if sys.version_info < MIN_PYTHON:
        found = ".".join(str(part) for part in sys.version_info[:3])
        wanted = ".".join(str(part) for part in MIN_PYTHON)
        print(
            f"OpenComposer needs Python {wanted} or newer; {sys.executable} is {found}. Install a newer one, or name "
            "it in OPENCOMPOSER_PYTHON.",
            file=sys.stderr,
        )
        return 1
    root = Path(__file__).resolve().parent.parent.parent
    parser = argparse.ArgumentParser(description="The Python environments of the local cloud")
    parser.add_argument("--directory", type=Path, default=root / ".venv")
    parser.add_argument("--locks", type=Path, default=root)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make", help="make those that are not current")
    make.add_argument("names", nargs="+", choices=sorted(LOCKS))
    run = commands.add_parser("run", help="make it if need be, then become its interpreter with these arguments")
    run.add_argument("--wait", action="store_true", help="never make it here: wait for who makes it")
    run.add_argument("name", choices=sorted(LOCKS))
    run.add_argument("arguments", nargs=argparse.REMAINDER)
    asked = parser.parse_args(arguments)
    environments = Environments(root, asked.directory.resolve(), asked.locks.resolve())

    def report(line: str) -> None:
        print(line, flush=True)

    try:
        if asked.command == "make":
            for name in asked.names:
                environments.make(name, report)
            return 0
        if asked.wait:
            environments.wait(asked.name, report)
        else:
            environments.make(asked.name, report)
    except EnvironmentProblem as error:
        print(str(error), file=sys.stderr)
        return 1
    # The interpreter replaces this process and keeps its pipes, so that signals and its end reach whoever waits for us.
    interpreter = str(environments.python(asked.name))
    return os.execv(interpreter, [interpreter, *asked.arguments])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
