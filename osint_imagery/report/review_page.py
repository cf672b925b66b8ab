"""The page of a blind sheet: pictures, a closed list of answers, and a file to send back; it needs no network."""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from osint_imagery.evidence.answers import SCHEMA
from osint_imagery.evidence.review_key import LABELS
from osint_imagery.report.html import read_part

__all__ = ["SheetPlace", "review_page"]

_LEVELS = (
    ("detection", "that something is there (detection)"),
    ("recognition", "of what group it is (recognition)"),
    ("identification", "what type it is (identification)"),
    ("technical_analysis", "details of its build (technical analysis)"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPlace:
    """One place as the page shows it.

    Parameters
    ----------
    item : str
        Its neutral id.
    png : bytes
        The picture.
    alt : str
        What it shows, in words.
    after : (left, top, right, bottom)
        The later date's panel, as shares of the picture.
    corners : tuple of (float, float)
        Longitude and latitude of that panel's corners: upper left, upper right, lower right, lower left.
    pixels : int
        How many pixels of ground it is wide.
    """

    item: str
    png: bytes
    alt: str
    after: tuple[float, float, float, float]
    corners: tuple[tuple[float, float], ...]
    pixels: int

    @property
    def picture(self) -> str:
        """The picture as a data URI."""
        return "data:image/png;base64," + base64.b64encode(self.png).decode()


def review_page(sheet: str, places: Sequence[SheetPlace], *, simulated: bool) -> str:
    """Return the page of a blind sheet.

    Parameters
    ----------
    sheet : str
        Its id.
    places : sequence of SheetPlace
        In the order in which they are shown.
    simulated : bool
        Whether the pictures were made by a program.

    Returns
    -------
    str
        HTML 5, UTF-8: one page that fetches nothing (its content security policy forbids it). Its one script keeps
        the answers in the browser and saves them as a GeoJSON file.
    """
    style, script = read_part("page.css") + read_part("review.css"), read_part("review.js")
    body = {
        "id": sheet,
        "schema": SCHEMA,
        "places": [
            {"item": one.item, "after": one.after, "corners": one.corners, "pixels": one.pixels} for one in places
        ],
    }
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(read_part("review.html.j2")).render(
        sheet=sheet,
        places=places,
        simulated=simulated,
        labels=LABELS,
        levels=_LEVELS,
        style=Markup(style),  # noqa: S704 - our own files, no outside text
        script=Markup(script),  # noqa: S704
        data=Markup(json.dumps(body).replace("<", "\\u003c")),  # noqa: S704 - numbers and neutral ids
        style_digest=_digest(style),
        script_digest=_digest(script),
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
