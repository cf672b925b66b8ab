import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osint_imagery.core.errors import InputError
from osint_imagery.observe.interpretability import NIIRS, giqe5, niirs_of, niirs_words

# GSD m: NIIRS at SNR 50 for RER .35, .6, .9, as published
TABLE = {
    0.3: (5.83, 5.94, 5.97),
    0.5: (5.09, 5.21, 5.23),
    0.72: (4.57, 4.68, 4.71),
    1: (4.10, 4.21, 4.23),
    1.5: (3.51, 3.62, 3.65),
    3: (2.51, 2.62, 2.65),
    3.7: (2.21, 2.32, 2.35),
    5: (1.77, 1.89, 1.91),
    10: (0.78, 0.89, 0.91),
    15: (0.19, 0.30, 0.33),
}


@pytest.mark.parametrize("gsd", TABLE)
def test_published_values_are_reproduced_to_the_digits_printed(gsd):
    got = [giqe5(gsd, rer=rer, snr=50).value for rer in (0.35, 0.6, 0.9)]
    assert [round(value, 2) for value in got] == list(TABLE[gsd])


def test_the_published_vector_and_what_lies_below_the_scale():
    assert giqe5(0.52832, rer=0.35, snr=50).value == pytest.approx(5.0152, abs=5e-5)
    assert giqe5(20, rer=0.9, snr=50).value == 0
    assert giqe5(0.5, rer=0.6, snr=50).high - giqe5(0.5, rer=0.6, snr=50).low == pytest.approx(2 * 1.96 * 0.3, abs=1e-3)


@given(
    gsd=st.tuples(st.floats(0.05, 30), st.floats(0.05, 30)),
    rer=st.floats(0.3, 1),
    snr=st.floats(5, 200),
    elevation=st.floats(20, 90),
)
def test_coarser_pixels_and_slanted_views_never_tell_more(gsd, rer, snr, elevation):
    fine, coarse = sorted(gsd)
    assert giqe5(coarse, rer=rer, snr=snr).value <= giqe5(fine, rer=rer, snr=snr).value
    assert giqe5(fine, rer=rer, snr=snr, elevation_deg=elevation).value <= giqe5(fine, rer=rer, snr=snr).value


@given(st.floats(0.001, 500))
def test_every_resolved_distance_has_one_level(resolved):
    row = niirs_of(resolved)
    assert row.finest_m <= resolved < row.coarsest_m
    assert [item.level for item in NIIRS] == list(range(1, 10))


def test_ten_meters_get_no_number():
    assert niirs_words(10).startswith("NIIRS 0 to 1 at best, detection only")
    assert niirs_words(6).startswith("NIIRS 0 to 2 at best, detection only")
    assert niirs_words(0.3).startswith("NIIRS 5.8 to 6.0 at best")


@pytest.mark.parametrize("bad", [{"gsd_m": 0}, {"rer": 1.5}, {"snr": 0}, {"elevation_deg": 0}, {"gsd_m": math.nan}])
def test_impossible_parameters_are_refused(bad):
    with pytest.raises(InputError, match=next(iter(bad))):
        giqe5(**{"gsd_m": 1, "rer": 0.5, "snr": 50, **bad})
    with pytest.raises(InputError, match="resolved_m"):
        niirs_of(0)
