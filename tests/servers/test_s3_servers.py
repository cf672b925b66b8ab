"""Windows of a file in a bucket, with the right keys; with wrong ones an error that does not show them."""

import time

import numpy as np
import pytest
import rasterio
from rasterio import Affine
from support.loopback import LOOPBACK
from support.stac_server import item

from osint_imagery.core.errors import AccessError, MissingAssetError
from osint_imagery.core.grid import Grid
from osint_imagery.scenes.client import Client
from osint_imagery.scenes.raster import read_stored
from osint_imagery.scenes.reading import read
from osint_imagery.scenes.remote_item import Items
from osint_imagery.scenes.s3 import S3Keys

pytestmark = pytest.mark.servers
KEYS = ("AKIDTEST", "the right secret")
GRID = Grid(crs="EPSG:32636", transform=Affine(10, 0, 700_000, 0, -10, 3_750_000), shape=(200, 200))


@pytest.fixture(params=["seaweed", "moto"])
def endpoint(request) -> str:
    return request.getfixturevalue(request.param)


@pytest.fixture
def bucket(endpoint, tmp_path):
    """Put a file into a bucket."""
    session = pytest.importorskip("botocore.session").get_session()
    client = session.create_client(
        "s3", "us-east-1", endpoint_url=endpoint, aws_access_key_id=KEYS[0], aws_secret_access_key=KEYS[1]
    )
    path = tmp_path / "B04.tif"
    layout = {"driver": "GTiff", "count": 1, "height": 600, "width": 600, "dtype": "uint16", "tiled": True}
    with rasterio.open(path, "w", crs="EPSG:32636", transform=GRID.transform, **layout) as dataset:
        dataset.write(np.random.default_rng(7).integers(1, 9000, (1, 600, 600), np.uint16))
    for attempt in range(30):
        try:
            client.create_bucket(Bucket="box")
            client.put_object(Bucket="box", Key="a b/B04.tif", Body=path.read_bytes())
        except Exception:
            if attempt == 29:
                raise
            time.sleep(1)  # the parts of the server find each other
        else:
            break
    return path


def scene(endpoint, secret):
    one = item("a", **{"constellation": "sentinel-2", "processing:level": "L2A", "s2:processing_baseline": "05.11"})
    fields = {"eo:bands": [{"name": "B04"}], "raster:bands": [{"scale": 1e-4, "offset": -0.1}]}
    one["assets"] = {
        key: {"href": f"s3://box/{name}", "type": "image/tiff", **fields}
        for key, name in (("B04", "a b/B04.tif"), ("none", "none.tif"))
    }
    keys = S3Keys(KEYS[0], secret, endpoint=endpoint, region="us-east-1")
    return Items(client=Client(LOOPBACK, signer=keys), base="https://example.org").entry(one)


def test_the_right_keys_read_the_same_pixels(endpoint, bucket):
    found = scene(endpoint, KEYS[1])
    (here,) = read_stored(bucket, (1,), (0, 200), (0, 200))
    (there,) = read_stored(found.assets[0].location, (1,), (0, 200), (0, 200))
    assert np.array_equal(here.values, there.values)
    assert read(found, GRID, ("red",)).shape == (200, 200)
    with pytest.raises(MissingAssetError):
        found.assets[1].location.size()


def test_wrong_keys_are_an_access_error(seaweed):
    with pytest.raises(AccessError, match="wrong or missing credentials") as caught:
        scene(seaweed, "a wrong secret").assets[0].location.size()
    assert "a wrong secret" not in str(caught.value)
    assert KEYS[0] not in str(caught.value)
