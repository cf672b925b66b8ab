"""The published table from pixel size to weight of evidence is reproduced, each digit, by the public functions."""

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def benchmark(benchmark_of: Callable[[str], ModuleType]) -> ModuleType:
    return benchmark_of("resolution_to_evidence")


# The seven cases as published (P_look, POD, LR+, LR-), written here a second time so that a slip in one is seen.
PUBLISHED = [
    "0.200 0.97 48.5 0.809",
    "0.750 0.97 48.5 0.276",
    "0.200 0.14 7.9 0.972",
    "0.200 0.03 2.5 0.994",
    "1.000 0.03 2.5 0.970",
    "1.000 0.97 48.5 0.030",
    "0.718 0.97 48.5 0.308",
]


def test_every_digit_of_both_tables_is_reproduced(benchmark: ModuleType) -> None:
    rows = list(benchmark.rows())
    assert len(rows) == 8 * 7 + 7
    assert [(row.name, row.computed) for row in rows] == [(row.name, row.printed) for row in rows]


def test_the_cases_are_those_that_were_published(benchmark: ModuleType) -> None:
    assert [" ".join(case.computed()) for case in benchmark.CASES] == PUBLISHED


def test_pod_comes_from_the_object_and_the_pixels_not_from_the_table(benchmark: ModuleType) -> None:
    ship = benchmark.CASES[0]
    finer = replace(ship, gsd_m=20.0).computed()
    assert finer[1] == "0.58"
    assert finer[3] > ship.printed[3]


def test_the_benchmark_ends_well_and_says_so_where_a_digit_differs(
    benchmark: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        benchmark.main()
    assert stop.value.code == 0
    assert "63 entries, 0 differ" in capsys.readouterr().out
    monkeypatch.setattr(benchmark, "FALSE_ALARMS", 0.03)
    with pytest.raises(SystemExit) as stop:
        benchmark.main()
    assert stop.value.code == 1
    assert "DIFFERS" in capsys.readouterr().out
