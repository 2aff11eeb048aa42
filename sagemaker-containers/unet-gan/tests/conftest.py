"""Makes `opencomposer_testing` and this folder's own modules importable wherever pytest is started."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / "shared/testing"), str(Path(__file__).resolve().parent)]
