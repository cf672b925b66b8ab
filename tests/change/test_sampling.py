"""The sample of a large scene is fixed, disjoint, spread out, and the whole of a small one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from osint_imagery.change import sampling
from osint_imagery.change.sampling import cut, places, window_of, windows
from osint_imagery.core.errors import NotEnoughDataError
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair


@given(rows=st.integers(1, 12000), columns=st.integers(1, 12000))
def test_windows_are_disjoint_and_inside(rows: int, columns: int) -> None:
    found = places((rows, columns))
    if rows * columns <= 1 << 22:
        assert found == ((0, 0, rows, columns),)
        return
    assert len(found) == len(set(found)) == min(64, max(1, rows // 256) * max(1, columns // 256))
    assert all(row % 256 == 0 and column % 256 == 0 for row, column, _, _ in found)
    assert all(row + height <= rows and column + width <= columns for row, column, height, width in found)


def test_windows_reach_every_part_of_a_full_tile() -> None:
    found = np.array(places((10980, 10980)))
    counts = np.histogram2d(found[:, 0], found[:, 1], bins=3, range=[[0, 10980]] * 2)[0]
    assert counts.min() >= 4


def pair_of(shape: tuple[int, int], valid: np.ndarray | None = None) -> Pair:
    rng = np.random.default_rng(0)
    grid = Grid(crs="EPSG:32636", transform=(10, 0, 500000, 0, -10, 4000000), shape=shape)  # type: ignore[arg-type]
    before, after = (
        Image.from_array(rng.normal(size=(1, *shape)), bands=["red"], valid=valid, grid=grid) for _ in range(2)
    )
    return Pair(before=before, after=after)


def test_windows_of_a_pair_keep_pixels_and_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "_WHOLE", 1000)
    monkeypatch.setattr(sampling.places, "__kwdefaults__", {"side": 32, "count": 5})
    pair = pair_of((150, 200))
    found = windows(pair)
    assert len(found) == 5
    for place, part in zip(places(pair.shape), found, strict=True):
        np.testing.assert_array_equal(part.before.values, pair.before.values[:, *window_of(place)])
        assert part.grid is not None
        assert pair.grid is not None
        x, y = part.grid.xy(np.array([0]), np.array([0]))
        assert (x, y) == pair.grid.xy(np.array([place[0]]), np.array([place[1]]))
    assert cut(pair.before, (3, 4, 5, 6)).shape == (5, 6)


def test_windows_without_observed_pixels_are_left_out_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "_WHOLE", 1000)
    monkeypatch.setattr(sampling.places, "__kwdefaults__", {"side": 32, "count": 12})
    valid = np.zeros((150, 200), dtype=bool)
    with pytest.raises(NotEnoughDataError, match="none of 12"):
        windows(pair_of((150, 200), valid))
    valid[:, :100] = True
    assert 0 < len(windows(pair_of((150, 200), valid))) < 12
