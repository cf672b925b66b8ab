"""The general detector: difference, correlation and surroundings have to agree."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.changemap import CalibrationKind, Method
from osint_imagery.change.cva import CVA, CvaFit
from osint_imagery.change.detectors import Basis, Scored
from osint_imagery.change.lfdr import LEAST_SCORES, LocalFdr, fit_lfdr
from osint_imagery.change.optical import IRMAD, MAD, MadScores
from osint_imagery.change.ring import Ring, RingFit
from osint_imagery.change.sampling import windows as windows_of
from osint_imagery.change.standard import chosen_bands, degrees_of, trials
from osint_imagery.core.errors import ConvergenceError, NotEnoughDataError
from osint_imagery.core.pair import Pair

__all__ = ["Combined"]

_BROAD = ("blue", "green", "red", "nir", "swir16", "swir22")  # broad, and each tells something of its own
_MORE_LIKELY_THAN_NOT = 0.5
_LEAST_STRENGTH = 1e-12
_LEAST_BANDS = 3  # of IR-MAD
_QUARTERS = 4  # parts of the scene that have to share one null mode
_EVENT = "something changed between the dates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined:
    """Geometric mean of three answers to "how much did this pixel change".

    The length of the smoothed standardized difference (:class:`CVA`), the smoothed re-weighted variates
    (:class:`IRMAD`) and the residual against the surroundings (:class:`Ring`), each over its own middle value in the
    scene. They fail differently, and the geometric mean is high only where all three are. With one or two bands
    IR-MAD has no place and the other two remain; where it does not converge, one pass of MAD stands in. The note says
    so. Smoothing carries a strong change about one pixel out: small objects come out a rim too large.

    Without quiet pairs and without labels its probability is a local false-discovery rate: "something changed between
    the dates", whatever it was. It decides where that is more likely than not. Misleads, with its parts, between
    seasons, under cloud, haze and moving shadow, and where more than about a third of the scene changed: crops, tides
    and snow are change to it.

    Parameters
    ----------
    smoothing_px : float
        Standard deviation of the Gaussian on differences and variates, px; the residual's is half as much again.
    ring_px : int
        Half-width of the surroundings, px.
    noise_floor : float
        Of IR-MAD.
    bands : tuple of str
        Bands to use; empty for the six broad ones where the pair has three of them, else all but those of 60 m.

    Examples
    --------
    >>> Combined().method.name, Combined().halo_px
    ('combined', 62)
    """

    smoothing_px: float = 1.0
    ring_px: int = 56
    noise_floor: float = 0.1
    bands: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self._parts(self.bands)

    @property
    def method(self) -> Method:
        """Name, version, parameters and citations of the three parts."""
        parts = self._parts(self.bands)
        return Method(
            name="combined",
            version="1",
            parameters=(
                ("smoothing_px", f"{self.smoothing_px:g}"),
                ("ring_px", f"{self.ring_px}"),
                ("noise_floor", f"{self.noise_floor:g}"),
                ("bands", ",".join(self.bands) or "broad"),
            ),
            citation="geometric mean of: " + "; ".join(part.method.citation for part in parts),
        )

    @property
    def halo_px(self) -> int:
        """Ground around a block that must be read with it, px."""
        return max(part.halo_px for part in self._parts(self.bands))

    def _parts(self, bands: tuple[str, ...]) -> tuple[CVA, IRMAD, Ring]:
        return (
            CVA(smoothing_px=self.smoothing_px, bands=bands),
            IRMAD(smoothing_px=self.smoothing_px, noise_floor=self.noise_floor, bands=bands),
            Ring(half_widths_px=(self.ring_px,), smoothing_px=1.5 * self.smoothing_px, bands=bands),
        )

    def fit(self, windows: Sequence[Pair]) -> "CombinedFit":
        """Fit the three parts and the probability to sample windows.

        Raises
        ------
        BandError
            If a band asked for is missing.
        NotEnoughDataError, ConvergenceError
            If the pair cannot support the fit.
        """
        names = tuple(chosen_bands(windows[0], self.bands, preferred=_BROAD))
        cva, irmad, ring = self._parts(names)
        variates, told = _variates(irmad, windows, len(names))
        fit = CombinedFit(cva=cva.fit(windows), variates=variates, ring=ring.fit(windows), told=told)
        found = [quarter for pair in trials(windows) for quarter in _quarters(fit.parts(pair)[0])]
        middles = np.median(np.concatenate(found, axis=1), axis=1)
        if not (middles > 0).all():
            msg = "more than half of the pixels did not change by anything at all; are the dates one image?"
            raise NotEnoughDataError(msg)
        strength = [_geometric_mean(part, middles) for part in found]
        scores = [np.log(np.maximum(part, _LEAST_STRENGTH)) for part in strength]
        share = -(-len(scores) // _QUARTERS)  # windows come in the order of their rows
        grouped = [np.concatenate(scores[k : k + share]) for k in range(0, len(scores), share)]
        curve = fit_lfdr(grouped) if sum(map(len, scores)) >= LEAST_SCORES else None  # small ground: ranks only
        return replace(fit, middles=tuple(middles.tolist()), degrees=degrees_of(strength), curve=curve)

    def score(self, pair: Pair) -> Scored:
        """Return how strongly each pixel changed; :meth:`fit` on the pair's own windows, then score.

        Raises
        ------
        BandError, NotEnoughDataError, ConvergenceError
            As :meth:`fit`.
        """
        return self.fit(windows_of(pair)).score(pair)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CombinedFit:
    """The combination that knows its scene; ``middles`` are the parts' median strengths."""

    cva: CvaFit
    variates: MadScores | None
    ring: RingFit
    told: str
    middles: tuple[float, ...] = ()
    degrees: int = 1
    curve: LocalFdr | None = None

    @property
    def note(self) -> str:
        """What the parts rest on."""
        return f"bands {', '.join(self.cva.standard.bands)}; {self.told}; {self.curve!r}"

    @property
    def basis(self) -> Basis | None:
        """What the probability means, and why it is withheld where it is."""
        if self.curve is None:
            return None
        return Basis(
            kind=CalibrationKind.LFDR,
            of=_EVENT,
            reason=(
                f"the scene's unchanged majority ({self.curve.unchanged:.1%} of the ground) by local false-discovery "
                "rate; says that something changed, not what"
            ),
            withheld=self.curve.withheld,
        )

    def parts(self, pair: Pair) -> tuple[NDArray[np.float32], Scored, NDArray[np.float32]]:
        """Return the parts' strengths (part, y, x), the answer of the first, and the instrument p-value."""
        first = self.cva.score(pair)
        found, p_value = [first.strength, self.ring.score(pair).strength], first.p_value
        if self.variates is not None:
            planes = self.variates.planes(pair)
            found.append(self.variates.strength(planes, pair.valid))
            p_value = self.variates.p_value(planes, pair.valid)
        return np.stack(found), first, p_value

    def score(self, pair: Pair) -> Scored:
        """Return the answer for a block."""
        found, first, p_value = self.parts(pair)
        strength = _geometric_mean(found, np.asarray(self.middles))
        probability = changed = None
        if self.curve is not None:
            probability = self.curve(np.log(np.maximum(strength, _LEAST_STRENGTH)))
            changed = probability >= _MORE_LIKELY_THAN_NOT
        return Scored(
            strength=strength,
            degrees=self.degrees,
            sign=first.sign,
            p_value=p_value,
            probability=probability,
            changed=changed,
            basis=self.basis,
            note=self.note,
        )


def _variates(irmad: IRMAD, windows: Sequence[Pair], bands: int) -> tuple[MadScores | None, str]:
    """Return the fit of the second part and what to tell of it: one pass where re-weighting does not come to rest."""
    if bands < _LEAST_BANDS:
        return None, f"IR-MAD left out (fewer than {_LEAST_BANDS} bands)"
    try:
        fit = irmad.fit(windows)
    except ConvergenceError as err:
        fit = MAD(smoothing_px=irmad.smoothing_px, bands=irmad.bands).fit(windows)
        return fit, f"one pass of MAD in place of IR-MAD ({err}): {fit.note}"
    return fit, fit.note


def _geometric_mean(found: NDArray[np.float32], middles: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the geometric mean over the parts of strength over its middle; NaN where a part has none."""
    ratio = found / middles.astype(np.float32).reshape(-1, *[1] * (found.ndim - 1))
    mean: NDArray[np.float32] = np.exp(np.log(np.maximum(ratio, np.float32(_LEAST_STRENGTH))).mean(axis=0))
    return mean


def _quarters(found: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Return the observed strengths of the four quarters of a window, (part, pixel) each."""
    _, rows, columns = found.shape
    cut = [(slice(0, rows // 2), slice(rows // 2, rows)), (slice(0, columns // 2), slice(columns // 2, columns))]
    quarters = [found[:, down, across].reshape(len(found), -1) for down in cut[0] for across in cut[1]]
    return [quarter[:, np.isfinite(quarter[0])] for quarter in quarters]
