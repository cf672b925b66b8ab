"""Targets that are really put into white noise are found as often as the closed form says; the benchmark has it all."""

from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest


@pytest.fixture(scope="module")
def benchmark(benchmark_of: Callable[[str], ModuleType]) -> ModuleType:
    return benchmark_of("power_agreement")


def test_the_grid_is_the_published_one(benchmark: ModuleType) -> None:
    grid = list(benchmark.cells(0.25))
    assert [round(cell.closed_form(0.25), 4) for cell in grid[:2]] == [0.8954, 0.6988]
    sides = [10 * cell.side_px for cell in grid[2:] if round(cell.closed_form(0.25), 6) == 0.9]
    assert sides == pytest.approx([20.1, 34.3, 48.5, 12.8, 20.1, 27.3, 8.7, 12.8, 16.5], abs=0.1)


@pytest.mark.parametrize("index", [0, 1, 11])
def test_insertions_are_found_as_often_as_the_closed_form_says(
    benchmark: ModuleType, monkeypatch: pytest.MonkeyPatch, index: int
) -> None:
    monkeypatch.setattr(benchmark, "TOLD", 2400)
    cell = list(benchmark.cells(0.25))[index]
    found = benchmark.told(cell, np.random.default_rng(7))
    assert found == pytest.approx(cell.closed_form(0.25), abs=0.04)  # four standard errors


def test_power_counts_what_a_searching_filter_must_find(benchmark: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmark, "SEARCHED", 900)
    cell = list(benchmark.cells(0.2))[8]  # wide enough that searching finds more than the closed form allows
    rng = np.random.default_rng(7)
    chance = benchmark.chance_searched(cell, rng)
    assert chance > cell.closed_form(0.2) + 0.02
    assert benchmark.searched(cell, rng) == pytest.approx(chance, abs=0.06)  # four standard errors
