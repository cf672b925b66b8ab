"""Reproduce dossiers in other processes, with other thread counts and other libraries, and measure what differs.

Run: python benchmarks/reproduce.py DOSSIER ... [--catalog CATALOG] [--python OTHER_PYTHON]
Each dossier (of ``make demo``, for example) is reproduced by the command in a process of its own, with one and with two
threads, and once more by another Python interpreter where one is named (with older libraries, for example). The
catalogue is for the dossiers that do not say where theirs is. Printed: outcome, time, fields by outcome, the largest
relative difference of a number, and the numbers that differ most.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Run:
    """One reproduction by the command."""

    found: dict[str, Any]
    seconds: float

    @property
    def rows(self) -> list[dict[str, str]]:
        """Every compared field of every record, and the lines of the page that differ."""
        page = [self.found["page"]] if self.found["page"] is not None else []
        return [row for record in (*self.found["records"], *page) for row in record["rows"]]

    @property
    def apart(self) -> list[tuple[float, dict[str, str]]]:
        """The numbers that differ, with their relative difference, largest first."""
        found = [
            (abs(float(row["difference"])) / abs(float(row["recorded"])), row)
            for row in self.rows
            if row["difference"] not in {"", "0"} and float(row["recorded"])
        ]
        return sorted(found, key=lambda item: -item[0])


def reproduce(python: str, dossier: Path, catalog: str | None, threads: int) -> Run:
    """Run the command and return what it printed."""
    command = [python, "-m", "osint_imagery.cli", "reproduce", str(dossier), "--json"]
    if catalog and json.loads((dossier / "inputs.json").read_text(encoding="utf-8"))["catalog"]["href"] is None:
        command += ["--catalog", catalog]
    start = time.perf_counter()
    environment = {**os.environ, **dict.fromkeys(_THREADS, str(threads))}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if not ran.stdout:
        sys.exit(f"{' '.join(command)} printed nothing: {ran.stderr}")
    return Run(found=json.loads(ran.stdout), seconds=time.perf_counter() - start)


def show(dossier: Path, label: str, run: Run) -> None:
    """Print one line, and the numbers that differ most."""
    counts: dict[str, int] = {}
    for row in run.rows:
        counts[row["outcome"]] = counts.get(row["outcome"], 0) + 1
    largest = f"{run.apart[0][0]:.1e}" if run.apart else "0"
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    print(f"{dossier.name:10s} {label:22s} {run.found['outcome']:18s} {run.seconds:6.1f} s  {largest:>8s}  {told}")
    for ratio, row in run.apart[:_SHOWN]:
        print(f"    {ratio:.1e}  {row['field']}: {row['recorded']} -> {row['recomputed']} ({row['outcome']})")
    for row in [row for row in run.rows if row["outcome"] == "beyond tolerance"][:_SHOWN]:
        print(f"    beyond: {row['field']}: {row['recorded'][:60]} -> {row['recomputed'][:60]}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dossier", nargs="+", type=Path)
    parser.add_argument("--catalog", help="where the scenes are, for dossiers that do not say")
    parser.add_argument("--python", help="another interpreter in which osint_imagery is installed")
    options = parser.parse_args()
    settings = [("1 thread", sys.executable, 1), ("2 threads", sys.executable, 2)]
    settings += [("other libraries", options.python, 2)] if options.python else []
    print(f"{'dossier':10s} {'run':22s} {'outcome':18s} {'time':>8s}  {'largest':>8s}  fields")
    others: dict[str, str] = {}
    for dossier in options.dossier:
        for label, python, threads in settings:
            run = reproduce(python, dossier, options.catalog, threads)
            show(dossier, label, run)
            if label == "other libraries":
                others = run.found["reproduced_with"]
    if others:
        print("other libraries: " + ", ".join(f"{name} {version}" for name, version in others.items()))


if __name__ == "__main__":
    main()
