"""The unit of work of a sweep: read one block of both dates with the ground around it, score it, label what changed."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.changemap import CalibrationKind
from osint_imagery.change.coregister import move
from osint_imagery.change.detectors import Fitted, Scored
from osint_imagery.change.objects import LEAST_PIXELS, THRESHOLD, rating_of, standardize
from osint_imagery.change.sampling import Place, cut
from osint_imagery.change.screening import Screen
from osint_imagery.core.errors import IdenticalPixelsError, OutsideFootprintError
from osint_imagery.core.flags import Flag
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair, Registration
from osint_imagery.scenes.reading import read_window
from osint_imagery.scenes.scene import Scene
from osint_imagery.scenes.warping import part_at
from osint_imagery.workflow.sweep_pieces import Pieces, pieces_of

__all__ = ["Answer", "Block", "Ground", "Rule"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Two scenes on one grid: small enough to send to another process, which reads its own pixels.

    Parameters
    ----------
    before, after : Scene
        With digests, so that reading a window never reads a whole file.
    bands : tuple of str
        Common names.
    grid : Grid
        Of the whole.
    registration : Registration or None
        How the later scene is moved; None leaves it where it is.
    """

    before: Scene
    after: Scene
    bands: tuple[str, ...]
    grid: Grid
    registration: Registration | None = None

    def image(self, scene: Scene, place: Place) -> Image:
        """Return a window of a scene, which lies inside the grid."""
        return _read(scene, part_at(self.grid, place[0], place[1], place[2:]), self.bands)

    def widened(self, place: Place, margin: int) -> Place:
        """Return a window with so much more on each side, as far as the grid reaches."""
        rows, columns = self.grid.shape
        row, column = max(0, place[0] - margin), max(0, place[1] - margin)
        last = min(rows, place[0] + place[2] + margin), min(columns, place[1] + place[3] + margin)
        return row, column, last[0] - row, last[1] - column

    def images(self, place: Place) -> tuple[Image, Image]:
        """Return both dates of a window, the later one moved onto the earlier one."""
        return self.image(self.before, place), self._later(place)

    def pair(self, place: Place, *, halo: int = 0) -> Pair:
        """Return both dates of a window with a halo around it, mirrored where the scene ends.

        Raises
        ------
        IdenticalPixelsError
            If both dates hold the same pixels there.
        """
        inner = self.widened(place, halo)
        before, after = self.images(inner)
        around = [
            (halo - (place[k] - inner[k]), halo - (inner[k] + inner[k + 2] - place[k] - place[k + 2])) for k in (0, 1)
        ]
        return Pair(before=_mirrored(before, around), after=_mirrored(after, around))

    def screened(self, place: Place, screen: Screen, *, halo: int) -> Pair:
        """Return the pair of a window with a halo, its clouds flagged by what lies still farther around.

        Raises
        ------
        IdenticalPixelsError
            If both dates hold the same pixels there.
        """
        around = screen.halo_px
        wide = screen.apply(self.pair(place, halo=halo + around))
        if not around:
            return wide
        inner = around, around, place[2] + 2 * halo, place[3] + 2 * halo
        return replace(wide, before=cut(wide.before, inner), after=cut(wide.after, inner))

    def _later(self, place: Place) -> Image:
        """Return a window of the later date, moved onto the earlier one."""
        registration = self.registration
        if registration is None or (registration.shift_px == (0.0, 0.0) and not np.any(registration.linear)):
            return self.image(self.after, place)
        wide = self.widened(place, registration.halo_px)
        found = move(self.image(self.after, wide), registration, origin=wide[:2])
        return cut(found, (place[0] - wide[0], place[1] - wide[1], place[2], place[3]))


def _read(scene: Scene, grid: Grid, bands: tuple[str, ...]) -> Image:
    """Read a window; where the scene does not reach, nothing was measured."""
    try:
        return read_window(scene, grid, bands)
    except OutsideFootprintError:
        return Image(
            values=np.full((len(bands), *grid.shape), np.nan, dtype=np.float32),
            bands=bands,
            valid=np.zeros(grid.shape, dtype=bool),
            flags=np.full(grid.shape, int(Flag.NO_DATA), dtype=np.uint16),
            grid=grid,
            acquired=scene.acquired,
            sensor=scene.sensor.key,
            scene_id=scene.id,
            simulated=scene.simulated,
        )


def _mirrored(image: Image, around: list[tuple[int, int]]) -> Image:
    """Return an image with so many mirrored lines before and after its rows and columns."""
    if not any(map(any, around)):
        return image
    grid = image.grid
    if grid is not None:
        shape = grid.shape[0] + sum(around[0]), grid.shape[1] + sum(around[1])
        grid = part_at(grid, -around[0][0], -around[1][0], shape)
    return replace(
        image,
        values=np.pad(image.values, [(0, 0), *around], mode="symmetric"),
        valid=np.pad(image.valid, around, mode="symmetric"),
        flags=np.pad(image.flags, around, mode="symmetric"),
        grid=grid,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """Everything that was fitted to the scene: what is cloud, what is usual, and what counts as changed.

    Parameters
    ----------
    screen : Screen
        Flags clouds first.
    fitted : Fitted
        The detector that knows its scene.
    halo_px : int
        Ground that it needs around a block.
    usual : float
        Middle strength in the scene.
    products : tuple of str
        Planes wanted as arrays.
    """

    screen: Screen
    fitted: Fitted
    halo_px: int
    usual: float
    products: tuple[str, ...]

    def score(self, scored: Scored) -> NDArray[np.float32]:
        """Return strengths in standard deviations of the scene's own noise."""
        # The median of a chi-square over its degrees of freedom, by the same cube root that standardizes it.
        return standardize(scored.strength / self.usual * (1 - 2 / (9 * scored.degrees)) ** 3, scored.degrees)

    @staticmethod
    def probability(scored: Scored) -> NDArray[np.float32] | None:
        """Return the detector's own probability, None where it has none or withholds it."""
        withheld = scored.basis is None or scored.basis.withheld or scored.basis.kind is CalibrationKind.NONE
        return None if withheld else scored.probability


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer:
    """What a block gave: planes by product, pieces of objects, and how much was observed."""

    place: Place
    planes: dict[str, NDArray[np.generic]]
    pieces: Pieces
    observed_px: int
    changed_px: int
    identical_px: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Scores a block; a plain value, so that any executor can send it to its workers."""

    ground: Ground
    rule: Rule

    def __call__(self, place: Place) -> Answer:
        """Return the answer for one block."""
        halo = self.rule.halo_px
        identical = 0
        try:
            pair = self.ground.screened(place, self.rule.screen, halo=halo)
        except IdenticalPixelsError:  # the whole scenes differ: a few left-over pixels may agree by chance
            identical = place[2] * place[3]
            return _answer(self.rule, place, _nothing(place), identical=identical)
        inner = slice(halo, halo + place[2]), slice(halo, halo + place[3])
        scored = self.rule.fitted.score(pair)
        return _answer(self.rule, place, _cropped(scored, inner, pair.valid), identical=0)


def _cropped(scored: Scored, inner: tuple[slice, slice], valid: NDArray[np.bool_]) -> Scored:
    strength = np.where(valid[inner], scored.strength[inner], np.float32(np.nan))
    return replace(
        scored,
        strength=strength,
        sign=scored.sign[inner],
        p_value=scored.p_value[inner],
        probability=None if scored.probability is None else scored.probability[inner],
        changed=None if scored.changed is None else scored.changed[inner],
    )


def _nothing(place: Place) -> Scored:
    blank = np.full(place[2:], np.nan, dtype=np.float32)
    return Scored(strength=blank, degrees=1, sign=np.zeros(place[2:], dtype=np.int8), p_value=blank)


def _answer(rule: Rule, place: Place, scored: Scored, *, identical: int) -> Answer:
    observed = np.isfinite(scored.strength)
    score = rule.score(scored)
    probability = rule.probability(scored)
    if scored.changed is None:
        changed, rating = observed & (np.nan_to_num(score, nan=-np.inf) > THRESHOLD), score
    else:
        changed = scored.changed & observed
        rating = rating_of(scored.probability, scored.strength)
    planes: dict[str, NDArray[np.generic]] = {
        "score": score,
        "p_value": np.where(observed, scored.p_value, np.float32(np.nan)),
        "changed": np.where(observed, changed, 255).astype(np.uint8),
    }
    if probability is not None:
        planes["probability"] = np.where(observed, probability, np.float32(np.nan))
    pieces = pieces_of(place, changed, rating, score, probability, scored.sign, scored.p_value, least=LEAST_PIXELS)
    return Answer(
        place=place,
        planes={name: plane for name, plane in planes.items() if name in rule.products},
        pieces=pieces,
        observed_px=int(observed.sum()),
        changed_px=int(changed.sum()),
        identical_px=identical,
    )
