"""Alignment finds known shifts, measures what is left where the fit did not look, and refuses what does not fit."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from osint_imagery.change.chips import places
from osint_imagery.change.coregister import align
from osint_imagery.change.detecting import detect
from osint_imagery.change.detections import Verdict
from osint_imagery.change.outlining import outline
from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import AlignmentError, GridMismatchError, IdenticalPixelsError, InputError
from osint_imagery.core.flags import Flag
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.reading import native_grid, read

Float = NDArray[np.float64]
BANDS = ("green", "red", "nir")


def texture(seed: int, side: int = 160) -> Float:
    rng = np.random.default_rng(seed)
    return np.asarray(ndimage.gaussian_filter(rng.standard_normal((3, side, side)), (0, 1.5, 1.5)) * 100 + 1000)


def image(values: Float, *, noise: float = 0.0, seed: int = 0, valid: NDArray[np.bool_] | None = None) -> Image:
    noisy = values + noise * np.random.default_rng(seed).standard_normal(values.shape)
    return Image.from_array(noisy, bands=BANDS, valid=valid)


def displaced(values: Float, rows: Float | float, columns: Float | float) -> Float:
    """Return the ground moved down and right by so many pixels."""
    y, x = np.mgrid[: values.shape[1], : values.shape[2]].astype(float)
    at = [y - rows, x - columns]
    return np.stack([ndimage.map_coordinates(plane, at, order=5, mode="reflect") for plane in values])


@pytest.mark.parametrize("shift", [(0.4, -0.7), (-1.3, 2.4), (0.0, 1.0), (3.25, -3.6)])
def test_known_shift_of_synthetic_ground_is_found_to_a_tenth_of_a_pixel(shift: tuple[float, float]) -> None:
    ground = texture(3)
    pair = align(image(ground, noise=2, seed=1), image(displaced(ground, *shift), noise=2, seed=2))
    assert pair.shift_px is not None
    assert np.hypot(pair.shift_px[0] + shift[0], pair.shift_px[1] + shift[1]) < 0.1
    assert pair.misregistration is not None
    assert pair.misregistration.value < 0.1
    assert pair.misregistration.low <= pair.misregistration.value <= pair.misregistration.high < 0.2
    inner = (slice(None), slice(8, -8), slice(8, -8))
    moved, before = pair.after.values[inner], pair.before.values[inner]
    assert np.corrcoef(moved.ravel(), before.ravel())[0, 1] > 0.98


def beirut(real_data: Path) -> tuple[Image, Image]:
    catalog = open_catalog(real_data / "scenes" / "catalog.json")
    scenes = {scene.id: scene for scene in catalog.scenes() if scene.id.startswith("oscd-beirut")}
    first, last = scenes["oscd-beirut-20150820"], scenes["oscd-beirut-20171003"]
    lon, lat = first.footprint.centroid.x, first.footprint.centroid.y
    area = AreaOfInterest.from_bbox(lon - 0.01, lat - 0.008, lon + 0.01, lat + 0.008)
    full = Grid.over(area, resolution_m=10)
    early, late = (read(scene, full, bands=BANDS, quality=False, check=False) for scene in (first, last))
    return early, late


@pytest.mark.real
@pytest.mark.parametrize("shift", [(0.45, -0.8), (-1.6, 1.3)])
def test_shift_injected_in_a_real_crop_is_found_to_a_tenth_of_a_pixel(
    real_data: Path, shift: tuple[float, float]
) -> None:
    early, late = beirut(real_data)
    plain = align(early, late)
    moved = displaced(late.values.astype(float), *shift)
    injected = align(
        early, Image.from_array(moved, bands=BANDS, grid=late.grid, acquired=late.acquired, unit=late.unit)
    )
    assert plain.shift_px is not None
    assert injected.shift_px is not None
    change = np.subtract(injected.shift_px, plain.shift_px)
    assert np.hypot(change[0] + shift[0], change[1] + shift[1]) < 0.1


@pytest.mark.real
@pytest.mark.parametrize("city", ["beirut", "mumbai", "cupertino", "nantes", "rennes"])
def test_real_bands_tell_one_shift_also_where_they_were_made_finer_than_they_are(real_data: Path, city: str) -> None:
    """Short-wave infrared has 20 m pixels put on a 10 m grid: a pattern that says no shift, on every date."""
    scenes = open_catalog(real_data / "scenes" / "catalog.json").scenes()
    both = sorted((s for s in scenes if s.id.startswith(f"oscd-{city}")), key=lambda scene: scene.acquired.start)
    grid = native_grid(both[0], "red")
    early, late = (read(scene, grid, (*BANDS, "swir16"), quality=False, check=False) for scene in both)
    told = []
    for band in ("green", "nir", "swir16"):
        registration = align(early.select([band]), late.select([band])).registration
        assert registration is not None
        assert registration.found_px is not None
        told.append([estimate.value for estimate in registration.found_px])
    assert np.hypot(*np.subtract(told[0], told[1])) < 0.15
    assert np.hypot(*np.subtract(told[0], told[2])) < 0.25
    whole = align(early, late)
    assert whole.misregistration is not None
    assert whole.misregistration.high < 0.15


@pytest.mark.parametrize("side", [96, 128, 200])
@pytest.mark.parametrize("kind", ["white noise", "texture"])
def test_unrelated_pixels_are_refused(side: int, kind: str) -> None:
    for seed in range(10):
        if kind == "texture":
            before, after = texture(seed, side), texture(seed + 100, side)
        else:
            before, after = np.random.default_rng(seed).standard_normal((2, 3, side, side))
        with pytest.raises(AlignmentError, match=r"tiles agree well enough|do not lie on each other|not believed"):
            align(image(before), image(after))


def test_residual_is_measured_on_tiles_the_fit_never_saw() -> None:
    """The residual grows with a bend that neither a shift nor an affine movement mends; a large one is refused."""
    ground = texture(5, 320)
    wave = np.cos(np.linspace(0, 3 * np.pi, 320))[None, :] * np.ones((320, 1))
    spreads = []
    for amount in (0.0, 0.1, 0.2):
        pair = align(image(ground, noise=2, seed=1), image(displaced(ground, 0, amount * wave), noise=2, seed=2))
        assert pair.registration is not None
        assert pair.registration.tiles_held_out >= 4
        spreads.append(pair.registration.residual.high)
    assert spreads[0] < spreads[1] < spreads[2]
    with pytest.raises(AlignmentError, match=r"tile spread|moved otherwise"):
        align(image(ground, noise=2, seed=1), image(displaced(ground, 0, 1.5 * wave), noise=2, seed=2))


@pytest.mark.parametrize("axis", [0, 1])
def test_pair_with_one_half_moved_by_a_pixel_is_refused(axis: int) -> None:
    ground = texture(6, 256)
    step = (np.arange(256) >= 128).astype(float)
    plane = step[:, None] * np.ones((1, 256)) if axis == 0 else step[None, :] * np.ones((256, 1))
    with pytest.raises(AlignmentError, match=r"lie on each other"):
        align(image(ground, noise=2, seed=1), image(displaced(ground, 0, plane), noise=2, seed=2))


def test_static_scene_shifted_by_a_pixel_gives_no_more_change_once_aligned(place: Callable) -> None:
    """At q = 0.1 a quiet place may raise an alarm now and then, aligned or not."""
    alarms = []
    for seed in range(30, 36):
        site = place(seed, 96)
        before, later = site.look(2000), site.look(2010)
        rolled = Image.from_array(
            np.roll(later.values, 1, axis=2), bands=later.bands, grid=later.grid, acquired=later.acquired
        )
        pair = align(before, rolled)
        assert pair.shift_px == pytest.approx((0, -1), abs=0.03)
        alarms.append(outline(detect(pair, quiet=site.quiet(12))).verdict is Verdict.CHANGED)
    assert sum(alarms) <= 1


def test_one_file_under_two_dates_is_refused() -> None:
    ground = texture(1)
    with pytest.raises(IdenticalPixelsError, match="one file under two dates"):
        align(image(ground), image(ground))


def test_pixels_that_touch_an_unusable_one_become_unusable_when_moved() -> None:
    ground = texture(8)
    valid = np.ones((160, 160), dtype=bool)
    valid[80, 80] = False
    moved = align(image(ground, noise=1), image(displaced(ground, 0, 0.5), noise=1, seed=2, valid=valid)).after
    assert not moved.valid[80, 79:81].any()
    assert (moved.flags[80, 79:81] & int(Flag.NO_DATA)).all()
    assert moved.valid[78, 78]
    assert np.isnan(moved.values[:, ~moved.valid]).all()
    assert np.isfinite(moved.values[:, moved.valid]).all()


@pytest.mark.parametrize("case", ["all invalid", "flat", "too small"])
def test_images_that_cannot_tell_are_refused(case: str) -> None:
    ground = texture(9)
    before, after = image(ground, noise=1), image(ground, noise=1, seed=2)
    if case == "all invalid":
        after = image(ground, valid=np.zeros((160, 160), dtype=bool))
    elif case == "flat":
        before, after = image(np.full((3, 160, 160), 5.0)), image(np.full((3, 160, 160), 6.0))
    else:
        before, after = (image(ground[:, :1, :1], noise=1, seed=seed) for seed in (1, 2))
    with pytest.raises(AlignmentError, match=r"tiles agree well enough"):
        align(before, after)


def test_impossible_limits_and_other_grids_are_refused() -> None:
    before, after = image(texture(1)), image(texture(1), noise=1)
    with pytest.raises(InputError, match="must be positive"):
        align(before, after, most_residual_px=float("nan"))
    with pytest.raises(GridMismatchError, match="read both on one grid"):
        align(before, image(texture(1, 128)))


def test_alignment_is_the_same_every_time_and_recorded() -> None:
    ground = texture(2)
    before, after = image(ground, noise=1), image(displaced(ground, 0.3, 0.3), noise=1, seed=2)
    one, two = align(before, after), align(before, after)
    assert one.after.digest == two.after.digest
    assert one.lineage.to_json() == two.lineage.to_json()
    step = one.lineage.steps[-1]
    assert (step.name, step.inputs, step.outputs) == ("align", (before.digest, after.digest), (one.after.digest,))
    assert isinstance(one, Pair)


@pytest.mark.parametrize("shape", [(96, 96), (256, 200), (700, 1100), (4096, 4096)])
def test_tiles_of_the_fit_and_of_the_residual_share_no_pixel(shape: tuple[int, int]) -> None:
    planes = np.zeros((2, *shape), dtype=bool)
    for place in places(shape):
        planes[int(place.held_out), place.row : place.row + place.side, place.column : place.column + place.side] = True
    assert planes[0].any()
    assert planes[1].any()
    assert not (planes[0] & planes[1]).any()


def test_shift_that_fits_only_its_own_tiles_leaves_its_full_size_as_residual() -> None:
    """The stripes of the fit moved by a pixel, the stripes held out did not."""
    ground = texture(7, 256)
    plane = np.zeros((256, 256))
    for place in places((256, 256)):
        if not place.held_out:
            plane[place.row : place.row + place.side] = 1
    with pytest.raises(AlignmentError, match=r"off by \+0\.\d\d, \+(1\.0|0\.9)"):
        align(image(ground, noise=2, seed=1), image(displaced(ground, 0, plane), noise=2, seed=2))
