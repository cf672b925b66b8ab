import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from osint_imagery.core.errors import InputError
from osint_imagery.observe.speckle import radar_pod, smallest_change_db, speckle_db


def test_published_speckle_and_smallest_changes():
    assert [round(speckle_db(looks), 2) for looks in (1, 4.4, 5, 18)] == [7.88, 3.10, 2.89, 1.47]
    got = [smallest_change_db(pixels, 4.4) for pixels in (1, 9, 25, 100)]
    assert got == pytest.approx([15.5, 5.2, 3.1, 1.55], abs=0.04)


def test_formula_agrees_with_simulated_speckle():
    rng = np.random.default_rng(3)
    looks, pixels, tried = 4.4, 16, 20_000
    before, after = rng.gamma(looks, 1 / looks, (2, tried, pixels))
    ratio = 10 * np.log10(after * 10**0.35 / before)  # a rise of 3.5 dB
    found = ratio.mean(axis=1) / (speckle_db(looks) / math.sqrt(pixels)) > 3.090232
    assert radar_pod(3.5, pixels, looks, alpha=1e-3) == pytest.approx(found.mean(), abs=0.02)


@given(
    change=st.tuples(st.floats(0, 20), st.floats(0, 20)),
    pixels=st.tuples(st.floats(1, 200), st.floats(1, 200)),
    looks=st.floats(1, 30),
)
def test_fainter_changes_fewer_pixels_and_fewer_looks_are_never_easier(change, pixels, looks):
    faint, strong = sorted(change)
    small, large = sorted(pixels)
    assert radar_pod(faint, small, looks) <= radar_pod(strong, large, looks * 2) + 1e-12


def test_impossible_parameters_are_refused():
    with pytest.raises(InputError, match="looks=0"):
        speckle_db(0)
    with pytest.raises(InputError, match="pixels=0"):
        radar_pod(3, 0, 4)
    with pytest.raises(InputError, match="pod=1"):
        smallest_change_db(9, 4, pod=1)
