"""Clouds of pairs without a quality layer: found where they were put, and never where something was built."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray
from scipy import ndimage

import osint_imagery as oi
from osint_imagery.change.cloud_objects import Sizes
from osint_imagery.change.cloud_shadow import Throw, thrown
from osint_imagery.change.clouds import fit_clouds, flag_clouds
from osint_imagery.core.errors import InputError
from osint_imagery.core.flags import Flag
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair
from osint_imagery.scenes.reading import native_grid, read

BANDS = ("blue", "green", "red", "nir", "swir16", "cirrus")
TOWN = np.array([0.12, 0.11, 0.10, 0.20, 0.17, 0.001])
CLOUD = np.array([0.60, 0.58, 0.60, 0.66, 0.48, 0.0016])
ROOF = np.array([0.50, 0.52, 0.54, 0.53, 0.38, 0.001])
SAND = np.array([0.32, 0.37, 0.42, 0.46, 0.47, 0.001])
ANY = int(Flag.CLOUD | Flag.CLOUD_POSSIBLE | Flag.CIRRUS)
Float = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Town:
    """Textured ground looked at twice, and things put over or onto it."""

    def __init__(self, seed: int = 0, shape: tuple[int, int] = (320, 300)) -> None:
        self.rng = np.random.default_rng(seed)
        self.shape = shape
        texture = ndimage.gaussian_filter(self.rng.standard_normal(shape), 1.2)
        self.ground: Float = TOWN[:, None, None] * (1 + 0.25 * texture / texture.std())

    def look(self) -> Float:
        noise = self.rng.standard_normal((len(TOWN), *self.shape))
        return self.ground * (1 + 0.03 * noise)

    def blob(self, row: float, column: float, radius: float, *, soft: float = 6.0) -> Float:
        down, across = np.mgrid[: self.shape[0], : self.shape[1]]
        distance = np.hypot(down - row, across - column)
        return np.clip((radius - distance) / soft + 0.5, 0, 1)

    def under(self, image: Float, opacity: Float, spectrum: Float = CLOUD, *, throw: tuple[int, int] = (0, 0)) -> Float:
        shade = np.roll(opacity, throw, (0, 1)) if any(throw) else np.zeros_like(opacity)
        return (1 - opacity) * image * (1 - 0.7 * shade) + opacity * spectrum[:, None, None]


def pair_of(
    before: Float, after: Float, bands: int = len(BANDS), *, scale: float = 1.0, unit: str = "reflectance"
) -> Pair:
    looks = [Image.from_array(part[:bands] * scale, bands=BANDS[:bands], unit=unit) for part in (before, after)]
    return Pair(before=looks[0], after=looks[1])


def four_clouds(town: Town) -> Float:
    places = ((70, 80, 22), (90, 220, 30), (210, 90, 25), (200, 210, 18))
    return np.maximum.reduce([town.blob(*place) for place in places])


@pytest.mark.parametrize("bands", [3, 4, 6])
@pytest.mark.parametrize("which", [0, 1])
def test_clouds_are_found_on_the_date_that_has_them_and_not_on_the_other(bands: int, which: int) -> None:
    town = Town()
    cover = four_clouds(town)
    looks = [town.look(), town.look()]
    looks[which] = town.under(looks[which], cover)
    flags = fit_clouds([pair_of(*looks, bands)]).flags(pair_of(*looks, bands))
    found = (flags[which] & ANY) != 0
    assert found[cover > 0.5].mean() > 0.97
    assert found[cover < 0.01].mean() < 0.05
    assert not flags[1 - which].any()


def test_dim_cloud_is_found_too() -> None:
    town = Town()
    cover = four_clouds(town)
    pair = pair_of(town.look(), town.under(town.look(), cover, 0.5 * CLOUD))
    assert ((fit_clouds([pair]).flags(pair)[1] & ANY) != 0)[cover > 0.5].mean() > 0.9


def test_shadows_are_found_behind_the_clouds() -> None:
    town = Town()
    cover = four_clouds(town)
    pair = pair_of(town.look(), town.under(town.look(), cover, throw=(-30, 45)))
    test = fit_clouds([pair])
    shade = np.roll(cover, (-30, 45), (0, 1)) * (1 - cover)
    found = (test.flags(pair)[1] & int(Flag.CLOUD_SHADOW)) != 0
    sky = test.skies[1]
    assert sky is not None
    assert sky.throw is not None
    assert np.hypot(sky.throw.rows + 30, sky.throw.columns - 45) < 3
    assert found[shade > 0.7].mean() > 0.8
    assert found[(shade < 0.01) & (cover < 0.01)].mean() < 0.02


def test_dark_ground_without_clouds_is_no_shadow() -> None:
    town = Town()
    after = town.look()
    after[:, 100:160, 80:140] *= 0.4
    pair = pair_of(town.look(), after)
    assert not np.any(fit_clouds([pair]).flags(pair))


@pytest.mark.parametrize("spectrum", [ROOF, SAND], ids=["white roof", "sand"])
@pytest.mark.parametrize("side", [4, 9, 14, 20, 30])
def test_what_was_built_is_not_hidden(spectrum: Float, side: int) -> None:
    town = Town()
    area = np.zeros(town.shape)
    for row in (40, 140, 240):
        for column in (40, 150, 240):
            area[row : row + side, column : column + side] = 1
    after = town.under(town.look(), ndimage.gaussian_filter(area, 0.6), spectrum)
    pair = pair_of(town.look(), after)
    hidden = fit_clouds([pair]).flags(pair)[1] != 0
    assert hidden[area > 0].mean() <= 0.02


def test_cleared_ground_is_not_hidden_even_where_it_is_wide_and_soft() -> None:
    town = Town()
    pair = pair_of(town.look(), town.under(town.look(), four_clouds(town), SAND))
    assert not np.any(fit_clouds([pair]).flags(pair))


def test_thin_high_cloud_is_seen_at_1375_nm_alone() -> None:
    town = Town()
    after = town.look()
    veil = town.blob(150, 150, 60, soft=30)
    after[5] += 0.012 * veil
    pair = pair_of(town.look(), after)
    flags = fit_clouds([pair]).flags(pair)
    assert ((flags[1] & int(Flag.CIRRUS)) != 0)[veil > 0.7].all()
    assert not flags[0].any()


def test_scale_does_not_matter_and_counts_of_eight_bits_are_declined() -> None:
    town = Town()
    before, after = town.look(), town.under(town.look(), four_clouds(town))
    plain, scaled = (
        pair_of(before, after, scale=scale, unit=unit) for scale, unit in ((1, "reflectance"), (1e4, "DN"))
    )
    for one, other in zip(fit_clouds([plain]).flags(plain), fit_clouds([scaled]).flags(scaled), strict=True):
        assert (one != other).mean() < 1e-3
    counts = pair_of(before, after, scale=250, unit="DN")
    test = fit_clouds([counts])
    assert test.skies == (None, None)
    assert test.halo_px == 0
    assert "neither reflectance nor" in test.note
    assert flag_clouds(counts) is counts


def test_a_date_with_a_quality_layer_is_left_alone() -> None:
    town = Town()
    pair = pair_of(town.look(), town.under(town.look(), four_clouds(town)))
    known = replace(pair.after, flags=np.zeros(pair.shape, dtype=np.uint16))
    half = replace(pair, after=known)
    assert not fit_clouds([half]).flags(half)[1].any()
    assert "the later date has a quality layer" in fit_clouds([half]).note
    both = replace(half, before=replace(pair.before, flags=np.zeros(pair.shape, dtype=np.uint16)))
    assert flag_clouds(both) is both


def test_flagged_pixels_are_no_longer_used_and_the_lineage_says_why() -> None:
    town = Town()
    cover = four_clouds(town)
    pair = pair_of(town.look(), town.under(town.look(), cover))
    flagged = flag_clouds(pair)
    assert flagged.after.valid[cover > 0.9].mean() < 0.02
    assert flagged.before is not pair.after
    assert flagged.before.valid.all()
    step = flagged.after.lineage.steps[-1]
    assert (step.name, step.inputs) == ("flag_clouds", (pair.after.digest,))
    assert "blue, green, red, nir, swir16, cirrus" in dict(step.parameters)["tests"]


def test_blocks_give_the_flags_of_the_whole() -> None:
    town = Town(shape=(700, 640))
    places = ((100, 90, 40), (330, 320, 60), (360, 520, 25), (560, 200, 30), (610, 560, 35))
    cover = np.maximum.reduce([town.blob(*place) for place in places])
    pair = pair_of(town.look(), town.under(town.look(), cover, throw=(-25, 40)))
    test = fit_clouds([pair])
    whole = test.flags(pair)[1]
    halo, pieces = test.halo_px, np.zeros_like(whole)
    assert 0 < halo <= 256
    for row in range(0, 700, 160):
        for column in range(0, 640, 160):
            top, left = max(0, row - halo), max(0, column - halo)
            window = (slice(top, row + 160 + halo), slice(left, column + 160 + halo))
            looks = [
                replace(image, values=image.values[:, *window], valid=image.valid[window], flags=image.flags[window])
                for image in (pair.before, pair.after)
            ]
            part = test.flags(Pair(before=looks[0], after=looks[1]))[1]
            inner = part[row - top : row - top + 160, column - left : column - left + 160]
            pieces[row : row + 160, column : column + 160] = inner
    assert (whole != 0).mean() > 0.03
    assert ((whole != 0) != (pieces != 0)).mean() < 1e-3


def test_a_sky_that_is_nearly_all_cloud_is_told_and_not_masked() -> None:
    town = Town()
    after = town.look()
    after[5] += 0.02 + 0.02 * town.blob(150, 150, 100, soft=100)
    pair = pair_of(town.look(), after)
    assert "high cloud over most of the later date" in fit_clouds([pair]).widespread
    hazy = pair_of(town.look(), town.look() + np.array([0.09, 0.07, 0.05, 0.03, 0.01, 0])[:, None, None])
    test = fit_clouds([hazy])
    assert "later date is hazier by" in test.widespread
    assert not np.any(test.flags(hazy))


def test_pixels_nobody_observed_are_not_flagged() -> None:
    town = Town()
    before, after = town.look(), town.under(town.look(), four_clouds(town))
    after[:, :, 150:] = np.nan
    pair = pair_of(before, after)
    flags = fit_clouds([pair]).flags(pair)
    assert not flags[1][:, 160:].any()
    assert flags[1][:, :140].any()
    after[:] = np.nan
    assert "no pixel can be used" in fit_clouds([pair_of(before, after)]).note


def test_nothing_to_fit_on_is_refused() -> None:
    with pytest.raises(InputError, match="windows is empty"):
        fit_clouds([])


def test_missing_bands_are_named() -> None:
    town = Town()
    looks = [Image.from_array(town.look()[1:4], bands=BANDS[1:4], unit="reflectance") for _ in range(2)]
    assert fit_clouds([Pair(before=looks[0], after=looks[1])]).note == "clouds not tested: no band blue"


@pytest.mark.parametrize("meters", [3.0, 10.0, 20.0, 30.0, 60.0])
def test_the_halo_stays_bounded(meters: float) -> None:
    sizes = Sizes.of(meters)
    assert sizes.core % 2 == sizes.small % 2 == 1
    assert sizes.halo_px <= 256


@pytest.mark.parametrize("angle", [0.3, 2.0, 4.4])
def test_a_ray_reaches_as_far_as_asked_in_its_direction(angle: float) -> None:
    source = np.zeros((201, 201), dtype=bool)
    source[98:103, 98:103] = True
    throw = Throw(rows=40 * np.sin(angle), columns=40 * np.cos(angle), share=1.0)
    ray = thrown(source, throw, 70)
    for distance in (0, 20, 45, 70):
        assert ray[round(100 + distance * np.sin(angle)), round(100 + distance * np.cos(angle))]
    assert not ray[round(100 - 20 * np.sin(angle)), round(100 - 20 * np.cos(angle))]
    assert not ray[round(100 + 80 * np.sin(angle)), round(100 + 80 * np.cos(angle))]


@pytest.mark.real
@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("name", ["cupertino", "rennes"])
def test_clear_cities_stay_clear(real_data: Path, name: str) -> None:
    scenes = {s.id: s for s in oi.open_catalog(real_data / "scenes" / "catalog.json").scenes() if name in s.id}
    first, second = (scenes[key] for key in sorted(scenes))
    grid = native_grid(first, "red")
    pair = Pair(before=read(first, grid, BANDS, check=False), after=read(second, grid, BANDS, check=False))
    with rasterio.open(real_data / "scenes" / "truth" / f"oscd-{name}-change.tif") as source:
        built = source.read(1) == 2
    for flags in fit_clouds([pair]).flags(pair):
        assert (flags[built] != 0).mean() <= 0.005
        assert (flags[~built] != 0).mean() <= 0.003
