"""Whether what people wrote tells a place that is to be kept back: degrees, UTM, MGRS, and codes for places."""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.claim import Claim
from osint_imagery.core.errors import EvidenceError

__all__ = ["refuse_told", "told_place"]

Box = tuple[float, float, float, float]

_NEAR = 0.01  # degrees around the place in which a number would tell it
_NEAR_MINUTES = 0.03  # the same where whole minutes are given
_NEAR_M = 2000.0
_BASE32 = "0123456789bcdefghjkmnpqrstuvwxyz"  # of geohash

_PRICE = r"(?:EUR|USD|GBP|CHF|RUB|UAH|[$\u20ac\u00a3\u00a5\u20bd\u20b4])\s*"
_UNIT = (
    r"(?:km|m|cm|mm|ha|sq|hectares?|acres?|met(?:er|re)s?|kilomet(?:er|re)s?|feet|ft|miles?|tons?|tonnes?|t|kg|people"
    r"|persons?|soldiers|percent|EUR|USD|GBP|CHF|RUB|UAH|euros?|dollars?)(?![A-Za-z])|[%\u20ac$\u00a3\u00a5\u20bd\u20b4]"
)
_DEGREES = re.compile(r"\d{1,3}\s*(?:[\u00b0\u00ba]|\bdeg(?:rees?)?\b)\s*\d{1,2}(?![\d.,])[^,;]{0,12}", re.IGNORECASE)
_DECIMAL = re.compile(
    rf"(?<![\d.,])(?P<price>{_PRICE})?-?(?P<number>\d{{1,3}}[.,]\d{{3,}})(?![\d.,]*\d)(?:\s*(?P<unit>{_UNIT}))?"
)
_SIDE = r"(?:[NSEWO]|north|south|east|west)(?![A-Za-z])"
_AXIS = r"(?<![A-Za-z])(?:lat(?:itude)?|lon(?:g(?:itude)?)?|[NSEW])[.:=]?\s*"
_LETTERED = re.compile(
    rf"(?<![\d.,])(\d{{1,3}}[.,]\d{{2,}})\s*(?:[\u00b0\u00ba]|deg(?:rees?)?)?\s*{_SIDE}|{_AXIS}-?(\d{{1,3}}[.,]\d{{2,}})"
    rf"|(?<![\d.,])(\d{{1,3}}[.,]\d{{2,}})\s*[\u00b0\u00ba]",
    re.IGNORECASE,
)
_BESIDE = re.compile(r"(?<![\d.,])-?(\d{1,3}[.,]\d{2,})\s*(?:[,;/]\s*|\s+)-?(\d{1,3}[.,]\d{2,})(?![\d.,]*\d)")
_PACKED = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{2}(?:\.\d+)?)?\s?[NS][\s,/]*(\d{3})(\d{2})(\d{2}(?:\.\d+)?)?\s?[EW]\b")
_SPACED = re.compile(
    r"(?<![\d.,:])(\d{1,2})[ :](\d{2})(?:[ :](\d{2}(?:\.\d+)?))?\s?[NS][\s,/]*"
    r"(\d{1,3})[ :](\d{2})(?:[ :](\d{2}(?:\.\d+)?))?\s?[EW]\b"
)
_MGRS = re.compile(
    r"(?<![A-Za-z0-9])(\d{1,2})\s?([C-HJ-NP-X])\s?[A-HJ-NP-Z][A-HJ-NP-V]\s?(\d{2,5})\s?(\d{2,5})(?!\w)", re.I
)
_WHOLE = re.compile(r"(?<![\w.,-])\d{6,7}(?:\.\d+)?(?=$|[^\w]|m?[ENS]\b)")
_PLUS = re.compile(r"(?<![A-Za-z0-9])(?=[0-9+]*[A-Z])[2-9CFGHJMPQRVWX]{4,8}\+[2-9CFGHJMPQRVWX]{2,3}(?![A-Za-z0-9])")
_HASH = re.compile(rf"(?<![A-Za-z0-9])[{_BASE32}]{{5,12}}(?![A-Za-z0-9])", re.IGNORECASE)
_THREE_WORDS = re.compile(
    r"(?<![:/])///[^\W\d]+\.[^\W\d]+\.[^\W\d]+|(?:what3words|w3w)\W[^\n]{0,40}?[^\W\d]+\.[^\W\d]+\.[^\W\d]+",
    re.IGNORECASE,
)


def refuse_told(claim: Claim, texts: Iterable[str], *, remedy: str) -> None:
    """Refuse texts that tell one of a claim's places.

    Parameters
    ----------
    claim : Claim
        Its place and those of its predictions are what must not be told.
    texts : iterable of str
        What would go out.
    remedy : str
        What its user can do; the message ends with it.

    Raises
    ------
    EvidenceError
        Names what tells the place.
    """
    areas = (claim.aoi(), *map(claim.aoi, claim.predictions))
    told = next((found for text in texts for found in told_place(text, areas)), None)
    if told is not None:
        msg = f"out would hold a coordinate of the place, for the claim says {told!r}; {remedy}"
        raise EvidenceError(msg)


def told_place(text: str, areas: Sequence[AreaOfInterest]) -> tuple[str, ...]:
    """Return the parts of a text that tell where one of the areas lies, to a few kilometers or better.

    Numbers count where they lie at the areas. What is written for no other purpose than to tell a place (degrees with
    minutes, a plus code, three words) counts wherever it lies. Dates, prices, and numbers with a unit do not count.

    Parameters
    ----------
    text : str
        What somebody wrote.
    areas : sequence of AreaOfInterest
        What must not be told.

    Examples
    --------
    >>> quay = AreaOfInterest.from_bbox(36.000, 45.000, 36.003, 45.002)
    >>> told_place("A shed at 45.00 N 36.00 E, said on 2026-05-20, for 45.00 EUR", [quay])
    ('45.00 N', '36.00 E')
    >>> told_place("A shed at 37TCL6360185000 of 45.001 ha", [quay])
    ('37TCL6360185000',)
    """
    boxes = [box for area in areas for box in _boxes(area)]
    finders = (_in_degrees(text, boxes), _in_meters(text, areas), _in_codes(text, boxes))
    return tuple(dict.fromkeys(found.strip() for finder in finders for found in finder))


def _boxes(area: AreaOfInterest) -> tuple[Box, ...]:
    """Return the bounds of each part: an area across 180 degrees has two."""
    shape = area.geometry
    return tuple(part.bounds for part in getattr(shape, "geoms", (shape,)))


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _by_axis(boxes: Sequence[Box]) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """Yield the latitudes and the longitudes of each box, without their signs: a letter may stand for them."""
    for west, south, east, north in boxes:
        yield _span(south, north), _span(west, east)


def _span(first: float, last: float) -> tuple[float, float]:
    low = 0.0 if first <= 0 <= last else min(abs(first), abs(last))
    return low, max(abs(first), abs(last))


def _at(value: float, span: tuple[float, float], near: float = _NEAR) -> bool:
    return span[0] - near <= value <= span[1] + near


def _in_degrees(text: str, boxes: Sequence[Box]) -> Iterator[str]:
    axes = tuple(_by_axis(boxes))
    yield from (found.group() for found in _DEGREES.finditer(text))
    for shown, number in _single(text):
        if any(_at(_number(number), span) for both in axes for span in both):
            yield shown
    for shown, one, other, near in _paired(text):
        if any((_at(one, lat, near) and _at(other, lon, near)) for lat, lon in axes):
            yield shown


def _single(text: str) -> Iterator[tuple[str, str]]:
    """Yield the numbers that may be a latitude or a longitude by themselves, each as it stands and alone."""
    for found in _DECIMAL.finditer(text):
        if not found["price"] and not found["unit"]:
            yield found["number"], found["number"]
    for found in _LETTERED.finditer(text):
        yield found.group(), next(filter(None, found.groups()))


def _paired(text: str) -> Iterator[tuple[str, float, float, float]]:
    """Yield pairs that may be a latitude and a longitude, and how near they have to lie."""
    for found in _BESIDE.finditer(text):
        first, second = _number(found[1]), _number(found[2])
        yield found.group(), first, second, _NEAR
        yield found.group(), second, first, _NEAR
    for found in (*_PACKED.finditer(text), *_SPACED.finditer(text)):
        north, east = (_sexagesimal(found.groups()[first : first + 3]) for first in (0, 3))
        yield found.group(), north, east, _NEAR_MINUTES


def _sexagesimal(parts: Sequence[str | None]) -> float:
    return math.fsum(float(part or 0) / 60**power for power, part in enumerate(parts))


def _in_meters(text: str, areas: Sequence[AreaOfInterest]) -> Iterator[str]:
    """Yield eastings and northings of UTM, in either order, and references of MGRS in the places' own zones."""
    numbers = [(found.group(), float(found.group())) for found in _WHOLE.finditer(text)]
    for area in areas:
        west, south, east, north = area.in_crs(area.local_crs).bounds
        for (first, one), (second, other) in product(numbers, numbers):
            at = west - _NEAR_M <= one <= east + _NEAR_M and south - _NEAR_M <= other <= north + _NEAR_M
            if at and first != second:
                yield f"{first} {second}"
    zones = {_zone(area.center) for area in areas}
    for found in _MGRS.finditer(text):
        digits = found[3] + found[4]
        if len(digits) % 2 == 0 and len(digits) <= 10 and (int(found[1]), found[2].upper()) in zones:
            yield found.group()


def _zone(center: tuple[float, float]) -> tuple[int, str]:
    """Return the zone and the latitude band of MGRS; bands of 8 degrees from 80 S, the last to 84 N."""
    lon, lat = center
    band = "CDEFGHJKLMNPQRSTUVWX"[min(max(int((lat + 80) // 8), 0), 19)]
    return int((lon + 180) // 6) % 60 + 1, band


def _in_codes(text: str, boxes: Sequence[Box]) -> Iterator[str]:
    yield from (found.group() for found in _PLUS.finditer(text))
    yield from (found.group() for found in _THREE_WORDS.finditer(text))
    for found in _HASH.finditer(text):
        lon, lat = _geohash(found.group().lower())
        near = 0.03  # half a cell of five letters
        if any(
            west - near <= lon <= east + near and south - near <= lat <= north + near
            for west, south, east, north in boxes
        ):
            yield found.group()


def _geohash(code: str) -> tuple[float, float]:
    """Return longitude and latitude of a geohash's middle: five bits a letter, longitude first, turn by turn."""
    spans = [[-180.0, 180.0], [-90.0, 90.0]]
    bits = "".join(f"{_BASE32.index(letter):05b}" for letter in code)
    for place, bit in enumerate(bits):
        span = spans[place % 2]
        span[bit == "0"] = sum(span) / 2
    return sum(spans[0]) / 2, sum(spans[1]) / 2
