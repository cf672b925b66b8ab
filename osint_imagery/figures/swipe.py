"""Both dates in one place, to be compared by hand: one HTML file that asks no server for anything."""

import base64
import hashlib
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path

import numpy as np
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from matplotlib.image import imsave
from numpy.typing import NDArray

from osint_imagery.change.detections import Detections
from osint_imagery.core.arguments import require
from osint_imagery.core.errors import GridMismatchError, InputError
from osint_imagery.core.grid import Grid
from osint_imagery.core.lineage import Artifact, digest_bytes
from osint_imagery.core.pair import Pair
from osint_imagery.figures.arrangement import LABELLED
from osint_imagery.figures.framing import hatched, shown_window
from osint_imagery.figures.furniture import credit_of, length_words, north_of, outline_px, pixel_words, round_length
from osint_imagery.figures.publishing import Licensed, terms_said, write_once
from osint_imagery.figures.sheet import ACCENT
from osint_imagery.figures.stretch import shared_stretch
from osint_imagery.figures.strongest import strongest_rows
from osint_imagery.figures.words import calibration_words, date_words, processing_words, scene_words, verdict_words

__all__ = ["Swipe", "swipe"]

_WIDEST = 1600  # px of a picture; larger ones are averaged, and the page says so
_AOI = "#0b3c5d"
_HATCH_LEAST = 800  # px across, so that stripes stay stripes
_HATCH = (18, 4)  # px: period, width


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Swipe:
    """A page on which the later date is drawn over the earlier one, and what it shows in words.

    Parameters
    ----------
    title, shows : str
        One line; what it shows, for someone who cannot see it.
    credits, scenes : tuple of str
        Credit lines; ids of the scenes.
    licenses : tuple of (str, str or None)
        Scene id and licence of the pixels.
    """

    title: str
    shows: str
    credits: tuple[str, ...]
    scenes: tuple[str, ...]
    licenses: Licensed
    _page: "_Page"

    def html(self, terms: str = "") -> str:
        """Return the page; equal pixels and equal words give equal bytes on every machine."""
        script = _read("swipe.js")
        policy = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        own = {"style": Markup(_read("swipe.css")), "script": Markup(script)}  # noqa: S704 - our own files
        return environment.from_string(_read("swipe.html.j2")).render(
            page=self._page, policy=policy, terms=terms, **own
        )

    def save(self, path: str | Path, *, acknowledge: Sequence[str] = (), working_copy: bool = False) -> Artifact:
        """Write the page.

        Parameters
        ----------
        path : str or Path
            Ends in ``.html``.
        acknowledge, working_copy
            As in :meth:`osint_imagery.figures.artist.Figure.save`.

        Returns
        -------
        Artifact
            The file, its digest, and what it shows.

        Raises
        ------
        InputError
            If the suffix is another one.
        LicenseError
            If pixels are under restricted terms that are not acknowledged.
        EvidenceExistsError
            If another file is already there; the same bytes are fine.
        """
        target = Path(path)
        if target.suffix.lower() != ".html":
            msg = f"path={str(path)!r} has suffix {target.suffix!r}; end it in .html"
            raise InputError(msg)
        data = self.html(terms_said(self.licenses, acknowledge, working_copy=working_copy)).encode()
        write_once(target, data)
        return Artifact(path=target, digest=digest_bytes(data), media_type="text/html", shows=self.shows)

    def _repr_html_(self) -> str:
        page = escape(self.html("shown in a notebook: a working copy"))
        size = 'width="100%" height="720"'
        return f'<iframe sandbox="allow-scripts" {size} title="{escape(self.title)}" srcdoc="{page}"></iframe>'

    def __repr__(self) -> str:
        return f"Swipe({self.title!r}: {self.shows})"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Page:
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


def swipe(
    pair: Pair,
    detections: Detections | None = None,
    *,
    title: str | None = None,
    bands: Sequence[str] | None = None,
) -> Swipe:
    """Lay both dates of a pair over each other, to be compared by swiping, by opacity or by turns.

    Parameters
    ----------
    pair : Pair
        The two dates, on one grid.
    detections : Detections, optional
        Outlined on both dates, and can be taken off; the twelve strongest are numbered. Of this pair.
    title : str, optional
        One line above. Defaults to the name of the area.
    bands : sequence of str, optional
        One (gray) or three bands; default true color, else false color, else the first band.

    Returns
    -------
    Swipe
        ``.save("page.html")`` writes one file that holds everything. It works by mouse, touch and keyboard, without
        a network and without leave to use one; where scripts are off, and on paper, both dates stand side by side.

    Raises
    ------
    BandError
        If a band is missing.
    GridMismatchError
        If the detections are of other pixels than the pair.

    Notes
    -----
    Both dates share one stretch. Ground that could not be used is hatched. Pictures that are wider or higher than
    1600 pixels are averaged, and the page says over how many pixels.

    Examples
    --------
    >>> import osint_imagery as oi
    >>> catalog = oi.open_catalog(oi.bundled("port/catalog.json"))
    >>> scenes = list(catalog.scenes())[:2]
    >>> grid = oi.Grid.over(oi.AreaOfInterest.from_point(-28.005, 45.007, radius_m=300), resolution_m=10)
    >>> page = swipe(oi.Pair(before=oi.read(scenes[0], grid), after=oi.read(scenes[1], grid)))
    >>> "SIMULATED" in page.html()
    True
    """
    require(Pair, pair=pair)
    require(Detections | None, detections=detections)
    if detections is not None and detections.labels.shape != pair.shape:
        msg = f"detections are of {detections.labels.shape} px, the pair of {pair.shape}; draw them on their own pair"
        raise GridMismatchError(msg)
    aoi = detections.changes.aoi if detections is not None else None
    heading = title or (f"{aoi.name}: two dates" if aoi is not None and aoi.name else "Two dates")
    images = (pair.before, pair.after)
    dates = f"{date_words(pair.before)} and {date_words(pair.after)}"
    simulated = "SIMULATED. " if pair.simulated else ""
    scenes = tuple(image.scene_id or "scene id not stated" for image in images)
    return Swipe(
        title=heading,
        shows=f"{simulated}The same ground on {dates}, over each other, with one stretch. {verdict_words(detections)}",
        credits=credit_of(images),
        scenes=scenes,
        licenses=tuple((scene, image.license) for scene, image in zip(scenes, images, strict=True)),
        _page=_page(pair, detections, heading, bands),
    )


def _page(pair: Pair, detections: Detections | None, heading: str, bands: Sequence[str] | None) -> _Page:
    rows, columns = shown_window(pair, detections)
    window = slice(*rows), slice(*columns)
    height, width = rows[1] - rows[0], columns[1] - columns[0]
    step = math.ceil(max(height, width) / _WIDEST)
    stretch = shared_stretch(pair, bands, window)
    pictures = tuple(
        (
            side,
            date_words(image),
            _png(_averaged(stretch.apply(image)[window], step)),
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
    return _Page(
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


def _png(picture: NDArray[np.uint8]) -> str:
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
    return _png(paint)


def _outlines(
    pair: Pair, detections: Detections | None, offset: tuple[int, int]
) -> tuple[tuple[tuple[str, str, str], ...], tuple[str, ...]]:
    """Return the paths with their color and dashes, and what they mean."""
    if detections is None:
        return (), ()
    found, said = [], []
    if len(detections):
        found.append((_path(detections.labels > 0, offset), ACCENT, "none"))
        which = f"the {LABELLED} strongest" if len(detections) > LABELLED else "each"
        said.append(f"Outlined: all pixels above the cut of the method; {which} numbered, strongest first.")
    aoi = detections.changes.aoi
    if aoi is not None and pair.grid is not None:
        found.append((_path(pair.grid.inside(aoi), offset), _AOI, "6 4"))
        said.append("Dashed: the area of interest; only what lies inside was examined.")
    return tuple(found), tuple(said)


def _path(inside: NDArray[np.bool_], offset: tuple[int, int]) -> str:
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


def _read(name: str) -> str:
    return files("osint_imagery.figures").joinpath(name).read_text(encoding="utf-8")
