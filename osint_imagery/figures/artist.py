"""A finished figure: the same bytes each time, its credit inside the file, never written over evidence."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import matplotlib as mpl
from matplotlib.figure import Figure as Drawing

from osint_imagery.core.errors import InputError
from osint_imagery.core.lineage import Artifact, digest_bytes
from osint_imagery.figures.palette import Theme, painted, theme_named
from osint_imagery.figures.publishing import terms_said, write_once

__all__ = ["DPI", "Figure", "house_style"]

DPI = 254
"""Dots per inch of PNG files: ten pixels a millimeter."""

_STYLE: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],  # comes with matplotlib: the same letters on every machine
    "hatch.linewidth": 0.5,
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "osint_imagery",
    "text.hinting": "none",
    "text.parse_math": False,
}
_MEDIA = {".png": "image/png", ".svg": "image/svg+xml", ".pdf": "application/pdf"}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw with matplotlib's defaults and ours, whatever the caller set; the caller's settings come back."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(cast("Any", _STYLE))
        yield


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Figure:
    """A drawing with what it shows in words, its credit lines and its scenes.

    Parameters
    ----------
    drawing : matplotlib.figure.Figure
        The drawing; made without pyplot, so no window and no global state.
    title : str
        One line.
    shows : str
        What it shows, for someone who cannot see it.
    credits : tuple of str
        Credit lines that stand in the picture.
    scenes : tuple of str
        Ids of the scenes it was made from.
    texts : tuple of str
        Every text drawn, before it was broken into lines.
    licenses : tuple of (str, str or None)
        Scene id and licence of the pixels that are shown; None for pixels that come from no scene.

    Notes
    -----
    PNG, SVG and PDF files hold no date and no version, so the same figure has the same bytes and the
    same digest on the same machine. Title, description, credit and scene ids also stand in the
    file's own metadata, where they survive cropping.
    """

    drawing: Drawing
    title: str
    shows: str
    credits: tuple[str, ...]
    scenes: tuple[str, ...]
    texts: tuple[str, ...]
    licenses: tuple[tuple[str, str | None], ...] = ()

    def png(self, *, theme: Theme | str = Theme.LIGHT) -> bytes:
        """Return the figure as a PNG file's bytes, ten pixels a millimeter; `theme` as for :meth:`save`."""
        return self._render("png", "", theme_named(theme))

    def save(
        self,
        path: str | Path,
        *,
        theme: Theme | str = Theme.LIGHT,
        acknowledge: Sequence[str] = (),
        working_copy: bool = False,
    ) -> Artifact:
        """Write the figure; the suffix names the format.

        Parameters
        ----------
        path : str or Path
            Ends in ``.png``, ``.svg`` or ``.pdf``.
        theme : Theme or str
            ``"light"`` paper, or ``"dark"``: the same figure for a dark page or slide. Pictures, and the marks on them,
            are the same in both.
        acknowledge : sequence of str
            Licences with restricted use whose terms you have read and meet (``("CC-BY-NC-4.0",)``); they are
            written into the file.
        working_copy : bool
            The file is for a claim file, not for publication: nothing need be acknowledged, and it says so of itself.

        Returns
        -------
        Artifact
            The file, its digest, and what it shows.

        Raises
        ------
        InputError
            If the suffix is another one, or there is no such theme.
        LicenseError
            If pixels are under restricted terms that are not acknowledged.
        EvidenceExistsError
            If another file is already there; the same bytes are fine.
        """
        target = Path(path)
        media = _MEDIA.get(target.suffix.lower())
        if media is None:
            msg = f"path={str(path)!r} has suffix {target.suffix!r}; end it in {', '.join(_MEDIA)}"
            raise InputError(msg)
        terms = terms_said(self.licenses, acknowledge, working_copy=working_copy)
        data = self._render(target.suffix.lower()[1:], terms, theme_named(theme))
        write_once(target, data)
        return Artifact(path=target, digest=digest_bytes(data), media_type=media, shows=self.shows)

    def _render(self, kind: str, terms: str, theme: Theme) -> bytes:
        stream = io.BytesIO()
        with house_style(), painted(self.drawing, theme):
            self.drawing.savefig(stream, format=kind, dpi=DPI, metadata=self._metadata(kind, terms))
        return stream.getvalue()

    def _metadata(self, kind: str, terms: str) -> dict[str, str | None]:
        credit, scenes = "; ".join((*self.credits, *((terms,) if terms else ()))), ", ".join(self.scenes)
        if kind == "png":
            said = {"Title": self.title, "Description": self.shows, "Credit": credit, "Scenes": scenes}
            return {**said, "Software": None}
        if kind == "svg":
            said = {"Title": self.title, "Description": self.shows, "Rights": credit, "Source": scenes}
            return {**said, "Date": None, "Creator": None, "Format": None}
        said = {"Title": self.title, "Subject": self.shows, "Keywords": f"{credit}; scenes: {scenes}"}
        return {**said, "CreationDate": None, "Creator": None, "Producer": None}

    def _repr_png_(self) -> bytes:
        return self.png()

    def __repr__(self) -> str:
        return f"Figure({self.title!r}: {self.shows})"
