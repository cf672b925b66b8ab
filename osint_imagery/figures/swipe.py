"""Both dates in one place, to be compared by hand: one HTML file that asks no server for anything."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from osint_imagery.change.detections import Detections
from osint_imagery.core.arguments import require
from osint_imagery.core.errors import GridMismatchError
from osint_imagery.core.lineage import Artifact
from osint_imagery.core.pair import Pair
from osint_imagery.figures.furniture import credit_of
from osint_imagery.figures.publishing import Licensed, terms_said, write_page
from osint_imagery.figures.swipe_page import Page, page_of
from osint_imagery.figures.words import date_words, verdict_words

__all__ = ["Swipe", "swipe"]


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
    _page: Page

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
        return write_page(
            path,
            lambda: self.html(terms_said(self.licenses, acknowledge, working_copy=working_copy)),
            self.shows,
        )

    def _repr_html_(self) -> str:
        page = escape(self.html("shown in a notebook: a working copy"))
        size = 'width="100%" height="720"'
        return f'<iframe sandbox="allow-scripts" {size} title="{escape(self.title)}" srcdoc="{page}"></iframe>'

    def __repr__(self) -> str:
        return f"Swipe({self.title!r}: {self.shows})"


def swipe(
    pair: Pair,
    detections: Detections | None = None,
    *,
    title: str | None = None,
    bands: Sequence[str] | str | None = None,
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
    bands : sequence of str, or str, optional
        One (gray) or three bands, or the name of a composition: ``"true color"``, ``"false color"``, ``"SWIR"``,
        ``"radar"`` (VV, VH, VV/VH). Default true color, else false color, else the first band.

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
        _page=page_of(pair, detections, heading, bands),
    )


def _read(name: str) -> str:
    return files("osint_imagery.figures").joinpath(name).read_text(encoding="utf-8")
