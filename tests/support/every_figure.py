"""Every figure from data in memory, with as many detections, looks or items as wanted; also as a program of its own."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from support.assessed import assessed_with
from support.dates import PLACE, look
from support.drawn import made_detections, made_pair
from support.reported import made_content

import osint_imagery as oi
from osint_imagery.core.estimate import Estimate, proportion
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.figures.artist import Figure
from osint_imagery.figures.notes import Note
from osint_imagery.observe.coverage import Coverage, Look, LookState
from osint_imagery.observe.pod_curve import PodCurve
from osint_imagery.observe.power import Power
from osint_imagery.report.html import html_report
from osint_imagery.report.stored import stored_content

__all__ = ["FIGURES", "TITLE"]

TITLE = "Порт Бейрут, مرفأ بيروت, 贝鲁特港, with_a_name_that_nobody_can_break_into_lines_of_a_narrow_column_of_print"
MOST_NOTES = 12  # for all of them to find room at 8 cm
START = datetime(2019, 1, 3, 8, 17, tzinfo=UTC)
Draw = Callable[[int, float], Figure]


def before_after(count: int, width: float) -> Figure:
    pair = made_pair(simulated=True)
    return oi.before_after(pair, made_detections(pair, count), title=TITLE, footer=(TITLE,), width_mm=width)


def close_ups(count: int, width: float) -> Figure:
    pair = made_pair(simulated=True)
    found = made_detections(pair, count, crowded=count < 40)
    return oi.before_after(pair, found, title=TITLE, layout=("stacked", "close-ups", "locator"), width_mm=width)


def noted(count: int, width: float) -> Figure:
    pair = made_pair(simulated=True)
    rows, columns = pair.shape
    spots = [(20 + k * 37 % 100 / 100 * (columns - 60), 20 + k * 61 % 100 / 100 * (rows - 60)) for k in range(count)]
    notes = [
        Note(text=TITLE, pixel=(x, y) if k % 3 else (x, y, x + 18, y + 12))
        for k, (x, y) in enumerate(spots[:MOST_NOTES])
    ]
    return oi.before_after(pair, made_detections(pair, min(count, 5)), layout=notes, width_mm=width)


def difference(count: int, width: float) -> Figure:
    pair = made_pair(simulated=True)
    return oi.difference(pair, made_detections(pair, count), show="difference", title=TITLE, width_mm=width)


def probability(count: int, width: float) -> Figure:
    pair = made_pair()
    return oi.difference(pair, made_detections(pair, count), title=TITLE, width_mm=width)


def contact_sheet(count: int, width: float) -> Figure:
    images = [look(number, cloud=number % 5 / 4) for number in range(max(count, 1))]
    return oi.contact_sheet(images, PLACE, title=TITLE, per_page=60, width_mm=width)


def time_series(count: int, width: float) -> Figure:
    images = [look(number, cloud=number % 5 / 4) for number in range(max(count, 1))]
    return oi.time_series(images, PLACE, ("green", "red"), title=TITLE, width_mm=width)


def timeline(count: int, width: float) -> Figure:
    states = list(LookState)
    looks = tuple(
        Look(
            scene_id=f"S2_{number}",
            acquired=TimeSpan(START + timedelta(days=5 * number)),
            usable_fraction=None,
            state=states[number % len(states)],
            reason=TITLE,
            sensor="sentinel-2-l2a",
            sun_elevation_deg=None,
        )
        for number in range(count)
    )
    when = TimeSpan(START + timedelta(days=20), START + timedelta(days=50))
    seen = Coverage(
        prediction_id="P1",
        place=TITLE,
        when=when,
        dwell_days=2,
        looks=looks,
        p_look=Estimate(value=0.2, low=0.1, high=0.3, level=1, unit="probability", method="dates"),
        gaps=(when,),
        reason="of this test",
    )
    return oi.timeline(seen, width_mm=width)


def pod_curve(count: int, width: float) -> Figure:
    curve = PodCurve(
        intercept=-12.5, slope=4.5, covariance=(5.5, -1.9, 0.67), a50=16, a90=27, a90_95=34, trials=120, sizes=(5, 40)
    )
    power = Power(
        pod=proportion(count, 60),
        found=count,
        tried=60,
        false_alarm=proportion(1, 30),
        cap=3,
        reason=TITLE,
        curve=curve,
    )
    return oi.pod_curve(power, size_m=12 + count / 4, title=TITLE, width_mm=width)


def reliability_diagram(count: int, width: float) -> Figure:
    said = np.linspace(0, 1, count + 2)
    found = oi.reliability(said, said > 0.4)
    return oi.reliability_diagram(found, of=TITLE, reference=TITLE, width_mm=width)


def likelihood_ladder(count: int, width: float) -> Figure:
    return oi.likelihood_ladder(assessed_with(count), title=TITLE, width_mm=width)


def ach_matrix(count: int, width: float) -> Figure:
    return oi.ach_matrix(assessed_with(count), title=TITLE, width_mm=width)


FIGURES: dict[str, Draw] = {
    draw.__name__: draw
    for draw in (
        ach_matrix,
        before_after,
        close_ups,
        contact_sheet,
        difference,
        likelihood_ladder,
        noted,
        pod_curve,
        probability,
        reliability_diagram,
        time_series,
        timeline,
    )
}

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    shown: set[tuple[type, bool]] = set()
    for name, draw in FIGURES.items():
        figure = draw(2, 80.0)
        files = [("light", "png"), ("light", "svg")]
        kinds = {(type(artist), bool(artist.get_path_effects())) for artist in figure.drawing.findobj()}
        if kinds - shown:  # the slow PDF, and dark paper: until each kind of mark was in both
            files += [("light", "pdf"), ("dark", "svg")]
            shown |= kinds
        for theme, suffix in files:
            saved = figure.save(folder / f"{name}-{theme}.{suffix}", theme=theme)
            print(saved.path.name, saved.digest)  # noqa: T201 - read by the test
    page = oi.swipe(made_pair(), made_detections(made_pair(), 5)).html()
    content = made_content(folder)
    for kind, data in (
        ("swipe.html", page.encode()),
        ("report.html", html_report(content).encode()),
        ("report.json", stored_content(content, folder)),
    ):
        print(kind, digest_bytes(data))  # noqa: T201
