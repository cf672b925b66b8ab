"""Small catalogues with known pixels."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine

UTM = "EPSG:32636"
ORIGIN = (700000.0, 3750000.0)
AREA = {
    "type": "Polygon",
    "coordinates": [[[35.1, 33.8], [35.3, 33.8], [35.3, 33.95], [35.1, 33.95], [35.1, 33.8]]],
}


def write_tif(
    path: Path, values: np.ndarray, *, crs: str = UTM, transform: Affine | None = None, **options: Any
) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    values = values if values.ndim == 3 else values[None]
    place = transform or Affine(10, 0, ORIGIN[0], 0, -10, ORIGIN[1])
    tags = options.pop("tags", {})
    size = {"count": values.shape[0], "height": values.shape[1], "width": values.shape[2], "dtype": values.dtype}
    with rasterio.open(path, "w", driver="GTiff", crs=crs, transform=place, **size, **options) as dataset:
        dataset.write(values)
        dataset.update_tags(**tags)
    return path


def multihash(path: Path) -> str:
    return "1220" + hashlib.sha256(path.read_bytes()).hexdigest()


class Maker:
    """Writes items and the catalogue that lists them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.items: list[str] = []

    def asset(
        self, item: str, key: str, values: np.ndarray, *, fields: dict[str, Any] | None = None, **options: Any
    ) -> dict[str, Any]:
        path = write_tif(self.root / item / f"{key}.tif", values, **options)
        return {
            "href": f"./{key}.tif",
            "type": "image/tiff; application=geotiff",
            "roles": ["data"],
            "file:checksum": multihash(path),
            "file:size": path.stat().st_size,
            **(fields or {}),
        }

    def item(self, name: str, assets: dict[str, Any], *, geometry: Any = AREA, **properties: Any) -> Path:
        body = {
            "type": "Feature",
            "stac_version": "1.1.0",
            "id": name,
            "geometry": geometry,
            "properties": {"datetime": "2020-05-05T08:00:00Z", **properties},
            "links": [],
            "assets": assets,
        }
        path = self.root / name / "item.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(body))
        self.items.append(name)
        return path

    def catalog(self) -> Path:
        links = [{"rel": "item", "href": f"./{name}/item.json"} for name in self.items]
        body = {"type": "Catalog", "stac_version": "1.1.0", "id": "test", "description": "test", "links": links}
        path = self.root / "catalog.json"
        path.write_text(json.dumps(body))
        return path


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    return Maker(tmp_path / "catalog")


@pytest.fixture(name="write_tif")
def _write_tif() -> Any:
    return write_tif
