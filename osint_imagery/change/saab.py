"""Successive Saab features of either date, and the part of their difference that neither date's maps explain."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, ndimage

from osint_imagery.change.changemap import Method
from osint_imagery.change.detectors import Scored
from osint_imagery.change.literature import CHEN_2020, FUKUI_2015
from osint_imagery.change.sampling import windows as windows_of
from osint_imagery.change.standard import Brightness, Standard, chosen_bands, degrees_of, sampled, trials
from osint_imagery.change.threads import one_blas_thread
from osint_imagery.core.errors import InputError, NotEnoughDataError
from osint_imagery.core.pair import Pair

__all__ = ["Saab"]

_CITATION = f"{FUKUI_2015.text}; {CHEN_2020.text}"
_OFFSETS = tuple((dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1))
_DILATIONS = (1, 2)  # of the first and the second hop: pooling without thinning doubles the step
_SAMPLE = 60_000  # neighborhoods a hop's directions are taken from
_ROWS = 64  # rows done at a time, so that neighborhoods never exist for a whole block
_TOP = 99.5  # percentile of a hop's score that counts as 1, as published
_SAME = 1 - 1e-9  # cosine above which two directions are one and have no difference

Planes = NDArray[np.float32]
Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Saab:
    """Successive Saab transform with difference subspace.

    Neighborhoods of 3 x 3 pixels of both dates share one transform: their mean, and the principal components that hold
    95 % of what is left; responses are pooled (maximum of 2 x 2) and transformed once more. Of either hop, the maps of
    each date span a subspace; strength is the squared length of the dates' difference within the difference of the
    two subspaces. Hops are scaled by their 99.5th percentile, clipped and averaged. Pooling is done without thinning,
    so that the answer does not depend on where a block begins.

    Follows texture as well as color, so it sees building and clearing better than the plain difference does, and is
    misled by crops, season, and moving shadow in cities. Where a map of one date is the other's, up to gain, nothing is
    left to see. It has no p-value.

    Parameters
    ----------
    energy : float
        Share of the neighborhoods' variance that the kept components hold, in (0, 1].
    most : int
        Most components a hop.
    rank : int
        Dimension of each date's subspace.
    bands : tuple of str
        Bands to use; empty for all but those of 60 m.

    Examples
    --------
    >>> Saab().method.name, Saab().halo_px
    ('saab', 5)
    """

    energy: float = 0.95
    most: int = 15
    rank: int = 12
    bands: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < self.energy <= 1 or self.most < 1 or self.rank < 1:
            msg = f"energy={self.energy!r}, most={self.most!r}, rank={self.rank!r}: use 0.95, 15 and 12"
            raise InputError(msg)

    @property
    def method(self) -> Method:
        """Name, version, parameters and citation."""
        parameters = (
            ("energy", f"{self.energy:g}"),
            ("most", f"{self.most}"),
            ("rank", f"{self.rank}"),
            ("bands", ",".join(self.bands) or "all but 60 m"),
        )
        return Method(name="saab", version="1", parameters=parameters, citation=_CITATION)

    @property
    def halo_px(self) -> int:
        """Ground around a block that must be read with it, px."""
        return sum(_DILATIONS) + 2  # two hops, and pooling forth and back

    @one_blas_thread
    def fit(self, windows: Sequence[Pair]) -> "SaabFit":
        """Take the transform, the subspaces and the scales of the hops from sample windows.

        Raises
        ------
        BandError, NotEnoughDataError
            If a band asked for is missing or constant, too little was observed, or the dates span one subspace.
        """
        names = chosen_bands(windows[0], self.bands)
        before, after = sampled(windows, names)
        standard = Standard.of(before, after, names)
        tried = trials(windows)
        maps = [tuple(_both(standard, pair)) for pair in tried]
        usable = [pair.valid for pair in tried]
        hops: list[_Hop] = []
        for dilation in _DILATIONS:
            kernels = _directions(maps, usable, dilation, energy=self.energy, most=self.most)
            maps = [tuple(_respond(planes, kernels, dilation) for planes in both) for both in maps]
            left, right = _subspace_map(maps, usable, self.rank)
            hop = _Hop(kernels=kernels, left=left, right=right, dilation=dilation, scale=1.0)
            found = np.concatenate([hop.length(*both)[seen] for both, seen in zip(maps, usable, strict=True)])
            hops.append(replace(hop, scale=float(np.percentile(found, _TOP))))
            maps = [tuple(_pool(planes) for planes in both) for both in maps]
        fit = SaabFit(
            standard=standard,
            brightness=Brightness.of(before, after, standard, 1.0),
            hops=tuple(hops),
            degrees=1,
        )
        return replace(fit, degrees=degrees_of([fit.score(part).strength for part in tried[:4]]))

    def score(self, pair: Pair) -> Scored:
        """Return how strongly each pixel changed; :meth:`fit` on the pair's own windows, then score.

        Raises
        ------
        BandError, NotEnoughDataError
            As :meth:`fit`.
        """
        return self.fit(windows_of(pair)).score(pair)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Hop:
    """One hop: ``kernels`` (response, offset x map), and the two halves of what a pixel's responses give."""

    kernels: Planes
    left: Planes
    right: Planes
    dilation: int
    scale: float

    def length(self, before: Planes, after: Planes) -> Planes:
        """Return the length of the difference within the difference subspace, (y, x)."""
        found = np.tensordot(self.left, before, 1) - np.tensordot(self.right, after, 1)
        result: Planes = np.sqrt(np.einsum("kyx,kyx->yx", found, found))
        return result


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SaabFit:
    """The successive Saab transform that knows its scene."""

    standard: Standard
    brightness: Brightness
    hops: tuple[_Hop, ...]
    degrees: int

    @property
    def note(self) -> str:
        """How many responses each hop has."""
        return f"{' and '.join(str(len(hop.kernels)) for hop in self.hops)} responses"

    @one_blas_thread
    def score(self, pair: Pair) -> Scored:
        """Return the answer for a block."""
        maps = tuple(_both(self.standard, pair))
        total = np.zeros(pair.shape, dtype=np.float32)
        for index, hop in enumerate(self.hops):
            maps = tuple(_respond(planes, hop.kernels, hop.dilation) for planes in maps)
            found = np.minimum(hop.length(*maps) / np.float32(hop.scale), 1)
            total += _back(found) if index else found
            if index + 1 < len(self.hops):
                maps = tuple(_pool(planes) for planes in maps)
        strength = np.square(total / len(self.hops))
        strength[~pair.valid] = np.nan
        return Scored(
            strength=strength,
            degrees=self.degrees,
            sign=self.brightness.sign(pair),
            p_value=np.full(pair.shape, np.nan, dtype=np.float32),
            note=self.note,
        )


def _both(standard: Standard, pair: Pair) -> list[Planes]:
    """Return both dates in standard deviations, (band, y, x); a pixel that either misses is the mean on both."""
    planes = [standard.plane(pair, k, pair.valid) for k in range(len(standard.bands))]
    return [np.stack([both[date] for both in planes]) for date in (0, 1)]


def _directions(
    maps: Sequence[tuple[Planes, ...]], usable: Sequence[NDArray[np.bool_]], dilation: int, *, energy: float, most: int
) -> Planes:
    """Return the mean direction and the leading components of what is left, (response, offset x map)."""
    total = 2 * sum(int(seen.sum()) for seen in usable)
    step = max(1, total // _SAMPLE)
    parts = []
    for both, seen in zip(maps, usable, strict=True):
        at = np.nonzero(seen.ravel())[0][::step]
        for planes in both:
            padded = _pad(planes, dilation)
            rows, columns = np.unravel_index(at, seen.shape)
            parts.append(
                np.concatenate(
                    [padded[:, rows + dilation * (1 + dy), columns + dilation * (1 + dx)] for dy, dx in _OFFSETS]
                )
            )
    found = np.concatenate(parts, axis=1).astype(np.float64)
    found -= found.mean(axis=0)
    values, vectors = linalg.eigh(np.cov(found))
    values, vectors = np.maximum(values[::-1], 0), vectors[:, ::-1]
    kept = min(int(np.searchsorted(np.cumsum(values) / values.sum(), energy - 1e-9)) + 1, most)
    mean = np.full((1, len(found)), 1 / np.sqrt(len(found)))
    leading = vectors[:, :kept].T
    # Pooling takes the largest response, so the sign, which is arbitrary, has to be the same in every run: gradients
    # have no component of largest modulus, hence a fixed direction without symmetry.
    leading *= np.where(leading @ np.cos(np.arange(len(found)) * 2.4) < 0, -1, 1)[:, None]
    return np.concatenate([mean, leading]).astype(np.float32)


def _pad(planes: Planes, width: int) -> Planes:
    padded: Planes = np.pad(planes, ((0, 0), (width, width), (width, width)), mode="symmetric")
    return padded


def _respond(planes: Planes, kernels: Planes, dilation: int) -> Planes:
    """Return the responses to all neighborhoods, (response, y, x), some rows at a time."""
    count, rows, columns = planes.shape
    padded = _pad(planes, dilation)
    out = np.empty((len(kernels), rows, columns), dtype=np.float32)
    for start in range(0, rows, _ROWS):
        stop = min(start + _ROWS, rows)
        stacked = np.empty((len(_OFFSETS), count, stop - start, columns), dtype=np.float32)
        for k, (dy, dx) in enumerate(_OFFSETS):
            down, across = dilation * (1 + dy), dilation * (1 + dx)
            stacked[k] = padded[:, start + down : stop + down, across : across + columns]
        flat = stacked.reshape(len(_OFFSETS) * count, -1)
        # Without the mean component the principal ones answer to what differs inside the neighborhood alone.
        out[:, start:stop] = (kernels @ flat).reshape(len(kernels), stop - start, columns)
    return out


def _pool(planes: Planes) -> Planes:
    """Return the maximum over each pixel and those after it, 2 x 2, without thinning."""
    pooled: Planes = ndimage.maximum_filter(planes, size=(1, 2, 2), origin=(0, -1, -1), mode="reflect")
    return pooled


def _back(plane: Planes) -> Planes:
    """Bring a pooled map back to the middle of its pixels: the mean over each pixel and those before it."""
    mean: Planes = ndimage.uniform_filter(plane, size=2, origin=0, mode="reflect")
    return mean


def _subspace_map(
    maps: Sequence[tuple[Planes, ...]], usable: Sequence[NDArray[np.bool_]], rank: int
) -> tuple[Planes, Planes]:
    """Return what turns a pixel's responses into its row of D D' (X_after - X_before), for either date.

    All needed are products of the maps with each other: a date's maps, each without the pixel's mean over them, span a
    subspace by their leading left singular vectors; pairs of canonical vectors u, v of the two differ by
    d = (u - v) / |u - v|, the columns of D.
    """
    size = len(maps[0][0])
    gram = np.zeros((2 * size, 2 * size))
    for both, seen in zip(maps, usable, strict=True):
        flat = np.concatenate([planes[:, seen] for planes in both])
        gram += flat @ flat.T
    own = np.eye(size) - 1 / size  # takes off a pixel's mean over the maps
    center = linalg.block_diag(own, own)
    inner = center @ gram @ center
    basis = [_leading(inner[part, part], min(rank, size - 1)) for part in (slice(0, size), slice(size, None))]
    cross = basis[0].T @ inner[:size, size:] @ basis[1]
    a, cosine, b = linalg.svd(cross)
    count = len(cosine)
    differ = cosine < _SAME
    if not differ.any():
        msg = "both dates span the same subspace of maps: they are one image up to gain; get the right file"
        raise NotEnoughDataError(msg)
    u, v = (basis[0] @ a[:, :count])[:, differ], (basis[1] @ b.T[:, :count])[:, differ]
    length = np.sqrt(2 * (1 - cosine[differ]))
    columns = np.concatenate([own @ u, -(own @ v)]) / length  # D = [X_before X_after] columns
    delta = np.concatenate([-np.eye(size), np.eye(size)])
    weights = columns.T @ gram @ delta  # D' (X_after - X_before)
    row = columns @ weights  # a pixel's responses times this are its row of the product
    return row[:size].T.astype(np.float32), (-row[size:]).T.astype(np.float32)


def _leading(gram: Float, rank: int) -> Float:
    """Return what turns maps into orthonormal vectors that hold most of them, (map, vector)."""
    values, vectors = linalg.eigh(gram)
    kept = values[::-1][:rank] > values[-1] * 1e-10
    leading: Float = vectors[:, ::-1][:, :rank][:, kept] / np.sqrt(values[::-1][:rank][kept])
    return leading
