"""A second opinion on clouds stands beside the provider's: counted right, told in words, replacing nothing."""

import sys
from dataclasses import replace
from importlib.util import find_spec
from types import ModuleType

import numpy as np
import pytest

from osint_imagery.change import clouds_network
from osint_imagery.change.cloud_opinion import cloud_opinion
from osint_imagery.core.claim import read_claim
from osint_imagery.core.errors import InputError
from osint_imagery.core.flags import UNUSABLE, Flag
from osint_imagery.observe.coverage import coverage
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.packaged import bundled, has_romania, romania_catalog
from osint_imagery.scenes.reading import native_grid, read, read_quality

pytestmark = pytest.mark.skipif(not has_romania(), reason="nrt 0.2.1 is not installed")
CLOUDY = Flag.CLOUD | Flag.CLOUD_POSSIBLE | Flag.CIRRUS


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    return {one.id: one for one in open_catalog(romania_catalog(tmp_path_factory.mktemp("romania"))).scenes()}


@pytest.fixture
def says(monkeypatch):
    """Let the network call given pixels cloud (1) or shadow (2)."""

    def install(classes):
        class CSmask:
            def __init__(self, stack, *_args, **_options):
                self.csm = np.zeros((*stack.shape[:2], 1), np.uint8)
                self.csm[: classes.shape[0], : classes.shape[1], 0] = classes

        package, module = ModuleType("ukis_csmask"), ModuleType("ukis_csmask.mask")
        module.CSmask = CSmask
        monkeypatch.setitem(sys.modules, "ukis_csmask", package)
        monkeypatch.setitem(sys.modules, "ukis_csmask.mask", module)
        monkeypatch.setattr(clouds_network.metadata, "version", lambda _: "0")

    return install


def test_agreement_is_counted_pixel_by_pixel_and_told_with_its_place(scenes, says):
    scene = scenes["romania-20150801"]
    grid = native_grid(scene, "red")
    layer = read_quality(scene, grid)
    provider, known = (layer & int(CLOUDY)) != 0, (layer & int(Flag.QUALITY_UNKNOWN)) == 0
    count = int(known.sum())
    assert 9000 < count < 10_000  # "unclassified" is no opinion
    classes = np.where(provider, 1, 0)
    classes[:10, :20] = np.where(provider[:10, :20], 0, 1)
    classes[50:60] = np.where(classes[50:60] == 1, 1, 2)
    says(classes)
    found = cloud_opinion(scene, grid).agreement
    changed = int(known[:10, :20].sum())
    first, second = provider[known].mean(), (classes == 1)[known].mean()
    chance = first * second + (1 - first) * (1 - second)
    assert found.compared == count
    assert found.share == pytest.approx(1 - changed / count)
    assert found.kappa == pytest.approx((found.share - chance) / (1 - chance))
    assert found.only_second == pytest.approx((known & ~provider)[:10, :20].sum() / count)
    assert found.only_provider == pytest.approx(provider[:10, :20].sum() / count)
    assert (found.shadow_provider, found.shadow_second) == (0, pytest.approx((known & (classes == 2)).sum() / count))
    assert found.patch_px == changed == 200
    lon, lat = grid.lonlat(np.array([4.5]), np.array([9.5]))
    assert found.patch_at == pytest.approx((lon[0], lat[0]))
    assert "on cloud agrees with SCL on 98 % of 9436 pixels (kappa 0.9" in found.label
    assert "largest patch of disagreement 200 pixels around longitude" in found.label


def test_nothing_of_the_providers_is_replaced_and_the_lineage_says_what_was_found(scenes, says):
    scene = scenes["romania-20150801"]
    grid = native_grid(scene, "red")
    says(np.ones((100, 100), int))
    opinion = cloud_opinion(scene, grid)
    plain = read(scene, grid, ("blue", "green", "red", "nir"))
    np.testing.assert_array_equal(opinion.image.flags, plain.flags)
    np.testing.assert_array_equal(opinion.image.valid, plain.valid)
    step = opinion.image.lineage.steps[-1]
    assert (step.name, dict(step.parameters)["agreement"]) == ("cloud_opinion", opinion.agreement.label)
    both = opinion.image.with_flags(opinion.flags)
    assert not both.valid.any()
    assert ((both.flags & plain.flags) == plain.flags).all()


def test_where_both_say_one_thing_of_everything_kappa_is_not_defined(scenes, says):
    scene = scenes["romania-20170711"]  # without a cloud by its provider
    grid = native_grid(scene, "red")
    assert not (read_quality(scene, grid) & int(CLOUDY)).any()
    says(np.zeros((100, 100), int))
    found = cloud_opinion(scene, grid).agreement
    assert (found.share, found.kappa, found.patch_px, found.patch_at) == (1.0, None, 0, None)
    assert "kappa not defined" in found.label


def test_coverage_tells_it_in_the_look_and_changes_no_state(scenes, says):
    says(np.ones((100, 100), int))
    claim = read_claim(bundled("romania/claim.yaml"))
    some = [scenes["romania-20170711"], scenes["romania-20180825"]]
    opinion = cloud_opinion(some[0], native_grid(some[0], "red"))
    prediction, aoi = claim.predictions[0], claim.aoi(claim.predictions[0])
    without = coverage(prediction, some, aoi=aoi)
    told = coverage(prediction, some, aoi=aoi, opinions={some[0].id: opinion.agreement})
    assert told.looks[0].reason == f"{without.looks[0].reason}; {opinion.agreement.label}"
    assert told.looks[1] == without.looks[1]
    assert [look.state for look in told.looks] == [look.state for look in without.looks]
    assert str(told.p_look) == str(without.p_look)


def test_a_scene_without_a_layer_of_its_own_has_nothing_to_compare_with(scenes, says):
    scene = scenes["romania-20150801"]
    for other in (
        replace(scene, sensor=replace(scene.sensor, quality=None)),
        replace(scene, sensor=replace(scene.sensor, level="L3")),
    ):
        with pytest.raises(InputError, match="nothing to compare with"):
            cloud_opinion(other, native_grid(scene, "red"))


@pytest.mark.skipif(find_spec("ukis_csmask") is None, reason="extra 'clouds' (ukis-csmask) is not installed")
def test_the_real_networks_agree_with_the_provider_on_real_dates_in_part(scenes):
    clear, cloudy = (cloud_opinion(scenes[f"romania-{day}"], grid_of(scenes)) for day in ("20170711", "20150801"))
    assert clear.agreement.share > 0.99
    assert 0.75 < cloudy.agreement.share < 1
    assert cloudy.agreement.kappa > 0.4
    assert cloudy.agreement.patch_px > 10
    assert (cloudy.image.valid == ((cloudy.image.flags & int(UNUSABLE)) == 0)).all()
    assert "ukis-csmask 1" in cloudy.agreement.second


def grid_of(scenes):
    return native_grid(scenes["romania-20170711"], "red")
