"""Flags of a quality layer, given in part: what joins them is found, what stands apart is left alone."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from affine import Affine
from numpy.typing import NDArray
from scipy import ndimage

from osint_imagery.change.cloud_growth import fit_growth, grow_flags
from osint_imagery.change.detecting import detect
from osint_imagery.change.sampling import cut
from osint_imagery.core.flags import Flag
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair

BANDS = ("blue", "green", "red", "nir")
FOREST = np.array([0.02, 0.04, 0.03, 0.30])
SIDE = 96
Mask = NDArray[np.bool_]
Float = NDArray[np.float64]


def disk(row: float, column: float, radius: float) -> Mask:
    down, across = np.mgrid[:SIDE, :SIDE]
    return np.asarray(np.hypot(down - row, across - column) < radius)


CLOUD, SHADOW = disk(20, 20, 14), disk(48, 44, 18)
FAR = disk(80, 80, 7)


class Forest:
    """Forest that is looked at with a quality layer; light and what lies over it differ."""

    def __init__(self, seed: int = 0) -> None:
        self.rng = np.random.default_rng(seed)
        texture = ndimage.gaussian_filter(self.rng.standard_normal((SIDE, SIDE)), 1.2)
        self.ground: Float = FOREST[:, None, None] * (1 + 0.15 * texture / texture.std())

    def look(
        self,
        day: int,
        *,
        light: Float | float = 1.0,
        white: Float | float = 0.0,
        flagged: Mask | None = None,
        flag: Flag = Flag.CLOUD,
        known: bool = True,
    ) -> Image:
        noise = 1 + 0.02 * self.rng.standard_normal((4, SIDE, SIDE))
        values = self.ground * light * noise * (1 - np.asarray(white)) + 0.6 * np.asarray(white)
        image = Image.from_array(10_000 * values, bands=BANDS, acquired=date(2020, 1, 1) + timedelta(days=day))
        if not known:
            return image
        flags = np.zeros((SIDE, SIDE), dtype=np.uint16)
        clear = replace(image, flags=flags)
        return clear if flagged is None else clear.with_flags(np.where(flagged, int(flag), 0).astype(np.uint16))


def lit(shadow: Mask, share: float = 0.45) -> Float:
    return np.asarray(np.where(shadow, share, 1.0))


def newly(pair: Pair) -> tuple[Mask, Mask]:
    grown = grow_flags(pair)
    return (
        np.asarray(pair.before.valid & ~grown.before.valid),
        np.asarray(pair.after.valid & ~grown.after.valid),
    )


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_shadow_of_which_a_piece_is_flagged_is_found_whole(seed: int) -> None:
    forest = Forest(seed)
    piece = disk(48, 50, 3)
    shaded = forest.look(5, light=lit(SHADOW), flagged=piece, flag=Flag.CLOUD_SHADOW)
    before, after = newly(Pair(before=forest.look(0), after=shaded))
    assert not before.any()
    assert (after | piece)[disk(48, 44, 19.5)].all()
    assert not after[~disk(48, 44, 18 + 6)].any()  # its rim of 30 m, three pixels in rows and columns
    flags = grow_flags(Pair(before=forest.look(0), after=shaded)).after.flags
    assert (flags[SHADOW & ~piece] & int(Flag.CLOUD_SHADOW) != 0).all()


def test_shadow_beside_a_flagged_cloud_is_found_on_the_earlier_date_too() -> None:
    forest = Forest()
    shadow = disk(20, 44, 14)
    cloudy = forest.look(0, light=lit(shadow), white=0.9 * CLOUD, flagged=CLOUD)
    before, after = newly(Pair(before=cloudy, after=forest.look(5)))
    assert before[shadow & ~CLOUD].all()
    assert not after.any()


def test_cloud_of_which_a_piece_is_flagged_is_followed_with_a_rim() -> None:
    forest = Forest()
    soft = np.clip((14 - np.hypot(*(np.mgrid[:SIDE, :SIDE] - 20))) / 6 + 0.5, 0, 1)
    core = disk(20, 20, 5)
    _, after = newly(Pair(before=forest.look(0), after=forest.look(5, white=0.9 * soft, flagged=core)))
    assert (after | core)[soft > 0.2].all()
    assert not after[disk(60, 60, 30)].any()


@pytest.mark.parametrize("share", [0.3, 0.6])
def test_darkening_apart_from_all_flags_stays_to_be_judged(share: float) -> None:
    forest = Forest()
    burnt = forest.look(5, light=lit(FAR, share), white=0.9 * CLOUD, flagged=CLOUD)
    _, after = newly(Pair(before=forest.look(0), after=burnt))
    assert not after[FAR].any()


def test_bright_soil_beside_a_cloud_is_not_taken_for_cloud() -> None:
    forest = Forest()
    field = disk(20, 44, 9)  # touches it
    image = forest.look(5, white=0.9 * CLOUD, flagged=CLOUD)
    soil = np.array([0.06, 0.10, 0.16, 0.30])[:, None, None] * 10_000
    built = replace(image, values=np.where(field & image.valid, soil, image.values))
    _, after = newly(Pair(before=forest.look(0), after=built))
    assert not after[disk(20, 46, 4)].any()


def test_nothing_is_grown_without_flags_without_a_layer_or_without_infrared() -> None:
    forest = Forest()
    clear = Pair(before=forest.look(0), after=forest.look(5, light=lit(SHADOW)))
    assert grow_flags(clear) is clear
    unknown = Pair(before=forest.look(0, known=False), after=forest.look(5, light=lit(SHADOW), known=False))
    assert grow_flags(unknown) is unknown
    shaded = forest.look(5, light=lit(SHADOW), flagged=disk(48, 50, 3))
    visible = [replace(image, bands=BANDS[:3], values=image.values[:3]) for image in (forest.look(0), shaded)]
    pair = Pair(before=visible[0], after=visible[1])
    assert grow_flags(pair) is pair


def test_growing_twice_is_growing_once_and_is_on_record() -> None:
    forest = Forest()
    pair = Pair(before=forest.look(0), after=forest.look(5, light=lit(SHADOW), flagged=disk(48, 50, 3)))
    grown = grow_flags(pair)
    assert grow_flags(grown) is grown
    assert [step.name for step in grown.lineage.steps] == ["grow_flags"]
    assert grown.lineage.steps[-1].inputs == (pair.before.digest, pair.after.digest)


def test_shadows_of_quiet_dates_flagged_in_part_do_not_hide_a_change_and_do_not_make_one() -> None:
    forest = Forest()

    def shaded(day: int, row: int, column: int) -> Image:
        area = disk(row, column, 18)
        return forest.look(day, light=lit(area), flagged=disk(row, column, 3), flag=Flag.CLOUD_SHADOW)

    places = ((24, 24), (40, 66), (70, 30))
    quiet = [Pair(before=forest.look(40 * k), after=shaded(40 * k + 5, *at)) for k, at in enumerate(places)]
    quiet += [Pair(before=forest.look(40 * k), after=forest.look(40 * k + 5)) for k in range(3, 14)]
    cut = Pair(before=forest.look(900), after=forest.look(905, light=lit(FAR, 0.8)))
    changes = detect(cut, quiet=quiet, level=0.2)
    assert changes.calibration.count == len(quiet)
    assert changes.changed[FAR].mean() > 0.5
    alone = detect(Pair(before=forest.look(950), after=shaded(955, 48, 44)), quiet=quiet, level=0.2)
    assert not alone.changed.any()
    assert not alone.examined[SHADOW].any()
    assert (alone.pair.after.flags[SHADOW] & int(Flag.CLOUD_SHADOW) != 0).all()


@pytest.mark.parametrize("side", [12, 32])
def test_blocks_with_their_halo_are_grown_as_the_whole_is(side: int) -> None:
    forest = Forest()
    far = Grid(crs="EPSG:32636", transform=Affine(100, 0, 500_000, 0, -100, 3_750_000), shape=(SIDE, SIDE))
    shaded = forest.look(5, light=lit(SHADOW), white=0.9 * CLOUD, flagged=disk(8, 8, 3))
    pair = Pair(before=replace(forest.look(0), grid=far), after=replace(shaded, grid=far))
    growth = fit_growth([pair])
    whole = growth.grow(pair).after.flags
    assert 0 < growth.halo_px < SIDE - side  # pixels of 100 m: shadows are not followed far
    halo = growth.halo_px
    for row in range(0, SIDE, side):
        for column in range(0, SIDE, side):
            top, left = max(0, row - halo), max(0, column - halo)
            place = top, left, min(SIDE, row + side + halo) - top, min(SIDE, column + side + halo) - left
            block = growth.grow(replace(pair, before=cut(pair.before, place), after=cut(pair.after, place)))
            rows, columns = slice(row - top, row - top + side), slice(column - left, column - left + side)
            np.testing.assert_array_equal(
                block.after.flags[rows, columns], whole[row : row + side, column : column + side]
            )
