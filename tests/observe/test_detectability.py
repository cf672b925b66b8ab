import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from osint_imagery.core.errors import InputError
from osint_imagery.observe.detectability import blurred_rectangle, closed_form_pod, psf_sigma_px, smallest_side_px


def test_published_detection_probabilities():
    assert closed_form_pod(0.10, 0.02, 2, mtf=0.25) == pytest.approx(0.8954, abs=5e-5)
    assert closed_form_pod(0.05, 0.02, 3, mtf=0.25) == pytest.approx(0.6988, abs=5e-5)


@pytest.mark.parametrize(
    ("contrast", "sides_m"), [(0.05, (20.1, 34.3, 48.5)), (0.10, (12.8, 20.1, 27.3)), (0.20, (8.7, 12.8, 16.5))]
)
def test_published_smallest_sides(contrast, sides_m):
    got = [10 * smallest_side_px(contrast, noise, mtf=0.25) for noise in (0.01, 0.02, 0.03)]
    assert got == pytest.approx(sides_m, abs=0.1)


def test_formula_agrees_with_a_simulated_matched_filter():
    rng = np.random.default_rng(5)
    sigma, noise, contrast, side = psf_sigma_px(0.2), 0.02, 0.05, 2.5
    found, tried = 0, 4000
    for _ in range(tried):
        shape = blurred_rectangle((9, 9), tuple(4 + rng.uniform(-0.5, 0.5, 2)), (side, side), sigma)
        seen = contrast * shape + noise * math.sqrt(2) * rng.standard_normal((9, 9))
        statistic = (seen * shape).sum() / (noise * math.sqrt(2) * math.sqrt((shape**2).sum()))
        found += statistic > 3.090232  # one-sided 1e-3
    assert closed_form_pod(contrast, noise, side, alpha=1e-3) == pytest.approx(found / tried, abs=0.025)


@given(st.floats(0.01, 1), st.floats(0.001, 0.1), st.floats(0.1, 20), st.floats(0.1, 20))
def test_larger_targets_are_never_harder(contrast, noise, one, other):
    low, high = sorted((one, other))
    assert closed_form_pod(contrast, noise, low) <= closed_form_pod(contrast, noise, high) + 1e-9


def test_rectangle_keeps_its_area():
    assert blurred_rectangle((40, 40), (20.3, 18.8), (4.2, 6.1), 0.571).sum() == pytest.approx(4.2 * 6.1, rel=1e-3)


def test_no_contrast_is_never_found():
    assert smallest_side_px(0.0, 0.02) == math.inf


@pytest.mark.parametrize("bad", [{"noise": 0}, {"side_px": -1}, {"alpha": 1}, {"contrast": math.nan}])
def test_impossible_parameters_are_refused(bad):
    with pytest.raises(InputError, match=next(iter(bad))):
        closed_form_pod(**{"contrast": 0.1, "noise": 0.02, "side_px": 2, **bad})


def test_impossible_modulation_is_refused():
    with pytest.raises(InputError, match=r"mtf=1\.2"):
        psf_sigma_px(1.2)
    with pytest.raises(InputError, match="pod=0"):
        smallest_side_px(0.1, 0.02, pod=0)
