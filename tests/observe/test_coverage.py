import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.claim import Prediction, read_claim
from osint_imagery.core.errors import ChecksumError, InputError, MissingAssetError, ReadError
from osint_imagery.core.flags import Flag
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.observe.coverage import Coverage, LookState, coverage
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.location import LocalFile
from osint_imagery.scenes.scene import Asset, Scene
from osint_imagery.scenes.sensors import sensor

PORT = Path(__file__).parents[2] / "sample_scenes" / "port"
AOI = AreaOfInterest.from_bbox(35.510, 33.900, 35.514, 33.903, name="quay")
START = datetime(2026, 5, 1, tzinfo=UTC)


def asks(dwell: float | None = 3) -> Prediction:
    return Prediction.model_validate(
        {
            "id": "ship",
            "text": "a ship lies at the quay",
            "expected_under": "yes",
            "excluded_under": "no",
            "change": "appears",
            "target": {"what": "ship", "length_m": 120, "width_m": 16},
            "when": {"start": "2026-05-01", "end": "2026-05-20"},
            "dwell_days": dwell,
        }
    )


def scene(
    day: float, *, quality: bool = True, kind: str = "sentinel-2-l2a", whole_day: bool = False, **changes
) -> Scene:
    when = START + timedelta(days=day)
    layer = Asset(
        key="scl",
        location=LocalFile(Path("scl.tif")),
        href="scl.tif",
        digest=None,
        size=None,
        bands=("scl",),
        scale=None,
        offset=None,
        nodata=None,
        roles=(),
        gsd_m=20.0,
        media_type="",
    )
    plain = Scene(
        id=f"scene-{day}",
        sensor=sensor(kind),
        acquired=TimeSpan(when.date()) if whole_day else TimeSpan(when),
        footprint=box(35, 33, 36, 34),
        assets=(layer,) if quality else (),
        platform=None,
        processing_version=None,
        product_id="p",
        sun_elevation_deg=50.0,
        sun_azimuth_deg=None,
        view_zenith_deg=None,
        relative_orbit=None,
        scene_cloud_percent=99.0,
        simulated=False,
        metadata=b"{}",
        href="",
        license="",
        doi=None,
        notes=(),
    )
    return replace(plain, **changes)


def looked(scenes, cloud, dwell=3, **options) -> Coverage:
    """Coverage where scene `id` has the share `cloud[id]` of its area under cloud, or the flags given."""

    def fake(item, grid):
        value = cloud.get(item.id, 0.0)
        if isinstance(value, Exception):
            raise value
        flags = np.zeros(grid.shape, dtype=np.uint16)
        if isinstance(value, Flag):
            return flags | np.uint16(value)
        flags.flat[: round(value * flags.size)] = int(Flag.CLOUD)
        return flags

    with mock.patch("osint_imagery.observe.look.read_quality", fake):
        return coverage(asks(dwell), scenes, aoi=AOI, **options)


def test_cloud_over_the_area_counts_not_the_scene_percentage():
    seen = looked([scene(5), scene(8)], {"scene-8": 1.0})
    assert [look.state for look in seen.looks] == [LookState.CLEAR, LookState.UNUSABLE]
    assert seen.looks[0].usable_fraction == 1
    assert "cloud 100%" in seen.looks[1].reason
    assert seen.p_look.value == pytest.approx(3 / 17, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(-5, 25), st.floats(0, 1), st.floats(0, 1)), max_size=5, unique_by=lambda t: t[0]))
def test_more_cloud_never_raises_the_probability(rows):
    scenes = [scene(day) for day, _, _ in rows]
    low = {f"scene-{day}": min(a, b) for day, a, b in rows}
    high = {f"scene-{day}": max(a, b) for day, a, b in rows}
    assert looked(scenes, high).p_look.value <= looked(scenes, low).p_look.value


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-5, 25), st.sampled_from(["clear", "cloud", "unknown", "day"])),
        min_size=1,
        max_size=6,
        unique_by=lambda t: t[0],
    )
)
def test_another_look_never_lowers_the_probability_and_bounds_hold(rows):
    scenes = [scene(day, quality=kind != "unknown", whole_day=kind == "day") for day, kind in rows]
    cloud = {f"scene-{day}": 1.0 for day, kind in rows if kind == "cloud"}
    fewer, more = looked(scenes[1:], cloud).p_look, looked(scenes, cloud).p_look
    for estimate in (fewer, more):
        assert estimate.level == 1
        assert 0 <= estimate.low <= estimate.high <= 1
        assert math.isnan(estimate.value) or estimate.low <= estimate.value <= estimate.high
    assert more.low >= fewer.low
    assert more.high >= fewer.high


def test_a_scene_without_quality_layer_is_unknown_and_spans_both_cases():
    seen = looked([scene(5, quality=False)], {})
    assert seen.looks[0].state is LookState.UNKNOWN
    assert seen.looks[0].usable_fraction is None
    assert "no quality layer" in seen.looks[0].reason
    assert (seen.p_look.low, seen.p_look.high) == (0, pytest.approx(3 / 17, abs=1e-6))
    assert math.isnan(seen.p_look.value)
    assert seen.gaps == (seen.when,)


def test_unknown_looks_do_not_matter_where_a_clear_one_decides():
    seen = looked([scene(5, quality=False), scene(25)], {}, dwell=None)
    assert seen.p_look.value == seen.p_look.low == seen.p_look.high == 1


def test_a_layer_that_leaves_pixels_open_is_unknown_not_clear():
    assert looked([scene(5)], {"scene-5": Flag.QUALITY_UNKNOWN}).looks[0].state is LookState.UNKNOWN


def test_radar_needs_no_clear_sky_but_a_footprint():
    there = scene(5, quality=False, kind="sentinel-1-grd")
    assert looked([there], {}).looks[0].state is LookState.CLEAR
    half = replace(there, footprint=box(35.512, 33, 36, 34))
    assert looked([half], {}).looks[0].state is LookState.PARTLY


def test_footprint_that_misses_or_cuts_the_area():
    away, half = scene(1, footprint=box(10, 10, 11, 11)), scene(2, footprint=box(35.512, 33, 36, 34))
    first, second = looked([away, half], {}).looks
    assert first.state is LookState.REJECTED
    assert second.state is LookState.PARTLY
    assert second.usable_fraction == pytest.approx(0.5, abs=0.05)
    assert "outside the footprint" in second.reason


def test_night_shows_nothing():
    assert looked([scene(5, sun_elevation_deg=-3.0)], {}).looks[0].state is LookState.UNUSABLE


def test_a_missing_layer_is_unknown_a_damaged_one_raises():
    assert looked([scene(5)], {"scene-5": MissingAssetError("gone")}).looks[0].state is LookState.UNKNOWN
    for error in (ReadError("truncated"), ChecksumError("other bytes")):
        with pytest.raises(type(error)):
            looked([scene(5)], {"scene-5": error})


def test_a_small_area_between_pixel_centers_is_still_looked_at():
    tiny = AreaOfInterest.from_point(35.512, 33.9015, radius_m=3)
    with mock.patch("osint_imagery.observe.look.read_quality", lambda _, g: np.zeros(g.shape, np.uint16)):
        assert coverage(asks(), [scene(5)], aoi=tiny).looks[0].state is LookState.CLEAR


def test_an_area_is_needed():
    with pytest.raises(InputError, match="names no place; pass aoi"):
        coverage(asks(), [])
    with pytest.raises(InputError, match="usable_at_least=0"):
        coverage(asks(), [], aoi=AOI, usable_at_least=0)


def test_nobody_looked_says_so():
    seen = coverage(asks(), [], aoi=AOI)
    assert seen.p_look.value == 0
    assert seen.gaps == (seen.when,)
    assert "0 looks" in seen.reason
    assert "no usable look before" in seen.reason


def test_the_simulated_port_gives_the_three_answers():
    claim = read_claim(PORT / "claim.yaml")
    scenes = list(open_catalog(PORT / "catalog.json").scenes())
    shed, ship, launcher = (coverage(item, scenes) for item in claim.predictions)
    assert shed.p_look.value == 1
    assert [look.state for look in shed.inside] == [LookState.UNUSABLE]
    assert ship.p_look.high == 0
    assert ship.gaps == (ship.when,)
    assert launcher.p_look.value == 1
    assert sum(look.state is LookState.CLEAR for look in launcher.inside) == 3


def test_the_reasons_of_a_look_name_what_the_layer_leaves_open() -> None:
    from osint_imagery.core.flags import Flag
    from osint_imagery.observe.look import LookState, _from_flags

    flags = np.zeros((10, 10), dtype=np.uint16)
    flags[:4] = int(Flag.CLOUD)
    flags[4:9] = int(Flag.QUALITY_UNKNOWN)
    everywhere = np.ones((10, 10), dtype=bool)
    state, usable, reason = _from_flags(flags, everywhere, everywhere, 0.9)
    assert (state, usable) == (LookState.PARTLY, 0.1)
    assert reason == "10% of the area is usable (left open by the quality layer 50%, cloud 40%)"
