"""What tells a place is found in whatever form it was written; dates, areas and prices raise no alarm."""

import pytest

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.evidence.told_place import told_place

PORT = AreaOfInterest.from_bbox(-28.004469, 45.005139, -28.001901, 45.006962)
EASTING, NORTHING = (round(value) for value in PORT.in_crs(PORT.local_crs).centroid.coords[0])

TELLING = [
    "45.01 N 28.00 W",
    "45.01N, 28.00W",
    "45,01\u00b0 N",
    "N 45.01",
    "lat 45.01 lon -28.00",
    "latitude: 45.006",
    "45.01, -28.00",
    "-28.00 45.01",
    "45.0061",
    "https://maps.example.org/@45.0061,-28.0031,17z",
    "45\u00b000'22\"N",
    "45 deg 00 min north",
    "450022N 0280011W",
    "45 00 22 N 28 00 11 W",
    "45:00:22N 28:00:11W",
    "26TNL7866284012",
    "26T NL 78662 84012",
    "26tnl7884",
    f"26T {EASTING} {NORTHING}",
    f"{NORTHING}mN {EASTING}mE",
    f"{EASTING + 900} / {NORTHING - 900}",
    "8F5M2X4W+QJ",
    "2X4W+QJ Port",
    "///filled.count.soap",
    "what3words: filled.count.soap",
    "g2h04c0",
    "G2H04",
]

QUIET = [
    "on 2026-05-20 at 12:45",
    "between 2026-05-01T10:00:00Z and 28.05.2026",
    "an area of 45.006 ha, later 28.0031 km2",
    "45.01 % of the quay",
    "EUR 45.006 and 28.003 USD, or $45.0061",
    "45.01 for one, 28 for the other",
    "1250.45 tons at 45.01 a ton",
    "45,006 people",
    "26 trucks of 500000 dollars, 4984000 in all",
    "52.01 N 13.00 E",
    "33UUU8401",
    "52.0061, 13.0031",
    "trucks, ports and bunkers were seen near the gates",
    "a + b, 12+34, C4ISR+RF",
    "https://www.example.org/a.b.c and version 1.2.3",
    "28 \u00b0C",
    "NL 2026, 26T of grain",
]


@pytest.mark.parametrize("text", TELLING)
def test_what_tells_the_place_is_found(text: str) -> None:
    assert told_place(f"A shed stood at {text} in May.", [PORT])


@pytest.mark.parametrize("text", QUIET)
def test_what_does_not_tell_it_is_not(text: str) -> None:
    assert told_place(f"A shed stood there, {text} in May.", [PORT]) == ()


def test_a_geohash_elsewhere_is_a_word() -> None:
    assert told_place("g2h04c0", [AreaOfInterest.from_bbox(13.0, 52.0, 13.1, 52.1)]) == ()


def test_a_place_across_180_degrees_is_found_on_both_sides() -> None:
    across = AreaOfInterest.from_bbox(179.99, -17.01, -179.99, -17.0)
    assert told_place("17.01 S 179.99 W", [across]) == ("17.01 S", "179.99 W")
    assert told_place("28.00 W", [across]) == ()
