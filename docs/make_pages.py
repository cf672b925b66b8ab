"""Write the pages of the documentation that come out of the code: the gallery of figures and the reference.

    python docs/make_pages.py docs/generated

Every figure is drawn here, from the simulated port. A public figure without an example is named on the page.
"""

import inspect
import shutil
import sys
from collections.abc import Callable
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import jupytext

import osint_imagery as oi

CARRIES = (
    "Each carries dates in UTC, sensor, pixel size, scale, true north, stretch, scene ids, digests and credit, and is "
    "hatched where nothing was examined. The same input gives the same bytes."
)
AREA = (-28.004469, 45.005139, -28.001901, 45.006962)


class Port:
    """What the examples are drawn from: the port's scenes, and the two dates between which its shed was built."""

    def __init__(self) -> None:
        self.aoi = oi.AreaOfInterest.from_bbox(*AREA, name="eastern hardstanding")
        self.claim = oi.read_claim(oi.bundled("port/claim.yaml"))
        self.scenes = {scene.id: scene for scene in oi.open_catalog(oi.bundled("port/catalog.json")).scenes()}
        self.looks = oi.coverage(self.claim.predictions[0], tuple(self.scenes.values()), aoi=self.aoi)
        before, after = self.scenes["port-20240516"], self.scenes["port-20240526"]
        early = [self.scenes[one.scene_id] for one in self.looks.clear if one.acquired.end < before.acquired.start]
        apart = timedelta(days=9), timedelta(days=21)
        near = [
            (a, b) for a, b in combinations(early, 2) if apart[0] < b.acquired.middle - a.acquired.middle < apart[1]
        ]
        self.comparison = oi.compare(before, after, self.aoi, quiet=near)


Example = tuple[str, str, Callable[[Port], Any], str]  # words, code, what draws it, file name

EXAMPLES: dict[str, Example] = {
    "before_after": (
        "Both dates side by side with one stretch, what was found and on what it rests.",
        "oi.before_after(comparison.pair, comparison.detections)",
        lambda port: oi.before_after(port.comparison.pair, port.comparison.detections),
        "before_after.png",
    ),
    "difference": (
        "Both dates and a map of the difference; the bar says what its colors mean.",
        "oi.difference(comparison)",
        lambda port: oi.difference(port.comparison),
        "difference.png",
    ),
    "contact_sheet": (
        "Every date of a place in order of time, the cloudy ones too.",
        "oi.contact_sheet(scenes, aoi)",
        lambda port: oi.contact_sheet(list(port.scenes.values()), port.aoi),
        "contact_sheet.png",
    ),
    "timeline": (
        "Who looked when, and whether anything was to be seen.",
        "oi.timeline(oi.coverage(prediction, scenes, aoi=aoi))",
        lambda port: oi.timeline(port.looks),
        "timeline.png",
    ),
    "timelapse": (
        "All dates one after the other, with a line of dates that is true to time.",
        'oi.timelapse(scenes, aoi).save("port.gif")',
        lambda port: oi.timelapse(list(port.scenes.values())[15:25], port.aoi),
        "timelapse.gif",
    ),
    "swipe": (
        "Both dates over each other: swipe, fade, or let them take turns. One page without a network.",
        'oi.swipe(comparison.pair, comparison.detections).save("swipe.html")',
        lambda port: oi.swipe(port.comparison.pair, port.comparison.detections),
        "swipe.html",
    ),
    "explore": (
        "Each detection opens its place on both dates, with its rival explanations.",
        'oi.explore(comparison.detections, comparison.pair).save("places.html")',
        lambda port: oi.explore(port.comparison.detections, port.comparison.pair),
        "explore.html",
    ),
}


def public_figures() -> tuple[str, ...]:
    """Return the public names that draw a figure."""
    return tuple(
        name
        for name in oi.__all__
        if inspect.isfunction(value := getattr(oi, name)) and value.__module__.startswith("osint_imagery.figures.")
    )


def gallery(folder: Path) -> str:
    """Draw every example into a folder and return the page that shows them."""
    port = Port()
    parts = [
        "# Gallery",
        f"Every figure, drawn from the simulated port when these pages were made. {CARRIES}",
    ]
    for name, (words, code, draw, file) in EXAMPLES.items():
        made = draw(port).save(folder / file)
        shown = f"[open the page]({file})" if file.endswith(".html") else f"![{made.shows}]({file})"
        parts.append(f"## {name}\n\n{words}\n\n```python\n{code}\n```\n\n{shown}")
    missing = [name for name in public_figures() if name not in EXAMPLES]
    if missing:
        parts.append(f"Figures without an example on this page: {', '.join(missing)}.")
    return "\n\n".join(parts) + "\n"


def reference() -> str:
    """Return the page of all public names, whose words come from their docstrings."""
    parts = ["# Reference", "Every public name of `osint_imagery`, by its docstring."]
    for name in oi.__all__:
        value = getattr(oi, name)
        members = "true" if inspect.isclass(value) else "false"
        options = f"    options:\n      heading_level: 2\n      members: {members}"
        parts.append(f"::: {value.__module__}.{name}\n{options}")
    return "\n\n".join(parts) + "\n"


def outside_pages(folder: Path) -> None:
    """Write what the pages link to outside their folder: the notebooks, as text without outputs, and CONTRIBUTING."""
    root = Path(__file__).parent.parent
    for path in sorted((root / "notebooks").glob("*.py")):
        notebook = jupytext.read(path)
        notebook.metadata = {}
        (folder / f"{path.stem}.md").write_text(jupytext.writes(notebook, fmt="md"), encoding="utf-8")
    shutil.copy(root / "CONTRIBUTING.md", folder / "contributing.md")


def main(out: str) -> None:
    """Write the pages; a folder of an earlier run is replaced, since all of it comes from here."""
    folder = Path(out)
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / "gallery.md").write_text(gallery(folder), encoding="utf-8")
    (folder / "reference.md").write_text(reference(), encoding="utf-8")
    outside_pages(folder)


if __name__ == "__main__":
    main(sys.argv[1])
