"""Outlines of clouds in Sentinel-2 products before baseline 04.00 (``MSK_CLOUDS_B00.gml``), as a raster layer.

Format: ESA, Sentinel-2 Products Specification Document (S2-PDGS-TAS-DI-PSD), vector quality masks:
features of type ``OPAQUE`` and ``CIRRUS`` with polygons in the tile's own coordinates, whose edges are those of pixels.
"""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from xml.etree.ElementTree import Element

from affine import Affine

from osint_imagery.core.errors import ReadError
from osint_imagery.core.grid import Grid
from osint_imagery.scenes.location import Location
from osint_imagery.scenes.markup import elements, number_in, number_of, parse_xml, text_in
from osint_imagery.scenes.writing import Ring, burned_geotiff

__all__ = ["OUTLINED", "CloudOutlines", "cloud_outlines"]

OUTLINED = (
    "clouds are outlines (MSK_CLOUDS) of opaque cloud and cirrus, made pixels of 60 m here: neither shadow nor haze; "
    "where none is drawn, none was found"
)

_PIXEL = "60"  # m, in which the outlines were drawn
# Bits of QA60, by which the layer is decoded; any other type of outline is one that ESA does not document.
_BITS = {"OPAQUE": 1 << 10, "CIRRUS": 1 << 11}
_UNKNOWN = 1


def cloud_outlines(files: Mapping[str, Location], tile: Element) -> tuple[str, "CloudOutlines"] | None:
    """Return the outlines of clouds among a product's files: their name, and the layer that they make.

    Parameters
    ----------
    files : mapping
        Of the product, by name.
    tile : Element
        The tile's metadata, ``MTD_TL.xml``.

    Returns
    -------
    tuple or None
        None where there are none, or the metadata do not state the tile's 60 m grid.

    Raises
    ------
    ReadError, InputError
        If what they state is no number or no grid.
    """
    found = [name for name in files if PurePosixPath(name).match("GRANULE/*/QI_DATA/MSK_CLOUDS_B00.gml")]
    grid = _tile_grid(tile) if found else None
    return None if grid is None else (found[0], CloudOutlines(files[found[0]], grid))


def _tile_grid(tile: Element) -> Grid | None:
    crs = text_in(tile, "HORIZONTAL_CS_CODE")
    size = next((item for item in elements(tile, "Size") if item.get("resolution") == _PIXEL), None)
    place = next((item for item in elements(tile, "Geoposition") if item.get("resolution") == _PIXEL), None)
    if crs is None or size is None or place is None:
        return None
    rows, columns = number_in(size, "NROWS"), number_in(size, "NCOLS")
    numbers = [number_in(place, name) for name in ("ULX", "ULY", "XDIM", "YDIM")]
    x, y, width, height = (0.0 if number is None else number for number in numbers)
    transform = Affine(width, 0.0, x, 0.0, height, y)
    return Grid(crs=crs, transform=transform, shape=(int(rows or 0), int(columns or 0)))


@dataclass(frozen=True, slots=True)
class CloudOutlines:
    """A file of outlines whose bytes are read as a GeoTIFF; its digest is that of the provider's file.

    Parameters
    ----------
    source : Location
        The GML file.
    grid : Grid
        Of the tile, 60 m.
    """

    source: Location
    grid: Grid

    @property
    def href(self) -> str:
        """Where the GML file is."""
        return self.source.href

    @property
    def local(self) -> Path | None:
        """None: the raster is no file."""
        return None

    def size(self) -> int:
        """Return how many bytes the raster has."""
        return len(self._raster())

    def open(self) -> BinaryIO:
        """Return a new handle of the raster.

        Raises
        ------
        ReadError
            If the file is no mask of outlines in the tile's coordinates.
        """
        return BytesIO(self._raster())

    def digest(self) -> str:
        """Return the SHA-256 of the GML file."""
        return self.source.digest()

    def stamp(self) -> Hashable:
        """Return the file's stamp, and the grid."""
        return self.source.stamp(), self.grid

    def _raster(self) -> bytes:
        return _rendered(self, self.source.stamp())


@lru_cache(maxsize=4)  # a layer is opened several times while it is read, and is small
def _rendered(outlines: CloudOutlines, _stamp: Hashable) -> bytes:
    with outlines.source.open() as stream:
        root = parse_xml(stream.read(), outlines.href)
    if root.tag.rpartition("}")[2] != "Mask":
        msg = f"path={outlines.href!r} is a {root.tag.rpartition('}')[2]}, no Mask of outlines; get the product again"
        raise ReadError(msg)
    _check_place(root, outlines)
    shapes = [(rings, bit) for feature in elements(root, "MaskFeature") for rings, bit in _polygons(feature)]
    return burned_geotiff(shapes, outlines.grid)


def _check_place(root: Element, outlines: CloudOutlines) -> None:
    """Refuse outlines in other coordinates than the tile's."""
    named = {item.get("srsName") for item in root.iter() if isinstance(item.tag, str) and item.get("srsName")}
    code = outlines.grid.crs.rpartition(":")[2]
    strange = sorted(name for name in named if name is not None and name.rpartition(":")[2] != code)
    if strange:
        msg = f"path={outlines.href!r} is in {strange[0]}, the tile in {outlines.grid.crs}; get the product again"
        raise ReadError(msg)


def _polygons(feature: Element) -> Iterator[tuple[list[Ring], int]]:
    bit = _BITS.get(text_in(feature, "maskType") or "", _UNKNOWN)
    for polygon in elements(feature, "Polygon"):
        yield [_ring(item) for item in elements(polygon, "posList")], bit


def _ring(item: Element) -> Ring:
    """Return the corners of an outline or of a hole in it."""
    numbers = [number_of(word, "posList") for word in (item.text or "").split()]
    step = int(number_of(item.get("srsDimension", "2"), "srsDimension"))
    if step not in {2, 3} or len(numbers) % step or len(numbers) < 4 * step:
        msg = f"posList with {len(numbers)} numbers of {step} dimensions is no ring; get the product again"
        raise ReadError(msg)
    return list(zip(numbers[0::step], numbers[1::step], strict=True))
