"""Compositions: a name draws the bands that it stands for, or nothing at all."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from osint_imagery.core.errors import BandError
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair
from osint_imagery.figures.before_after import before_after
from osint_imagery.figures.compositions import COMPOSITIONS, composite_of, scaled
from osint_imagery.figures.stretch import shared_stretch


def radar(seed: int, unit: str = "gamma0 (linear power)") -> Image:
    values = np.random.default_rng(seed).uniform(0.01, 0.5, (2, 40, 40))
    return Image.from_array(values, bands=("vv", "vh"), unit=unit, acquired="2022-01-02")


@pytest.mark.parametrize("name", COMPOSITIONS)
def test_a_name_draws_its_bands_in_its_order(name: str) -> None:
    known = ("blue", "green", "red", "nir", "swir22", "vv", "vh")
    assert composite_of(known, name)[0] == COMPOSITIONS[name]
    assert composite_of(known, name.upper().replace("COLOR", "COLOUR"))[0] == COMPOSITIONS[name]


def test_an_absent_band_is_refused_and_no_other_one_is_taken() -> None:
    with pytest.raises(BandError, match="bands='SWIR' needs swir22, which is not there; there are red, nir, swir16"):
        composite_of(("red", "nir", "swir16"), "SWIR")
    with pytest.raises(BandError, match="bands='red' is no composition"):
        composite_of(("red",), "red")


def test_a_ratio_of_radar_bands_is_their_difference_in_decibel() -> None:
    image = radar(1)
    wanted = 10 * np.log10(image.band("vv") / image.band("vh"))
    assert scaled(image, "vv/vh") == pytest.approx(wanted, abs=1e-4)
    with pytest.raises(BandError, match="the pixels are in 'reflectance'"):
        scaled(radar(1, unit="reflectance"), "vv/vh")


def test_radar_is_drawn_and_said() -> None:
    figure = before_after(Pair(before=radar(1), after=replace(radar(2))), bands="radar")
    said = " ".join(figure.texts)
    assert "Display: radar VV, VH and VV/VH" in said
    assert "vv/vh" in said
    assert "dB)" in said


def test_a_composition_is_drawn_by_every_figure_of_pixels(make_pair: Any) -> None:
    stretch = shared_stretch(make_pair(), "false color")
    assert stretch.bands == ("nir", "red", "green")
    assert stretch.name == "false color"
