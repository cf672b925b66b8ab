"""Figures called with arguments of wrong types, and the name that the message has to give."""

from collections.abc import Callable
from typing import Any

import osint_imagery as oi

Call = Callable[[Any], object]

FIGURES: dict[str, list[tuple[str, Call]]] = {
    "before_after": [
        ("pair=", lambda g: oi.before_after(g.image)),
        ("detections=", lambda g: oi.before_after(g.pair, g.changes)),
        ("bands=", lambda g: oi.before_after(g.pair, bands=5)),
        ("width_mm=", lambda g: oi.before_after(g.pair, width_mm="180")),
    ],
    "contact_sheet": [
        (r"images\[0\]=", lambda g: oi.contact_sheet(["a"])),
        ("images=", lambda g: oi.contact_sheet(g.image)),
        ("aoi=", lambda g: oi.contact_sheet([g.image], "x")),
        ("bands=", lambda g: oi.contact_sheet([g.image], bands=5)),
        ("page=", lambda g: oi.contact_sheet([g.image], page="1")),
        ("width_mm=", lambda g: oi.contact_sheet([g.image], width_mm="180")),
    ],
    "difference": [
        ("compared=", lambda g: oi.difference(g.image)),
        ("changes=", lambda g: oi.difference(g.pair, g.image)),
        ("show=", lambda g: oi.difference(g.pair, show=5)),
        ("bands=", lambda g: oi.difference(g.pair, bands=5)),
        ("width_mm=", lambda g: oi.difference(g.pair, width_mm="180")),
    ],
    "explore": [
        ("detections=", lambda g: oi.explore(g.pair)),
        ("pair=", lambda g: oi.explore(g.detections, g.image)),
        ("title=", lambda g: oi.explore(g.detections, title=5)),
        ("bands=", lambda g: oi.explore(g.detections, bands=5)),
    ],
    "swipe": [
        ("pair=", lambda g: oi.swipe(g.image)),
        ("detections=", lambda g: oi.swipe(g.pair, g.changes)),
        ("bands=", lambda g: oi.swipe(g.pair, bands=5)),
    ],
    "timelapse": [
        (r"images\[0\]=", lambda g: oi.timelapse(["a"])),
        ("images=", lambda g: oi.timelapse(g.image)),
        ("aoi=", lambda g: oi.timelapse([g.pair.before, g.pair.after], "x")),
        ("bands=", lambda g: oi.timelapse([g.pair.before, g.pair.after], bands=5)),
        ("width_mm=", lambda g: oi.timelapse([g.pair.before, g.pair.after], width_mm="180")),
    ],
    "timeline": [
        ("coverage=", lambda g: oi.timeline([])),
        ("bracket=", lambda g: oi.timeline(g.coverage, bracket="x")),
        ("used=", lambda g: oi.timeline(g.coverage, used="x")),
        ("width_mm=", lambda g: oi.timeline(g.coverage, width_mm="180")),
    ],
}
