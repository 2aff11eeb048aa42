"""ruff, mypy and vulture refuse a fault by this repository's own settings (pyproject.toml).

Each runs in a folder that has those settings and one file in each of the folders that they name.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
SETTINGS = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["tool"]
FOLDERS = sorted({*SETTINGS["mypy"]["files"], *SETTINGS["vulture"]["paths"]})
SOUND = '"""A module without a fault."""\n'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Returns a folder with the settings, and a module without a fault in each folder that they name."""
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    for folder in FOLDERS:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{folder.replace('-', '_')}_module.py").write_text(SOUND)
    return tmp_path


def run(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=checkout,
        env={"PATH": os.environ["PATH"], "HOME": str(checkout), "MYPY_CACHE_DIR": str(checkout / ".mypy_cache")},
        capture_output=True,
        text=True,
        check=False,
    )


COMMANDS = {
    "ruff": ("ruff", "check", "--no-cache", *FOLDERS),
    "ruff format": ("ruff", "format", "--no-cache", "--check", *FOLDERS),
    "mypy": ("mypy",),
    "vulture": ("vulture",),
}


@pytest.mark.parametrize(
    ("checker", "code", "complaint"),
    [
        ("ruff", "import json\n", "F401"),
        ("ruff", "def double(x):\n    return 2 * x\n", "ANN001"),
        ("ruff", "def tell(path: str) -> None:\n    open(path).close()\n", "PTH123"),
        ("ruff format", "double = [ 2 ]\n", "File would be reformatted"),
        ("mypy", "def double(x):\n    return 2 * x\n", "no-untyped-def"),
        ("mypy", 'size: int = "large"\n', "assignment"),
        ("vulture", "def nobody_calls_this() -> int:\n    return 1\n", "unused function 'nobody_calls_this'"),
    ],
)
def test_a_checker_passes_sound_code_and_refuses_a_fault(
    checkout: Path, checker: str, code: str, complaint: str
) -> None:
    sound = run(checkout, *COMMANDS[checker])
    assert sound.returncode == 0, sound.stdout + sound.stderr
    (checkout / "sagemaker-containers" / "faulty.py").write_text(SOUND + "\n" + code)
    faulty = run(checkout, *COMMANDS[checker])
    assert faulty.returncode in (1, 3), faulty.stdout + faulty.stderr
    assert complaint in faulty.stdout
    assert "faulty.py" in faulty.stdout
