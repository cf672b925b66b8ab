"""The networks' classes become flags of the right pixels; what they cannot be asked is refused with a remedy."""

import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from osint_imagery.change.clouds_network import flag_clouds_by_network
from osint_imagery.core.errors import BandError, InputError, NotEnoughDataError
from osint_imagery.core.flags import Flag
from osint_imagery.core.image import Image
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.packaged import romania_catalog
from osint_imagery.scenes.reading import native_grid, read

BANDS = ("red", "blue", "green", "nir", "swir16", "swir22")
FOUR = ("blue", "green", "red", "nir")


def scene(scale: float = 1.0) -> Image:
    rng = np.random.default_rng(0)
    return Image.from_array(rng.uniform(0.05, 0.2, (6, 64, 64)) * scale, bands=BANDS)


@pytest.mark.skipif(find_spec("ukis_csmask") is None, reason="extra 'clouds' (ukis-csmask) is not installed")
@pytest.mark.parametrize(("date", "least", "most"), [("20150801", 0.3, 0.75), ("20170711", 0.0, 0.01)])
def test_real_clouds_are_flagged_where_the_provider_has_them(
    tmp_path: Path, date: str, least: float, most: float
) -> None:
    """Romania, Sentinel-2 Level-2A: a date that the provider's layer calls cloudy by 45 %, and a clear one."""
    scenes = {scene.id: scene for scene in open_catalog(romania_catalog(tmp_path)).scenes()}
    look = scenes[f"romania-{date}"]
    grid = native_grid(look, "red")
    provider = (read(look, grid, FOUR).flags & int(Flag.CLOUD | Flag.CLOUD_POSSIBLE | Flag.CIRRUS)) != 0
    image = read(look, grid, FOUR, quality=False)
    flagged = flag_clouds_by_network(image, level="l2a")
    cloudy = (flagged.flags & int(Flag.CLOUD)) != 0
    assert least <= cloudy.mean() <= most
    assert (cloudy == provider).mean() > 0.75
    assert not flagged.valid[cloudy].any()
    assert np.array_equal(flagged.valid[flagged.flags == image.flags], image.valid[flagged.flags == image.flags])
    step = flagged.lineage.steps[-1]
    assert step.name == "flag_clouds_by_network"
    assert "4 bands, l2a" in dict(step.parameters)["network"]


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        ("level", InputError, "neither 'l1c'"),
        ("bands", BandError, "lacks nir"),
        ("counts", InputError, "reflectance x 10,000"),
        ("empty", NotEnoughDataError, "no usable pixel"),
    ],
)
def test_what_cannot_be_asked_is_refused(change: str, error: type[Exception], match: str) -> None:
    image = scene()
    level = "l1c"
    if change == "level":
        level = "L3"
    elif change == "bands":
        image = image.select(["red", "green", "blue"])
    elif change == "counts":
        image = scene(300)
    else:
        image = Image.from_array(image.values, bands=BANDS, valid=np.zeros(image.shape, dtype=bool))
    with pytest.raises(error, match=match):
        flag_clouds_by_network(image, level=level)


def test_a_missing_extra_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ukis_csmask", None)
    monkeypatch.setitem(sys.modules, "ukis_csmask.mask", None)
    with pytest.raises(InputError, match=r"pip install 'osint-imagery\[clouds\]'"):
        flag_clouds_by_network(scene(), level="l2a")
