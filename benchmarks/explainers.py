"""Are the rival explanations told apart? Known causes put into real Sentinel-2 pairs, one table of what is left open.

Run: python benchmarks/explainers.py [cities]
A row is what made the object; a cell is the share of such objects for which the explanation is NOT ruled out ("not
tested" counts as not ruled out, and is marked t where it is the rule). The cell of the true cause should be 100 %; the
row of buildings should be low under misregistration, haze and saturation. Objects are put on ground labelled
unchanged. Views and orbits are not in these items: their bound is the sensor's widest view.
"""

import sys
import time
import warnings
from dataclasses import replace

import numpy as np
import rasterio
from numpy.typing import NDArray
from planted import CAUSES, Float, Site, site
from scipy import ndimage

import osint_imagery as oi
from osint_imagery.change.explain import NAMES, Explainer
from osint_imagery.core.estimate import Estimate
from osint_imagery.core.pair import Registration

CITIES = ("beirut", "mumbai", "cupertino", "nantes", "rennes")
EACH = 40  # objects of each cause a city


def distance(where: Site, one: Float, other: Float) -> Float:
    """Return, (y, x), how far apart two dates are, their usual distance taken off, in usual differences of a band."""
    change = one - other
    middle = np.median(change[:, where.free], axis=1)[:, None, None]
    return np.asarray(np.sqrt(np.square((change - middle) / where.spread[:, None, None]).sum(axis=0)))


def outlined(where: Site, made: Float, least: float) -> tuple[NDArray[np.bool_], tuple[slice, slice]] | None:
    """Return the pixels of the strongest object that an altered later date has against the unaltered one."""
    strength = ndimage.gaussian_filter(distance(where, made, where.after), 1.0)
    peak = float(strength.max())
    if peak < 4:
        return None  # not strong: no detector would show it
    labels, _ = ndimage.label(strength > least * peak)
    number = int(labels.flat[int(strength.argmax())])
    window = ndimage.find_objects(labels)[number - 1]
    return labels[window] == number, window


def with_after(pair: oi.Pair, values: Float, *, residual: float | None = None) -> oi.Pair:
    """Return the pair with another later date, and another stated residual."""
    pixels = np.where(pair.after.valid, values, np.nan).astype(np.float32)
    registration = pair.registration
    if residual is not None:
        stated = Estimate(value=residual / 2, low=0, high=residual, level=0.95, unit="px", method="stated")
        registration = Registration(shift_px=(0, 0), residual=stated, tiles_used=9, tiles_held_out=9, tiles_offered=20)
    return replace(pair, after=replace(pair.after, values=pixels), registration=registration)


def shifted(where: Site, rng: np.random.Generator, *, stated: float | None) -> list[tuple[str, str]]:
    """Move the later date and return the states of objects that this makes on ground that differed little before."""
    turn, size = rng.uniform(0, 2 * np.pi), rng.uniform(0.6, 1.4)
    moved = np.stack([ndimage.shift(p, (size * np.sin(turn), size * np.cos(turn)), order=3) for p in where.after])
    pair = with_after(where.pair, moved, residual=size + 0.05 if stated is None else stated)
    strength, real = (distance(where, moved, where.after), distance(where, where.after, where.before))
    labels, _ = ndimage.label(strength * where.free * (real < strength / 2) > np.quantile(strength, 0.97))
    explainer = Explainer.fit(pair)
    found: list[tuple[str, str]] = []
    sizes, windows = np.bincount(labels.ravel()), ndimage.find_objects(labels)
    for number in rng.permutation(np.flatnonzero(sizes[1:] >= 8) + 1)[:EACH]:
        window = windows[number - 1]
        found += [(item.name, item.status) for item in explainer.of(labels[window] == number, window)]
    return found


def table(rows: dict[str, list[tuple[str, str]]]) -> None:
    """Print the share not ruled out, a row a cause."""
    print(f"{'cause (objects)':34}" + "".join(f"{name.split()[0]:>16}" for name in NAMES))
    for cause, found in rows.items():
        cells = []
        for name in NAMES:
            states = [status for other, status in found if other == name]
            open_ = np.mean([status != "ruled out" for status in states]) if states else np.nan
            untested = bool(states) and np.mean([status == "not tested" for status in states]) > 0.5
            cells.append(f"{open_:.0%}{' t' if untested else ''}" if states else "-")
        count = len(found) // len(NAMES)
        print(f"{f'{cause} ({count})':34}" + "".join(f"{cell:>16}" for cell in cells))


def main() -> None:
    """Print the table and the time an object takes."""
    warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
    rows: dict[str, list[tuple[str, str]]] = {}
    spent, asked = 0.0, 0
    for city in sys.argv[1:] or CITIES:
        where = site(city)
        rng = np.random.default_rng(20240206)
        for cause, put in CAUSES.items():
            found = rows.setdefault(cause, [])
            for _ in range(EACH):
                made = put(where, rng)
                thing = outlined(where, made[0], made[1]) if made is not None else None
                if made is None or thing is None:
                    continue
                explainer = Explainer.fit(with_after(where.pair, made[0]))
                start = time.process_time()
                found += [(item.name, item.status) for item in explainer.of(*thing)]
                spent, asked = spent + time.process_time() - start, asked + 1
        rows.setdefault("shifted 0.6-1.4 px, stated", []).extend(shifted(where, rng, stated=None))
        rows.setdefault("shifted 0.6-1.4 px, 0.1 stated", []).extend(shifted(where, rng, stated=0.1))
        explainer = Explainer.fit(where.pair)
        tips = " to ".join(f"{tip:.2f}" for tip in explainer.geometry.tip_px or ())
        print(f"{city}: {explainer.geometry.sun_note}; the shadow of 30 m moves by {tips} px")
    table(rows)
    print(f"{1000 * spent / max(asked, 1):.2f} ms of CPU an object")


if __name__ == "__main__":
    main()
