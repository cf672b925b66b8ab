"""Normalization recovers a gain and an offset that were put in, and says how well."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from osint_imagery.change.explain import explanations
from osint_imagery.change.radiometry import normalize
from osint_imagery.core.errors import BandError, NotEnoughDataError
from osint_imagery.core.estimate import Estimate
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair, Registration
from osint_imagery.core.timespan import TimeSpan

GAIN, OFFSET = np.array([0.7, 1.0, 1.4, 0.9]), np.array([50.0, -30.0, 200.0, 0.0])


def distorted(place: Callable, seed: int = 1) -> tuple[Pair, Image]:
    """Return a pair whose later date went through a gain and an offset a band, and that date before it did."""
    site = place(seed, 96, noise=0.1)
    add = site.square(10, 10, 20, 5.0)  # 4 % really changed
    before, honest = site.look(0), site.look(5, add=add)
    values = honest.values * GAIN[:, None, None] + OFFSET[:, None, None]
    after = Image.from_array(values, bands=honest.bands, grid=honest.grid, acquired=honest.acquired)
    return Pair(before=before, after=after), honest


def test_injected_gain_and_offset_are_undone(place: Callable) -> None:
    pair, honest = distorted(place)
    normal = normalize(pair)
    assert [fit.slope for fit in normal.normalization] == pytest.approx(list(1 / GAIN), rel=0.02)
    quiet = np.ones(pair.shape, dtype=bool)
    quiet[10:30, 10:30] = False
    for k in range(4):
        left = (normal.after.values[k] - honest.values[k])[quiet]
        assert abs(left.mean()) < 0.02 * honest.values[k].std()
    changed = normal.after.values[:, 15:25, 15:25].mean() - normal.before.values[:, 15:25, 15:25].mean()
    assert changed == pytest.approx(500, rel=0.05)  # real change is not normalized away


def test_fit_reports_its_own_test_on_pixels_it_did_not_use(place: Callable) -> None:
    pair, _ = distorted(place)
    normal = normalize(pair)
    assert [fit.band for fit in normal.normalization] == list(pair.bands)
    for fit in normal.normalization:
        assert fit.pixels_fit == pytest.approx(2 * fit.pixels_test, abs=2)
        assert 0.9 < fit.correlation <= 1
        assert 0 <= fit.mean_difference_p <= 1
    step = normal.lineage.steps[-1]
    assert (step.name, step.inputs, step.outputs) == ("normalize", (pair.after.digest,), (normal.after.digest,))
    assert (normal.after.valid == pair.after.valid).all()


def test_pair_without_common_ground_is_refused(place: Callable) -> None:
    one, other = place(1, 64), place(2, 64)
    with pytest.raises(NotEnoughDataError, match=r"no credible line|invariant pixels"):
        normalize(Pair(before=one.look(0), after=other.look(5)))


def test_two_bands_are_refused(place: Callable) -> None:
    site = place(1)
    with pytest.raises(BandError, match="3 bands"):
        normalize(Pair(before=site.look(0).select(["red", "nir"]), after=site.look(5).select(["red", "nir"])))


def registered(pair: Pair, high: float) -> Pair:
    residual = Estimate(value=0.05, low=0, high=high, level=0.95, unit="px", method="tiles")
    note = Registration(shift_px=(0, 0), residual=residual, tiles_used=9, tiles_held_out=9, tiles_offered=20)
    return replace(pair, registration=note)


def test_nothing_is_called_ruled_out_because_nobody_looked(place: Callable) -> None:
    pair = place(1).pair(0)
    states = {item.name: item.status for item in explanations(pair, 100)}
    assert states["misregistration"] == "not tested"
    assert {states[name] for name in ("sun and shadow", "haze or undetected cloud", "view angle")} == {"not tested"}
    undated = replace(pair, after=replace(pair.after, acquired=None))
    assert {item.name: item.status for item in explanations(undated, 100)}["season"] == "not tested"


@pytest.mark.parametrize(
    ("high", "pixels", "status"),
    [(0.1, 100, "ruled out"), (0.1, 1, "ruled out"), (0.25, 0, "not ruled out"), (0.4, 900, "not ruled out")],
)
def test_misregistration_is_ruled_out_only_for_objects_wider_than_the_residual(
    place: Callable, high: float, pixels: int, status: str
) -> None:
    assert explanations(registered(place(1).pair(0), high), pixels)[0].status == status


@pytest.mark.parametrize(
    ("day", "status"),
    [(date(2021, 1, 5), "ruled out"), (date(2020, 12, 20), "ruled out"), (date(2020, 7, 1), "not ruled out")],
)
def test_season_compares_days_of_the_year_across_new_year(place: Callable, day: date, status: str) -> None:
    pair = place(1).pair(0)
    pair = replace(pair, after=replace(pair.after, acquired=TimeSpan(day)))
    assert next(item for item in explanations(pair, 9) if item.name == "season").status == status
