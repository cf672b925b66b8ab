"""Every detection as a line that opens its place on both dates: one HTML page without a script or a network."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path

import numpy as np
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from osint_imagery.change.detections import Detection, Detections
from osint_imagery.core.arguments import require
from osint_imagery.core.errors import GridMismatchError
from osint_imagery.core.estimate import interval_words
from osint_imagery.core.lineage import Artifact
from osint_imagery.core.pair import Pair
from osint_imagery.figures.furniture import credit_of, pixel_words
from osint_imagery.figures.publishing import Licensed, terms_said, write_page
from osint_imagery.figures.stretch import Stretch, shared_stretch
from osint_imagery.figures.swipe_page import png_uri, svg_path
from osint_imagery.figures.words import (
    calibration_words,
    date_words,
    processing_words,
    scene_words,
    value_words,
    verdict_words,
)

__all__ = ["Explorer", "explore"]

_MOST = 200  # detections with a picture: more would make a page that no browser likes
_AROUND = 8  # px of ground shown on each side, at least


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Row:
    heads: tuple[str, ...]
    explanations: tuple[tuple[str, str, str], ...]
    size: tuple[int, int]
    pictures: tuple[tuple[str, str], ...]
    outline: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Explorer:
    """A page that lists detections and opens each.

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
    _simulated: bool
    _rows: tuple[_Row, ...]
    _words: tuple[str, ...]

    def html(self, terms: str = "") -> str:
        """Return the page; equal pixels and equal words give equal bytes on every machine."""
        style = _read("explore.css")
        environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        return environment.from_string(_read("explore.html.j2")).render(
            page=self,
            rows=self._rows,
            words=self._words,
            simulated=self._simulated,
            terms=terms,
            policy=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
            style=Markup(style),  # noqa: S704 - our own file
        )

    def save(self, path: str | Path, *, acknowledge: Sequence[str] = (), working_copy: bool = False) -> Artifact:
        """Write the page; arguments and errors as for :meth:`osint_imagery.figures.swipe.Swipe.save`."""
        return write_page(
            path,
            lambda: self.html(terms_said(self.licenses, acknowledge, working_copy=working_copy)),
            self.shows,
        )

    def _repr_html_(self) -> str:
        page = escape(self.html("shown in a notebook: a working copy"))
        return f'<iframe sandbox width="100%" height="560" title="{escape(self.title)}" srcdoc="{page}"></iframe>'

    def __repr__(self) -> str:
        return f"Explorer({self.title!r}: {self.shows})"


def explore(
    detections: Detections, pair: Pair | None = None, *, title: str | None = None, bands: Sequence[str] | None = None
) -> Explorer:
    """List detections, strongest first; each line opens its place on both dates, with its rival explanations.

    Parameters
    ----------
    detections : Detections
        From :func:`~osint_imagery.change.outlining.outline`.
    pair : Pair, optional
        The pixels to show, on the detections' grid (normalized ones are easier to compare); default: those that the
        detector saw.
    title : str, optional
        One line above.
    bands : sequence of str, optional
        One (gray) or three bands; default true color, else false color, else the first band.

    Returns
    -------
    Explorer
        Shows itself in a notebook; ``.save("places.html")`` writes one file that needs no network and runs no script.
        All places have one stretch.

    Raises
    ------
    GridMismatchError
        If the pair lies on another grid than the detections.
    BandError
        If a band is missing.

    Examples
    --------
    >>> import osint_imagery as oi
    >>> scenes = {scene.id: scene for scene in oi.open_catalog(oi.bundled("port/catalog.json")).scenes()}
    >>> aoi = oi.AreaOfInterest.from_bbox(-28.004469, 45.005139, -28.001901, 45.006962)
    >>> found = oi.compare(scenes["port-20240516"], scenes["port-20240526"], aoi)
    >>> oi.explore(found.detections, found.pair).title
    '1 detection, strongest first'
    """
    require(Detections, detections=detections)
    require(Pair | None, pair=pair)
    require(str | None, title=title)
    both = pair or detections.changes.pair
    if both.shape != detections.labels.shape or both.grid != detections.changes.pair.grid:
        msg = f"pair={both!r} does not lie on the grid of these detections; pass their own pair"
        raise GridMismatchError(msg)
    stretch = shared_stretch(both, bands)
    rows = tuple(_row(item, detections, both, stretch) for item in detections.items[:_MOST])
    rest = len(detections) - len(rows)
    left_out = (f"{rest} weaker detections are not listed here.",) if rest else ()
    images = (both.before, both.after)
    scenes = tuple(image.scene_id or "scene id not stated" for image in images)
    simulated = "SIMULATED. " if both.simulated else ""
    count = f"{len(detections)} detection{'' if len(detections) == 1 else 's'}"
    return Explorer(
        title=title or (f"{count}, strongest first" if len(detections) else "No detection"),
        shows=f"{simulated}{date_words(both.before)} and {date_words(both.after)}. {verdict_words(detections)}",
        credits=credit_of(images),
        scenes=scenes,
        licenses=tuple((name, image.license) for name, image in zip(scenes, images, strict=True)),
        _simulated=both.simulated,
        _rows=rows,
        _words=(
            calibration_words(detections.changes.calibration),
            *left_out,
            f"{stretch.words} {processing_words(both)} {pixel_words(both.grid)}.",
            scene_words("Earlier", both.before),
            scene_words("Later", both.after),
        ),
    )


def _row(item: Detection, detections: Detections, pair: Pair, stretch: Stretch) -> _Row:
    top, left, bottom, right = item.bbox_px
    around = max(_AROUND, (bottom - top) // 2, (right - left) // 2)
    rows = slice(max(0, top - around), min(pair.shape[0], bottom + around))
    columns = slice(max(0, left - around), min(pair.shape[1], right + around))
    own = detections.labels[rows, columns] == item.id
    numbers = ("withheld" if value is None else value_words(value) for value in (item.q_fdr, item.probability))
    return _Row(
        heads=(str(item.id), interval_words(item.area, placed=pair.grid is not None), *numbers),
        explanations=tuple((one.name, str(one.status), one.note) for one in item.explanations),
        size=(columns.stop - columns.start, rows.stop - rows.start),
        pictures=tuple(
            (date_words(image), png_uri(np.ascontiguousarray(stretch.apply(image)[rows, columns])))
            for image in (pair.before, pair.after)
        ),
        outline=svg_path(own, (0, 0)),
    )


def _read(name: str) -> str:
    return files("osint_imagery.figures").joinpath(name).read_text(encoding="utf-8")
