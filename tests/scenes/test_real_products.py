"""Real products as downloaded against independent readers: GDAL's SENTINEL2 driver, plain rasterio and the formula."""

import math
import re
import shutil
import zipfile
from dataclasses import replace

import numpy as np
import pytest
import rasterio
from support.products import tarred, zipped

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.flags import Flag
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.catalog import open_catalog, search
from osint_imagery.scenes.reading import native_grid, read
from osint_imagery.scenes.scene import Refused
from osint_imagery.workflow.comparing import compare

pytestmark = pytest.mark.real
SAFE = "S2A_MSIL2A_20221005T115411_N0400_R023_T29UNU_20221005T164454.SAFE"
LANDSAT = "landsat8_LC80200392015216LGN00"


@pytest.fixture
def products(real_data):
    return real_data / "products"


@pytest.fixture
def safe(products):
    (scene,) = open_catalog(products / SAFE).scenes()
    return scene


@pytest.fixture
def landsat(products):
    (scene,) = open_catalog(products / LANDSAT).scenes()
    return scene


def test_folder_of_real_products_opens_with_everything_right(products):
    catalog = open_catalog(products)
    first, second = catalog.entries()
    assert (first.sensor.key, second.sensor.key) == ("sentinel-2-l2a", "landsat-l1")
    assert first.acquired == TimeSpan("2022-10-05T11:56:49.581767Z")
    assert second.acquired == TimeSpan("2015-08-04T16:19:21.791742Z")
    assert (first.credit, second.credit) == (
        "Contains modified Copernicus Sentinel data 2022",
        "Landsat-8 image courtesy of the U.S. Geological Survey",
    )
    assert " ".join(first.bands) == "coastal blue green red rededge1 rededge2 rededge3 nir08 nir09 swir16 swir22"
    assert " ".join(second.bands) == "coastal blue green red nir08 swir16 swir22 pan cirrus lwir11 lwir12"
    assert {(a.scale, a.offset) for a in first.assets if a.bands} == {(1e-4, -0.1)}
    assert (first.quality_asset.key, second.quality_asset.key) == ("SCL", "BQA")
    assert first.view_zenith_deg == pytest.approx(9.247, abs=0.001)
    assert "14 of the image files that its metadata names are not here" in first.notes[0]
    assert "603 x 627 pixels, the MTL file states 7821 x 7661" in second.notes[-1]
    found = search(catalog, AreaOfInterest.from_bbox(-8.2, 52.9, -8.0, 53.0), TimeSpan("2022-10-05"))
    assert [scene.id for scene in found] == [SAFE.removesuffix(".SAFE")]


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")  # the list of subdatasets has no place
def test_sentinel2_values_are_those_of_gdals_own_driver(products, safe):
    """GDAL reads the metadata by itself, and says scale, offset and place of each band."""
    with rasterio.open(products / SAFE / "MTD_MSIL2A.xml") as whole:
        (name,) = [name for name in whole.subdatasets if ":60m:" in name]
    grid = native_grid(safe, "red")
    with rasterio.open(name) as dataset:  # in this list the driver has the bands that are stored at 60 m alone
        assert tuple(dataset.transform) == tuple(grid.transform)
        for band, number in (("coastal", "B1"), ("nir09", "B9")):
            index = next(i for i, text in enumerate(dataset.descriptions, 1) if re.match(rf"{number}\b", text or ""))
            offset = float(dataset.tags(index)["BOA_ADD_OFFSET"])
            quantification = float(dataset.tags()["BOA_QUANTIFICATION_VALUE"])
            agree(safe, grid, band, (dataset.read(index).astype(np.float64), offset, quantification))


def agree(scene, grid, band, expected):
    """Compare a band with digital numbers, offset and quantification that another reader found."""
    raw, offset, quantification = expected
    values = read(scene, grid, (band,), quality=False).values[0]
    measured = (raw != 0) & (raw != 65535)  # fill and saturated
    assert 0.5 < measured.mean() < 0.7
    np.testing.assert_allclose(values[measured], ((raw + offset) / quantification)[measured], atol=1e-6)
    assert np.isnan(values[~measured]).all()


@pytest.mark.parametrize(("band", "number"), [("red", "B04"), ("swir22", "B12")])
def test_sentinel2_values_are_those_of_the_files_and_the_published_formula(products, safe, band, number):
    (path,) = (products / SAFE).rglob(f"*_{number}_60m.jp2")
    with rasterio.open(path) as dataset:
        agree(safe, native_grid(safe, band), band, (dataset.read(1).astype(np.float64), -1000.0, 10000.0))


def test_sentinel2_quality_is_the_scene_classification(products, safe):
    grid = native_grid(safe, "red")
    flags = read(safe, grid, ("red",)).flags
    (path,) = (products / SAFE).rglob("*_SCL_20m.jp2")
    with rasterio.open(path) as dataset:
        classes = dataset.read(1)
    cloudy = (classes == 9).reshape(1830, 3, 1830, 3).any(axis=(1, 3))  # every class under a coarser pixel counts
    np.testing.assert_array_equal((flags & Flag.CLOUD) != 0, cloudy)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_zip_of_the_real_product_is_the_product(products, safe, tmp_path, method):
    zipped(products / SAFE, tmp_path / "a.zip", method=method, inside=SAFE)
    (scene,) = open_catalog(tmp_path).scenes()
    assert replace(scene, href=safe.href, assets=()) == replace(safe, assets=())
    grid = native_grid(safe, "red")
    first, second = (read(each, grid, ("red", "swir22")) for each in (safe, scene))
    assert (second.digest, second.lineage) == (first.digest, first.lineage)


def test_landsat_values_are_those_of_the_formula(products, landsat):
    """USGS, Landsat 8 Data Users Handbook: reflectance = (factor x DN + term) / sin(elevation of the sun)."""
    text = (products / LANDSAT / "l8_MTL.txt").read_text()

    def stated(key):
        return float(re.search(rf"\b{key} = (\S+)", text)[1])

    for band, number in (("blue", 2), ("red", 4), ("nir08", 5), ("pan", 8), ("cirrus", 9)):
        with rasterio.open(products / LANDSAT / f"l8_B{number}.tif") as dataset:
            raw = dataset.read(1).astype(np.float64)
        sine = math.sin(math.radians(stated("SUN_ELEVATION")))
        expected = (stated(f"REFLECTANCE_MULT_BAND_{number}") * raw + stated(f"REFLECTANCE_ADD_BAND_{number}")) / sine
        image = read(landsat, native_grid(landsat, band), (band,), quality=False)
        assert image.unit == "reflectance"
        measured = raw != 0
        np.testing.assert_allclose(image.values[0][measured], expected[measured], atol=1e-6)


def test_landsat_quality_bits_are_those_of_the_time_before_collections(products, landsat):
    flags = read(landsat, native_grid(landsat, "red"), ("red",)).flags
    with rasterio.open(products / LANDSAT / "l8_BQA.tif") as dataset:
        codes = dataset.read(1)
    np.testing.assert_array_equal((flags & Flag.CLOUD) != 0, (codes >> 14) & 3 == 3)
    assert 0.05 < ((flags & Flag.CLOUD) != 0).mean() < 0.07


def test_tar_of_the_real_landsat_product_is_the_product(products, landsat, tmp_path):
    tarred(products / LANDSAT, tmp_path / "a.tar")
    (scene,) = open_catalog(tmp_path).scenes()
    grid = native_grid(landsat, "pan")
    assert read(scene, grid, ("pan",)).lineage == read(landsat, grid, ("pan",)).lineage


def test_all_opera_chips_open_by_their_names_as_their_catalogue_describes_them(real_data, tmp_path):
    described = {
        scene.id: scene
        for scene in open_catalog(real_data / "scenes" / "catalog.json").scenes()
        if scene.sensor.key == "sentinel-1-rtc"
    }
    for path in (real_data / "scenes" / "opera-rtc-s1").rglob("*.tif"):
        target = tmp_path / path.parent.parent.name / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    found = list(open_catalog(tmp_path).scenes())
    assert len(found) == len(described) == 126
    for scene in found:
        other = described[scene.id]
        same = ("acquired", "platform", "processing_version", "relative_orbit", "product_id", "credit", "license")
        assert [getattr(scene, name) for name in same] == [getattr(other, name) for name in same]
        assert set(scene.bands) == set(other.bands)
    for scene in found[::20]:
        grid = native_grid(scene, "vv")
        assert read(scene, grid, ("vv", "vh")).digest == read(described[scene.id], grid, ("vv", "vh")).digest


TWIN_BANDS = ("B02", "B03", "B04", "B8A")


def twin(products, target, *, baseline, spoil=""):
    """Copy the metadata and four bands of the real product; baseline 03.01 holds the same ground without offset."""
    root = target / SAFE.replace("N0400", f"N{baseline.replace('.', '')}")
    (name,) = (path.name for path in (products / SAFE / "GRANULE").iterdir())
    texts = ["MTD_MSIL2A.xml", f"GRANULE/{name}/MTD_TL.xml"]
    for text in texts:
        path = root / text
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(products / SAFE / text, path)
        path.chmod(0o644)
    metadata = root / "MTD_MSIL2A.xml"
    text = metadata.read_text(encoding="utf-8")
    text = text.replace("<PROCESSING_BASELINE>04.00<", f"<PROCESSING_BASELINE>{baseline}<").replace(
        "N0400", root.name[28:33]
    )
    if baseline < "04.00" or spoil:
        text = re.sub(r"<BOA_ADD_OFFSET_VALUES_LIST>.*?</BOA_ADD_OFFSET_VALUES_LIST>", "", text, flags=re.DOTALL)
        assert "BOA_ADD_OFFSET" not in text
    metadata.write_text(text, encoding="utf-8")
    for band in TWIN_BANDS:
        (path,) = (products / SAFE).rglob(f"*_{band}_60m.jp2")
        own = root / path.relative_to(products / SAFE)
        own.parent.mkdir(parents=True, exist_ok=True)
        with rasterio.open(path) as dataset:
            raw, transform = dataset.read(1), dataset.transform
        if baseline < "04.00":  # what ESA's processor wrote then: no offset, nothing below 1 but the fill value
            raw = np.where(raw == 0, 0, np.maximum(raw.astype(np.int32) - 1000, 1)).astype(np.uint16)
            rewritten(own, raw, transform)
        else:
            shutil.copy(path, own)
    return root


def rewritten(path, raw, transform):
    size = {"count": 1, "height": raw.shape[0], "width": raw.shape[1], "dtype": "uint16"}
    options = {
        "driver": "JP2OpenJPEG",
        "REVERSIBLE": "YES",
        "QUALITY": "100",
        "crs": "EPSG:32629",
        "transform": transform,
    }
    with rasterio.open(path, "w", **options, **size) as dataset:
        dataset.write(raw, 1)


def only(folder):
    (entry,) = open_catalog(folder).entries()
    return entry


CLEAR = AreaOfInterest.from_bbox(-8.16, 52.90, -8.10, 52.94)


def test_one_ground_in_baselines_03_01_and_04_00_has_one_reflectance_and_no_change(products, tmp_path):
    twin(products, tmp_path / "old", baseline="03.01")
    twin(products, tmp_path / "new", baseline="04.00")
    old, new = only(tmp_path / "old"), only(tmp_path / "new")
    assert (old.processing_version, new.processing_version) == ("03.01", "04.00")
    grid = native_grid(new, "red")
    before, after = (read(scene, grid) for scene in (old, new))
    both = np.isfinite(before.values) & np.isfinite(after.values)
    bright = both & (after.values > 2e-4)  # below, the older product has nothing to write
    assert bright.mean() > 0.55
    np.testing.assert_allclose(before.values[bright], after.values[bright], atol=1e-6)
    # the same ground is compared a day apart, for one date cannot be its own "after"
    result = compare(old, replace(new, id="later", acquired=TimeSpan("2022-10-06T11:56:49Z")), CLEAR)
    assert (result.detections.verdict.value, len(result.detections)) == ("no_change_found", 0)
    pair = result.aligned  # brightness is not yet adapted here: an offset on one side would show
    assert pair.valid.mean() > 0.95
    difference = np.abs(pair.before.values - pair.after.values)[:, pair.valid]
    dark = (pair.after.values <= 2e-4)[:, pair.valid]
    assert dark.mean() < 0.01
    assert difference[~dark].max() < 1e-6
    raw_only = replace(old, assets=tuple(replace(asset, offset=-0.1) if asset.bands else asset for asset in old.assets))
    wrong = read(raw_only, grid)
    assert float(np.nanmedian(after.values - wrong.values)) == pytest.approx(0.1, abs=1e-4)


def test_without_the_offset_element_the_newer_baseline_is_refused(products, tmp_path):
    twin(products, tmp_path, baseline="04.00", spoil="offset")
    entry = only(tmp_path)
    assert isinstance(entry, Refused)
    assert "processing baseline 04.00 and no BOA_ADD_OFFSET" in entry.reason
