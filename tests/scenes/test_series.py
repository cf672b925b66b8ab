"""Many scenes on one grid, in order of time; a series is read whole or not at all."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from support.rasters import S2, SCALED, grid, ramp

from osint_imagery.core.errors import BandError, GridMismatchError, InputError, InputTypeError, ReadError
from osint_imagery.core.image import Image
from osint_imagery.core.stack import Stack
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.reading import read
from osint_imagery.scenes.series import read_stack

DAYS = ("09", "05", "07")


@pytest.fixture
def scenes(maker):
    for place, day in enumerate(DAYS):
        keys = ("B04", "B08") if place else ("B08", "B04", "B02")
        assets = {key: maker.asset(day, key, ramp() + np.uint16(place), fields=SCALED) for key in keys}
        maker.item(day, assets, **{**S2, "datetime": f"2020-05-{day}T08:00:00Z"})
    return list(open_catalog(maker.catalog()).scenes())


def test_each_image_is_what_read_gives_in_order_of_time_on_any_executor(scenes):
    alone = {scene.id: read(scene, grid(3, 4), ("red", "nir")) for scene in scenes}
    with ThreadPoolExecutor(3) as threads:
        for executor in (None, threads):
            stack = read_stack(iter(scenes), grid(3, 4), ("red", "nir"), executor=executor)
            assert [image.scene_id for image in stack] == ["05", "07", "09"]
            assert all(image.digest == alone[image.scene_id].digest for image in stack)
            assert all(image.lineage == alone[image.scene_id].lineage for image in stack)
    assert stack.values.shape == (3, 2, 8, 8)
    assert stack.valid.all()
    assert not stack.values.flags.writeable
    assert [span.start.day for span in stack.acquired] == [5, 7, 9]
    assert (stack.unit, stack.grid) == ("reflectance", grid(3, 4))
    assert stack[0].scene_id == "05"
    assert "reflectance" not in repr(stack)
    assert repr(stack) == "Stack(3 images, 2020-05-05 to 2020-05-09; 2 bands: red, nir; 8 x 8 px)"
    assert "European Union" in stack._repr_html_() or "Copernicus" in stack._repr_html_()


def test_bands_that_all_have_are_read_in_the_first_ones_order(scenes):
    assert read_stack(scenes, grid()).bands == ("nir", "red")
    with pytest.raises(BandError, match="blue"):
        read_stack(scenes, grid(), ("blue",))


def test_one_scene_that_fails_fails_the_series(scenes, maker):
    path = maker.root / "07" / "B04.tif"
    path.write_bytes(path.read_bytes()[:-500])
    with ThreadPoolExecutor(2) as threads:
        for executor in (None, threads):
            with pytest.raises(ReadError, match="07"):
                read_stack(scenes, grid(), ("red",), executor=executor)


def test_wrong_arguments_are_refused_by_name(scenes):
    with pytest.raises(InputError, match=r"scenes=\(\) is empty"):
        read_stack([], grid())
    with pytest.raises(InputTypeError, match="executor"):
        read_stack(scenes, grid(), executor=4)
    with pytest.raises(InputTypeError, match=r"scenes\[0\]"):
        read_stack(["a"], grid())


def image(day="2020-05-05", *, band="red", where=None, unit="DN"):
    return Image.from_array(np.ones((1, 8, 8)), bands=[band], grid=where or grid(), acquired=day, unit=unit)


@pytest.mark.parametrize(
    ("other", "error"),
    [
        (image(band="nir"), BandError),
        (image(unit="reflectance"), BandError),
        (image(where=grid(1)), GridMismatchError),
        (Image.from_array(np.ones((1, 8, 8)), bands=["red"], acquired="2020-05-05"), InputError),
        (image(None), InputError),
    ],
)
def test_a_stack_holds_images_of_one_kind(other, error):
    with pytest.raises(error, match="images"):
        Stack(images=(image(), other))
    with pytest.raises(InputError, match="empty"):
        Stack(images=())


def test_a_stack_becomes_xarray(scenes):
    array = read_stack(scenes, grid(3, 4), ("red", "nir")).to_xarray()
    assert array.dims == ("time", "band", "y", "x")
    assert list(array["time"].dt.day.to_numpy()) == [5, 7, 9]
    assert list(array["scene_id"].to_numpy()) == ["05", "07", "09"]
    assert np.array_equal(array.to_numpy(), read_stack(scenes, grid(3, 4), ("red", "nir")).values)
