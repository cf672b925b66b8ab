"""A target is put in as stated, where it may stand, and nothing else is touched."""

from dataclasses import replace

import numpy as np
import pytest
from support.quiet_pairs import GRID, PLAIN, QUIET, STRONG, TESTED, asks, dates, radar

from osint_imagery.core.claim import Change, Target
from osint_imagery.core.errors import BandError, InputError
from osint_imagery.core.pair import Pair
from osint_imagery.observe.backscatter import equivalent_looks
from osint_imagery.observe.design import Design
from osint_imagery.observe.ground import Ground, ground_of
from osint_imagery.observe.insertion import Insertion, insert, room_for, scatter, size_px
from osint_imagery.observe.power import power


def test_insertion_adds_the_stated_contrast_and_nothing_else():
    target = Target(what="shed", length_m=60, width_m=40, contrast={"red": 0.2})
    spots = scatter(size_px(target, GRID), np.ones((64, 64), bool), np.random.default_rng(1), most=2)
    pair = insert(TESTED, spots, target, Change.APPEARS)
    added = pair.after.values - TESTED.after.values
    assert len(spots) == 2
    assert added[2].sum() == pytest.approx(2 * 24 * 0.2, rel=0.01)
    assert not added[[0, 1, 3]].any()
    assert np.array_equal(pair.before.values, TESTED.before.values)
    assert pair.simulated
    assert pair.after.lineage.steps[-1].name == "insert"
    gone = insert(TESTED, spots, target, Change.DISAPPEARS)
    assert np.array_equal(gone.after.values, TESTED.after.values)
    assert (gone.before.values - TESTED.before.values).sum() > 0


def test_targets_stand_apart_on_the_ground_and_never_cover_the_image():
    ground = np.zeros((64, 64), bool)
    ground[10:54, 8:50] = True
    for seed in range(20):
        spots = scatter((6.0, 4.0), ground, np.random.default_rng(seed), most=10)
        assert 1 <= len(spots) <= 0.02 * 64 * 64 / 24
        for spot in spots:
            assert not (spot.footprint(ground.shape) & ~ground).any()
        centers = np.array([spot.center_px for spot in spots])
        for one in range(len(spots)):
            for other in range(one):
                assert np.hypot(*(centers[one] - centers[other])) > 15


def test_no_room_gives_no_place():
    ground = np.zeros((20, 20), bool)
    ground[5:8, 5:8] = True
    assert scatter((6.0, 4.0), ground, np.random.default_rng(0), most=3) == ()
    assert room_for((3.0, 3.0), ground).sum() == 1


def test_pixels_that_were_not_observed_stay_so():
    flags = np.zeros((64, 64), np.uint16)
    flags[:10] = 4
    holed = replace(TESTED, after=TESTED.after.with_flags(flags))
    spots = scatter((6.0, 4.0), np.ones((64, 64), bool), np.random.default_rng(1), most=1)
    target = Target(what="shed", length_m=60, width_m=40, contrast=STRONG)
    assert np.isnan(insert(holed, spots, target, Change.APPEARS).after.values[:, :10]).all()


def test_a_target_stands_only_where_it_may():
    plan = Design(ground=Ground.WATER)
    image = dates(2)
    wet = [replace(one, values=one.values.copy()) for one in image]
    for one in wet:
        one.values.setflags(write=True)
        one.values[1, :, 32:], one.values[3, :, 32:] = 0.06, 0.02
        one.values[1, :, :32], one.values[3, :, :32] = 0.10, 0.30
    pair = Pair(before=wet[0], after=replace(wet[1], values=wet[1].values + 0.001))
    water = ground_of(pair, Ground.WATER)
    assert water[:, 32:].all()
    assert not water[:, :32].any()
    assert not (ground_of(pair, Ground.LAND) & water).any()
    assert (ground_of(pair, Ground.BARE) <= ground_of(pair, Ground.LAND)).all()
    dry = power(asks(STRONG), TESTED, QUIET, method=PLAIN, places=3, design=plan)
    assert dry.pod is None
    assert "does not fit" in dry.reason
    lone = Pair(before=image[0].select(["red"]), after=image[1].select(["red"]))
    with pytest.raises(BandError, match=r"use Ground\.ANY"):
        ground_of(lone, Ground.WATER)
    assert ground_of(lone, Ground.ANY).all()


def test_looks_are_measured_from_the_speckle():
    for looks in (1.0, 4.4, 20.0):
        assert equivalent_looks(radar(looks=looks)) == pytest.approx(looks, rel=0.2 if looks == 1 else 0.1)


def test_a_large_radar_target_has_speckle_of_its_own_and_a_small_one_is_steady():
    pair = radar()
    bright = Target(what="ship", length_m=200, width_m=100, contrast={"vv": 0.5})
    spot = Insertion(center_px=(32.0, 32.0), size_px=(20.0, 10.0))
    core = (slice(25, 40), slice(29, 36))
    added = (
        insert(pair, [spot], bright, Change.APPEARS, rng=np.random.default_rng(1)).after.values - pair.after.values
    )[0]
    assert added[core].mean() == pytest.approx(0.5, rel=0.1)
    assert added[core].std() / added[core].mean() == pytest.approx(1 / np.sqrt(5), rel=0.25)
    point = Insertion(center_px=(32.0, 32.0), size_px=(0.5, 0.5))
    steady = [
        insert(pair, [point], bright, Change.APPEARS, rng=np.random.default_rng(seed)).after.values for seed in (1, 2)
    ]
    assert np.array_equal(*steady)
    assert (steady[0] - pair.after.values).sum() == pytest.approx(0.5 * 0.25, rel=0.01)


def test_a_dark_radar_target_keeps_the_speckle_and_never_falls_below_nothing():
    pair = radar()
    spot = Insertion(center_px=(32.0, 32.0), size_px=(20.0, 10.0))
    core = (slice(25, 40), slice(29, 36))
    for contrast, left in ((-0.04, 0.2), (-1.0, 0.0)):
        dark = Target(what="slick", length_m=200, width_m=100, contrast={"vv": contrast})
        after = insert(pair, [spot], dark, Change.APPEARS, rng=np.random.default_rng(1)).after.values[0][core]
        assert after.min() >= 0
        assert after.mean() == pytest.approx(left * 0.05, rel=0.2)


def test_radar_targets_need_a_source_of_speckle():
    bright = Target(what="ship", length_m=200, width_m=100, contrast={"vv": 0.5})
    with pytest.raises(InputError, match="rng=None for radar"):
        insert(radar(), [], bright, Change.APPEARS)
