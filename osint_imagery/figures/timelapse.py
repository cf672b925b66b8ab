"""All dates of a place one after the other, each with its date in the picture and in its true distance in time."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from numbers import Real
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg

from osint_imagery.change.coregister import align
from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.arguments import require
from osint_imagery.core.errors import AlignmentError, InputError, UndeterminedError
from osint_imagery.core.image import Image
from osint_imagery.core.lineage import Artifact, digest_bytes
from osint_imagery.figures.artist import Figure, house_style
from osint_imagery.figures.dated import Dated, dated
from osint_imagery.figures.film import KINDS, Frame, film
from osint_imagery.figures.frame import draw_frame
from osint_imagery.figures.framing import window_around
from osint_imagery.figures.furniture import credit_of
from osint_imagery.figures.publishing import terms_said, write_once
from osint_imagery.figures.stretch import stretch_over
from osint_imagery.figures.words import date_words
from osint_imagery.scenes.scene import Scene

__all__ = ["Timelapse", "timelapse"]

_DPI = 127  # five pixels a millimeter: a frame of 160 mm is 800 px wide
_MOST_SHIFT_PX = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Timelapse:
    """A moving picture: one frame a date, earliest first.

    Parameters
    ----------
    frames : tuple of Figure
        Of one size.
    title, shows : str
        One line; what it shows, for someone who cannot see it.
    credits, scenes : tuple of str
        Credit lines; ids of the scenes, in order of time.
    """

    frames: tuple[Figure, ...]
    title: str
    shows: str
    credits: tuple[str, ...]
    scenes: tuple[str, ...]

    def save(
        self, path: str | Path, *, seconds: float = 1.0, acknowledge: Sequence[str] = (), working_copy: bool = False
    ) -> Artifact:
        """Write the moving picture; the suffix names the format.

        Parameters
        ----------
        path : str or Path
            Ends in ``.gif`` (256 colors, the same for all frames), ``.webp`` or ``.apng`` (no loss), or ``.mp4``
            (extra ``video``).
        seconds : float
            For which each date is shown, 0.1 to 60; the last one twice as long. All dates are shown equally long,
            however far apart they are: the line of dates says how far.
        acknowledge, working_copy
            As in :meth:`osint_imagery.figures.artist.Figure.save`.

        Returns
        -------
        Artifact
            The file, its digest, and what it shows.

        Raises
        ------
        InputError
            If the suffix is another one, or an extra is not installed.
        LicenseError
            If pixels are under restricted terms that are not acknowledged.
        EvidenceExistsError
            If another file is already there; the same bytes are fine.
        """
        require(Real, seconds=seconds)
        target = Path(path)
        kind = target.suffix.lower()
        if kind not in KINDS:
            msg = f"path={str(path)!r} has suffix {target.suffix!r}; end it in {', '.join(KINDS)}"
            raise InputError(msg)
        if not 0.1 <= seconds <= 60:
            msg = f"seconds={seconds!r} is not between 0.1 and 60; 1 lets a reader find what is new"
            raise InputError(msg)
        licenses = tuple(dict.fromkeys(pair for frame in self.frames for pair in frame.licenses))
        terms = terms_said(licenses, acknowledge, working_copy=working_copy)
        data = film([_pixels(frame) for frame in self.frames], kind, seconds=float(seconds), words=self._words(terms))
        write_once(target, data)
        return Artifact(path=target, digest=digest_bytes(data), media_type=KINDS[kind], shows=self.shows)

    def _words(self, terms: str) -> str:
        parts = (self.title, self.shows, *self.credits, f"scenes: {', '.join(self.scenes)}", terms)
        return "; ".join(part for part in parts if part)

    def _repr_html_(self) -> str:
        data = film([_pixels(frame) for frame in self.frames], ".webp", seconds=1.0, words="")
        uri = "data:image/webp;base64," + base64.b64encode(data).decode()
        return f'<img alt="{escape(self.shows)}" style="max-width:100%" src="{uri}">'

    def __repr__(self) -> str:
        return f"Timelapse({self.title!r}: {self.shows})"


def timelapse(
    images: Sequence[Image | Scene],
    aoi: AreaOfInterest | None = None,
    *,
    title: str | None = None,
    bands: Sequence[str] | None = None,
    width_mm: float = 160.0,
) -> Timelapse:
    """Show every date of a place one after the other, the cloudy ones too, with one stretch.

    Parameters
    ----------
    images : sequence of Image or Scene
        At least two dates, in any order; images of one grid and unit. Scenes are read around `aoi`.
    aoi : AreaOfInterest, optional
        The claimed place, outlined on each date; needed for scenes. Default: all of the images.
    title : str, optional
        One line above; any script. Defaults to the name of the area.
    bands : sequence of str, optional
        One (gray) or three bands; default true color, else false color, else the first band.
    width_mm : float
        Width of a frame, mm, 80 to 1000; five pixels a millimeter.

    Returns
    -------
    Timelapse
        Each frame says its instant in UTC, how much of the place was usable and why not the rest (which is hatched), where
        on the line of dates it stands, scale, true north, stretch, credit and, where so, that it is simulated.

    Raises
    ------
    InputError
        If there are fewer than two dates, one has no date, or units differ.
    AlignmentError
        If a date lies more than one pixel off the clearest one: a moving picture would show that as movement.
    BandError, GridMismatchError, OutsideFootprintError, IdenticalPixelsError
        If a band is missing somewhere, grids differ, the area lies outside, or two dates are one file.
    ReadError, ChecksumError, MissingAssetError
        If a scene's file is damaged, wrong or missing.

    Notes
    -----
    A moving picture persuades more than it proves: clouds, sun and season make movement where nothing moved. Frames
    are never blended, dates never left out, and nothing is drawn between them.

    Examples
    --------
    >>> import osint_imagery as oi
    >>> scenes = list(oi.open_catalog(oi.bundled("port/catalog.json")).scenes())[18:22]
    >>> quay = oi.AreaOfInterest.from_bbox(-28.004469, 45.005139, -28.001901, 45.006962, name="hardstanding")
    >>> oi.timelapse(scenes, quay)
    Timelapse('hardstanding: 4 dates': SIMULATED. 4 dates from 2024-05-06 12:31:09 UTC to 2024-05-21 12:31:09 UTC, 2 of them without a usable pixel of the place.)
    """  # noqa: E501 - the repr is one line
    given = dated(images, aoi, bands)
    if len(given.images) < 2:
        msg = f"images holds {len(given.images)} date; a moving picture needs two or more"
        raise InputError(msg)
    shift = _shift_words(given)
    place = aoi.name if aoi is not None and aoi.name else "One place"
    heading = title or f"{place}: {len(given.images)} dates"
    shows = _shows(given)
    rows, columns = given.inside.shape
    window = window_around(given.inside) if aoi is not None else (slice(0, rows), slice(0, columns))
    stretch = stretch_over(given.images, bands, window)
    frames = tuple(
        draw_frame(given, index, stretch, window, heading=heading, shift=shift, width=width_mm)
        for index in range(len(given.images))
    )
    return Timelapse(
        frames=frames,
        title=heading,
        shows=shows,
        credits=credit_of(given.images),
        scenes=tuple(image.scene_id or "scene id not stated" for image in given.images),
    )


def _shows(given: Dated) -> str:
    first, last = (date_words(given.images[at]) for at in (0, -1))
    unseen = sum(not image.valid[given.inside].any() for image in given.images)
    without = f", {unseen} of them without a usable pixel of the place" if unseen else ""
    simulated = "SIMULATED. " if any(image.simulated for image in given.images) else ""
    return f"{simulated}{len(given.images)} dates from {first} to {last}{without}."


def _shift_words(given: Dated) -> str:
    """Return how far the dates lie off the clearest one; refuse those that lie off by more than a pixel."""
    clearest = max(given.images, key=lambda image: int(image.valid.sum()))
    most, unknown = 0.0, 0
    for image in given.images:
        if image is clearest:
            continue
        shared = [band for band in clearest.bands if band in image.bands]
        pair = (clearest.select(shared), image.select(shared))
        first, second = sorted(pair, key=lambda one: one.acquired.start if one.acquired else 0)
        try:
            shift = align(first, second).shift_px or (0.0, 0.0)
        except UndeterminedError:
            unknown += 1
            continue
        size = float(np.hypot(*shift))
        if size > _MOST_SHIFT_PX:
            msg = (
                f"images: {image.scene_id or date_words(image)} lies {size:.1f} px off "
                f"{clearest.scene_id or date_words(clearest)}; align it first, align(that, this).after"
            )
            raise AlignmentError(msg)
        most = max(most, size)
    measured = len(given.images) - 1 - unknown
    said = (
        f"Dates lie up to {most:.1f} px off the clearest one"
        if measured
        else "How well the dates lie on each other is not known"
    )
    doubt = f"; for {unknown} that could not be measured" if unknown and measured else ""
    return f"{said}{doubt}."


def _pixels(frame: Figure) -> Frame:
    """Return a frame's screen colors."""
    with house_style():
        frame.drawing.set_dpi(_DPI)
        canvas = FigureCanvasAgg(frame.drawing)
        canvas.draw()  # type: ignore[no-untyped-call]
        colors = canvas.buffer_rgba()  # type: ignore[no-untyped-call]
        return np.array(np.asarray(colors)[..., :3])
