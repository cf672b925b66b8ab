"""What a swipe page prints: pictures, outlines, scale and sentences, before they are put into HTML."""

import base64
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.image import imsave
from numpy.typing import NDArray

from osint_imagery.change.detections import Detections
from osint_imagery.core.grid import Grid
from osint_imagery.core.pair import Pair
from osint_imagery.figures.framing import hatched, shown_window
from osint_imagery.figures.furniture import credit_of, length_words, north_of, outline_px, pixel_words, round_length
from osint_imagery.figures.marks import LABELLED
from osint_imagery.figures.palette import ACCENT, AREA
from osint_imagery.figures.stretch import shared_stretch
from osint_imagery.figures.strongest import strongest_rows
from osint_imagery.figures.words import calibration_words, date_words, processing_words, scene_words, verdict_words

__all__ = ["Page", "page_of", "png_uri", "svg_path"]

_WIDEST = 1600  # px of a picture; larger ones are averaged, and the page says so
_HATCH_LEAST = 800  # px across, so that stripes stay stripes
_HATCH = (18, 4)  # px: period, width


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Page:
    """What the template prints."""

    title: str
    simulated: bool
    verdict: str
    calibration: str
    size: tuple[int, int]
    pictures: tuple[tuple[str, str, str, str], ...]
    hatch: str
    outlines: tuple[tuple[str, str, str], ...]
    numbers: tuple[tuple[int, str, str], ...]
    bar: tuple[str, str] | None
    north: str
    rows: list[list[str]]
    words: tuple[str, ...]
    credits: tuple[str, ...]


def page_of(pair: Pair, detections: Detections | None, heading: str, bands: Sequence[str] | str | None) -> Page:
    """Return what the page of a pair prints."""
    rows, columns = shown_window(pair, detections)
    window = slice(*rows), slice(*columns)
    height, width = rows[1] - rows[0], columns[1] - columns[0]
    step = math.ceil(max(height, width) / _WIDEST)
    stretch = shared_stretch(pair, bands, window)
    pictures = tuple(
        (
            side,
            date_words(image),
            png_uri(_averaged(stretch.apply(image)[window], step)),
            f"{name} date, {date_words(image)}",
        )
        for side, name, image in (("before", "Earlier", pair.before), ("after", "Later", pair.after))
    )
    averaged = f" Averaged over {step} x {step} pixels for this page." if step > 1 else ""
    notes = [f"{stretch.words} {processing_words(pair)}{averaged}", f"{pixel_words(pair.grid)}.".capitalize()]
    outlines, legend = _outlines(pair, detections, (rows[0], columns[0]))
    unusable = hatched(pair, detections)[window]
    if unusable.any():
        legend += ("Hatched: not usable on both dates" + ("." if detections is None else ", not examined."),)
    bar, north = _bar_and_north(pair.grid, width)
    return Page(
        title=heading,
        simulated=pair.simulated,
        verdict=verdict_words(detections),
        calibration=calibration_words(detections.changes.calibration) if detections is not None else "",
        size=(width, height),
        pictures=tuple(pictures),
        hatch=_hatch(unusable) if unusable.any() else "",
        outlines=outlines,
        numbers=_numbers(detections, (rows[0], columns[0]), (width, height)),
        bar=bar,
        north=north,
        rows=strongest_rows(detections) if detections else [],
        words=(*legend, *notes, scene_words("Earlier", pair.before), scene_words("Later", pair.after)),
        credits=credit_of((pair.before, pair.after)),
    )


def _averaged(picture: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
    if step == 1:
        return picture
    rows, columns = (size // step * step for size in picture.shape[:2])
    blocks = picture[:rows, :columns].reshape(rows // step, step, columns // step, step, -1)
    return np.asarray(np.rint(blocks.mean(axis=(1, 3))), dtype=np.uint8)


def png_uri(picture: NDArray[np.uint8]) -> str:
    """Return a picture as a data URI."""
    stream = io.BytesIO()
    imsave(stream, picture, format="png", metadata={"Software": None})  # type: ignore[dict-item]
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


def _hatch(unusable: NDArray[np.bool_]) -> str:
    finer = max(1, math.ceil(_HATCH_LEAST / unusable.shape[1]))
    where = np.kron(unusable, np.ones((finer, finer), dtype=bool))
    period, width = _HATCH
    stripe = (np.arange(where.shape[0])[:, None] + np.arange(where.shape[1])[None, :]) % period < width
    paint = np.zeros((*where.shape, 4), dtype=np.uint8)
    paint[where & stripe] = (32, 32, 32, 190)
    return png_uri(paint)


def _outlines(
    pair: Pair, detections: Detections | None, offset: tuple[int, int]
) -> tuple[tuple[tuple[str, str, str], ...], tuple[str, ...]]:
    """Return the paths with their color and dashes, and what they mean."""
    if detections is None:
        return (), ()
    found, said = [], []
    if len(detections):
        found.append((svg_path(detections.labels > 0, offset), ACCENT, "none"))
        which = f"the {LABELLED} strongest" if len(detections) > LABELLED else "each"
        said.append(f"Outlined: all pixels above the cut of the method; {which} numbered, strongest first.")
    aoi = detections.changes.aoi
    if aoi is not None and pair.grid is not None:
        found.append((svg_path(pair.grid.inside(aoi), offset), AREA, "6 4"))
        said.append("Dashed: the area of interest; only what lies inside was examined.")
    return tuple(found), tuple(said)


def svg_path(inside: NDArray[np.bool_], offset: tuple[int, int]) -> str:
    """Return the outline of the True pixels as an SVG path, in pixels from (row, column) `offset`."""
    shift = np.array([offset[1], offset[0]], dtype=float)
    rings = ["L".join(f"{x:.2f} {y:.2f}" for x, y in ring - shift) for ring in outline_px(inside)]
    return "".join(f"M{ring}Z" for ring in rings)


def _numbers(
    detections: Detections | None, offset: tuple[int, int], size: tuple[int, int]
) -> tuple[tuple[int, str, str], ...]:
    """Return id and place, percent of the picture, right above each of the strongest detections."""
    numbers = []
    for item in detections.items[:LABELLED] if detections is not None else ():
        rows, columns = np.nonzero(detections.labels == item.id) if detections is not None else ((), ())
        x = (float(np.max(columns)) + 1 - offset[1]) / size[0] * 100
        y = (float(np.min(rows)) - offset[0]) / size[1] * 100
        numbers.append((item.id, f"{min(max(x, 2), 98):.2f}", f"{min(max(y, 2), 98):.2f}"))
    return tuple(numbers)


def _bar_and_north(grid: Grid | None, width: int) -> tuple[tuple[str, str] | None, str]:
    """Return the scale bar as a share of the picture with its label, and the turn of north, degrees clockwise."""
    if grid is None:
        return None, "0"
    across = width * grid.pixel_size_m[1]
    length = round_length(0.4 * across)
    right, down = north_of(grid)
    return (f"{100 * length / across:.2f}", length_words(length)), f"{math.degrees(math.atan2(right, -down)):.1f}"
