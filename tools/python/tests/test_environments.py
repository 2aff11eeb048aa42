"""What a person is told while pip installs the packages of an environment."""

import importlib.util
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest


def load() -> ModuleType:
    """Returns the program as a module. It is in no package, because it runs before there is any environment."""
    file = Path(__file__).resolve().parent.parent / "environments.py"
    spec = importlib.util.spec_from_file_location("environments", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["environments"] = module
    spec.loader.exec_module(module)
    return module


environments = load()


def test_progress_says_how_far_pip_is_and_what_it_does() -> None:
    progress = environments.PipProgress(74)
    assert progress.describe() == "0 of 74 packages, pip starts"
    progress.read("Collecting numpy==2.3.4 (from -r requirements.txt (line 1))\n")
    assert progress.describe() == "1 of 74 packages, numpy==2.3.4"
    progress.read("Processing /wheels/torch-2.9.1.whl\n")
    progress.read("  Downloading https://mirror/a/torch-2.9.1-cp311-linux_x86_64.whl (184.4 MB)\n")
    assert progress.describe() == "2 of 74 packages, downloading torch-2.9.1-cp311-linux_x86_64.whl (184.4 MB)"
    progress.read("\n")
    progress.read("Installing collected packages: numpy, torch\n")
    assert progress.describe() == "2 of 74 packages, unpacking them"


def test_while_pip_prints_nothing_it_is_told_what_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "SECONDS_BETWEEN_LINES", 0.01)
    told: list[str] = []
    progress = environments.PipProgress(2)
    with environments._told("training", progress, told.append):
        deadline = time.monotonic() + 30
        while len(told) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
    assert len(told) >= 2
    assert told[0].startswith("training: 0 of 2 packages, pip starts (")
    after = len(told)
    time.sleep(0.05)
    assert len(told) == after
