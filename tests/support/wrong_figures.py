"""Figures called with arguments of wrong types, and the name that the message has to give."""

from collections.abc import Callable
from typing import Any

from support.assessed import assessed_with

import osint_imagery as oi
from osint_imagery.observe.pod_curve import PodCurve

CURVE = PodCurve(
    intercept=-12.5, slope=4.5, covariance=(5.5, -1.9, 0.67), a50=16, a90=27, a90_95=34, trials=120, sizes=(5, 40)
)
RELIABLE = oi.reliability([0.9, 0.1], [1, 0])
ASSESSED = assessed_with(3)
Call = Callable[[Any], object]

FIGURES: dict[str, list[tuple[str, Call]]] = {
    "before_after": [
        ("pair=", lambda g: oi.before_after(g.image)),
        ("detections=", lambda g: oi.before_after(g.pair, g.changes)),
        ("bands=", lambda g: oi.before_after(g.pair, bands=5)),
        ("layout=", lambda g: oi.before_after(g.pair, layout=5)),
        ("layout=", lambda g: oi.before_after(g.pair, layout="x")),
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
    "ach_matrix": [
        ("assessment=", lambda g: oi.ach_matrix(5)),
        ("width_mm=", lambda g: oi.ach_matrix(ASSESSED, width_mm="180")),
    ],
    "likelihood_ladder": [
        ("assessment=", lambda g: oi.likelihood_ladder(5)),
        ("pair=", lambda g: oi.likelihood_ladder(ASSESSED, pair="x")),
        ("width_mm=", lambda g: oi.likelihood_ladder(ASSESSED, width_mm="180")),
    ],
    "pod_curve": [
        ("power=", lambda g: oi.pod_curve(5)),
        ("size_m=", lambda g: oi.pod_curve(CURVE, size_m="5")),
        ("width_mm=", lambda g: oi.pod_curve(CURVE, width_mm="180")),
    ],
    "reliability_diagram": [
        ("reliability=", lambda g: oi.reliability_diagram(5, of="x", reference="y")),
        ("of=", lambda g: oi.reliability_diagram(RELIABLE, of=5, reference="y")),
        ("reference=", lambda g: oi.reliability_diagram(RELIABLE, of="x", reference=None)),
        ("width_mm=", lambda g: oi.reliability_diagram(RELIABLE, of="x", reference="y", width_mm="180")),
    ],
    "time_series": [
        ("images=", lambda g: oi.time_series(g.image, g.aoi, "red")),
        ("place=", lambda g: oi.time_series([g.image], "x", "red")),
        ("of=", lambda g: oi.time_series([g.image], g.aoi, 5)),
        ("bracket=", lambda g: oi.time_series([g.image], g.aoi, "red", bracket="x")),
        ("claimed=", lambda g: oi.time_series([g.image], g.aoi, "red", claimed="x")),
        ("width_mm=", lambda g: oi.time_series([g.image], g.aoi, "red", width_mm="180")),
    ],
}
