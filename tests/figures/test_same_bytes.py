"""A figure or report has the same bytes, whatever the machine's time zone, language, hash seed and home folder are."""

import os
import subprocess
import sys
from pathlib import Path

from support.every_figure import FIGURES

TESTS = Path(__file__).resolve().parents[1]
HERE = {"TZ": "UTC", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"}
ELSEWHERE = {"TZ": "Pacific/Kiritimati", "LANG": "C", "LC_ALL": "POSIX", "PYTHONHASHSEED": "4242"}


def drawn(folder: Path, setting: dict[str, str]) -> dict[str, str]:
    """Draw everything in a process of its own, and return the digest of each file."""
    home, out = folder / "home", folder / "out"
    home.mkdir(parents=True)
    out.mkdir()
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH"}}
    env = {**kept, **setting, "HOME": str(home), "PYTHONPATH": str(TESTS), "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "support.every_figure", str(out)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=env, cwd=home)
    return dict(line.split() for line in done.stdout.splitlines())


def test_two_machines_make_the_same_files(tmp_path: Path) -> None:
    one, other = drawn(tmp_path / "one", HERE), drawn(tmp_path / "other", ELSEWHERE)
    for suffix in ("png", "svg"):
        assert {f"{name}-light.{suffix}" for name in FIGURES} <= one.keys()
    pdf, dark = ([name for name in one if name.endswith(end)] for end in (".pdf", "-dark.svg"))
    assert len(pdf) == len(dark) >= 3
    assert {"swipe.html", "report.html", "report.json"} <= one.keys()
    assert len(set(one.values())) == len(one)
    assert [name for name in one if one[name] != other.get(name)] == []
