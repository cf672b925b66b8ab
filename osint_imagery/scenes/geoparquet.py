"""STAC GeoParquet on this machine: a table with one item a row, read by stac-geoparquet (extra ``geoparquet``).

Format: STAC GeoParquet Specification 1.0 and 1.1, https://radiantearth.github.io/stac-geoparquet-spec/latest/
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import CatalogError, InputError, OutsideFootprintError
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.scene import Refused, Scene
from osint_imagery.scenes.stac import scene_of

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["is_geoparquet", "walk_geoparquet"]

_ROWS = 1000  # read at a time
_NOTE = "the item was put together from the columns of a table (STAC GeoParquet): not the provider's own bytes"
_LEFT = "lie outside the area of interest or the dates by their bbox and datetime columns"
_WRONG = "have a bbox that does not hold their geometry: where they lie was judged by the geometry"
_SIDES = ("xmin", "ymin", "xmax", "ymax")
_ROUNDED = 0.01  # degrees; providers round their boxes
_NEEDED = {"id", "type", "geometry", "bbox", "assets", "links"}


def is_geoparquet(path: Path) -> bool:
    """Whether a file is a Parquet table, by its first bytes."""
    with path.open("rb") as stream:
        return stream.read(4) == b"PAR1"


def walk_geoparquet(
    path: Path, aoi: AreaOfInterest | None = None, when: TimeSpan | None = None
) -> Iterator[Scene | Refused]:
    """Yield the scenes of a STAC GeoParquet file, by the road of every other STAC item.

    Parameters
    ----------
    path : Path
        The table. Addresses of files that are relative lie beside it.
    aoi, when : AreaOfInterest and TimeSpan, optional
        Leave out rows whose ``bbox`` does not meet the place or whose dates do not meet the span, without making scenes
        of them; one entry at the end says how many these are, and its metadata are their ids. A row whose ``bbox`` does
        not hold its geometry is left out by neither, and another entry says how many these are.

    Raises
    ------
    InputError
        If the extra ``geoparquet`` is not installed.
    CatalogError
        If it is no STAC GeoParquet, or an item of it is incomplete.
    OutsideFootprintError
        If the area lies outside the ``bbox`` of every row, as for a catalogue in JSON.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
        from stac_geoparquet.arrow import stac_table_to_items
    except ImportError as err:
        msg = f"source={str(path)!r} is STAC GeoParquet; pip install 'osint-imagery[geoparquet]' to read it"
        raise InputError(msg) from err
    left, wrong, beside = list[str](), list[str](), list[bool]()
    try:
        with pq.ParquetFile(path) as table:
            _check_columns(path, set(table.schema_arrow.names))
            for batch in table.iter_batches(batch_size=_ROWS):
                contradicts = _contradicts(batch) if aoi is not None else np.zeros(batch.num_rows, dtype=bool)
                kept = _meets(batch, aoi, when, contradicts)
                beside += [] if aoi is None else (~_meets_place(batch, aoi)).tolist()
                wrong += [str(name) for name, bad in zip(batch["id"].to_pylist(), contradicts, strict=True) if bad]
                left += [str(name) for name, keep in zip(batch["id"].to_pylist(), kept, strict=True) if not keep]
                rows = pa.Table.from_batches([batch.filter(pa.array(kept))])
                yield from (_scene(row, path) for row in stac_table_to_items(rows))
    except CatalogError:
        raise
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as err:  # what the two libraries raise
        msg = f"{str(path)!r} cannot be read as Parquet ({err}); get it again"
        raise CatalogError(msg) from err
    if beside and all(beside):
        msg = f"aoi={aoi!r} lies outside all {len(beside)} items of {str(path)!r} by their bbox; choose an area in one"
        raise OutsideFootprintError(msg)
    yield from _counted(left, path, "other items", _LEFT)
    yield from _counted(wrong, path, "items with a wrong bbox", _WRONG)


def _counted(names: list[str], path: Path, what: str, why: str) -> Iterator[Refused]:
    """Yield one entry for many rows, whose metadata are their ids; none where there are none."""
    if names:
        metadata = "\n".join(names).encode()
        yield Refused(id=f"{len(names)} {what}", reason=f"{len(names)} items {why}", href=path.name, metadata=metadata)


def _check_columns(path: Path, names: set[str]) -> None:
    lacking = sorted(_NEEDED - names)
    if lacking:
        msg = f"{str(path)!r} is Parquet and no STAC GeoParquet: it lacks the columns {', '.join(lacking)}"
        raise CatalogError(msg)


def _scene(row: dict[str, Any], path: Path) -> Scene:
    item = {name: _without_nulls(value) for name, value in row.items()}
    item["properties"].setdefault("datetime", None)  # the one field whose null means something (STAC 1.1)
    scene = scene_of(json.dumps(item, indent=1).encode(), item, path, path.parent)
    return replace(scene, notes=(*scene.notes, _NOTE))


def _without_nulls(value: Any) -> Any:
    """Return a value without its null fields: a table has every field in every row, whether it was there or not."""
    if isinstance(value, dict):
        return {name: _without_nulls(each) for name, each in value.items() if each is not None}
    if isinstance(value, list | tuple | np.ndarray):
        return [_without_nulls(each) for each in value]
    return value.item() if isinstance(value, np.generic) else value


def _contradicts(batch: "pa.RecordBatch") -> NDArray[np.bool_]:
    """Return which rows have a bbox that does not hold their geometry; over the dateline it is not judged."""
    found = np.zeros(batch.num_rows, dtype=bool)
    bounds = shapely.bounds(shapely.from_wkb(np.array(_column(batch, "geometry"), dtype=object), on_invalid="ignore"))
    for place, (box, (west, south, east, north)) in enumerate(zip(_column(batch, "bbox"), bounds, strict=True)):
        if not _is_box(box) or not np.isfinite(west):
            continue
        beside = box["ymin"] > south + _ROUNDED or box["ymax"] < north - _ROUNDED
        crosses = box["xmin"] > box["xmax"] or east - west > 180  # the geometry may be cut there, and the bbox not
        if not crosses:
            beside = beside or box["xmin"] > west + _ROUNDED or box["xmax"] < east - _ROUNDED
        found[place] = beside
    return found


def _is_box(box: object) -> bool:
    return isinstance(box, dict) and all(isinstance(box.get(name), int | float) for name in _SIDES)


def _meets(
    batch: "pa.RecordBatch", aoi: AreaOfInterest | None, when: TimeSpan | None, contradicts: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return which rows may meet a place and a span; what a row does not state, or states in two ways, it may."""
    kept = np.ones(batch.num_rows, dtype=bool)
    if aoi is not None:
        kept &= _meets_place(batch, aoi) | contradicts
    if when is not None:
        kept &= _meets_time(batch, when)
    return kept


def _meets_place(batch: "pa.RecordBatch", aoi: AreaOfInterest) -> NDArray[np.bool_]:
    boxes = _column(batch, "bbox")
    west, south, east, north = aoi.bounds
    if west > east:  # over the dateline: every longitude may do
        west, east = -180.0, 180.0
    kept = np.ones(batch.num_rows, dtype=bool)
    for place, box in enumerate(boxes):
        if _is_box(box):
            crosses = box["xmin"] > box["xmax"]
            beside = not crosses and (box["xmin"] > east or box["xmax"] < west)
            kept[place] = not (beside or box["ymin"] > north or box["ymax"] < south)
    return kept


def _meets_time(batch: "pa.RecordBatch", when: TimeSpan) -> NDArray[np.bool_]:
    moments, firsts, lasts = (_column(batch, name) for name in ("datetime", "start_datetime", "end_datetime"))
    kept = np.ones(batch.num_rows, dtype=bool)
    for place, (moment, first, last) in enumerate(zip(moments, firsts, lasts, strict=True)):
        start, end = first or moment, last or moment
        if all(hasattr(each, "tzinfo") and each.tzinfo is not None for each in (start, end)):
            kept[place] = start <= when.end and end >= when.start
    return kept


def _column(batch: "pa.RecordBatch", name: str) -> list[Any]:
    """Return a column's values, None in each row where there is no such column."""
    return batch[name].to_pylist() if name in batch.schema.names else [None] * batch.num_rows
