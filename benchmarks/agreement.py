"""How well a score or a map agrees with labels: the numbers that papers on change detection print."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Scores = NDArray[np.floating]
Truth = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Overall accuracy, Cohen's kappa and F1 of a map."""

    accuracy: float
    kappa: float
    f1: float


def agreement(changed: Truth, truth: Truth) -> Agreement:
    """Compare a map with labels, (pixel,)."""
    count = len(truth)
    hits, right = int((changed & truth).sum()), int((changed == truth).sum())
    accuracy = right / count
    said, true = int(changed.sum()), int(truth.sum())
    chance = (said * true + (count - said) * (count - true)) / count**2
    return Agreement(
        accuracy=accuracy,
        kappa=(accuracy - chance) / (1 - chance) if chance < 1 else 0.0,
        f1=2 * hits / (said + true) if said + true else 0.0,
    )


def auroc(score: Scores, truth: Truth) -> float:
    """Return the chance that a changed pixel scores above an unchanged one, ties half."""
    ranks = rankdata(score)
    changed = int(truth.sum())
    return float((ranks[truth].sum() - changed * (changed + 1) / 2) / (changed * (len(truth) - changed)))


def average_precision(score: Scores, truth: Truth) -> float:
    """Return the area under the precision-recall curve; tied scores are one step."""
    hits, said = _curve(score, truth)
    return float((np.diff(hits, prepend=0) * hits / said).sum() / truth.sum())


def best_f1(score: Scores, truth: Truth) -> float:
    """Return the F1 that the best threshold would have reached: an oracle's, not a method's."""
    hits, said = _curve(score, truth)
    return float((2 * hits / (said + truth.sum())).max())


def _curve(score: Scores, truth: Truth) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many pixels are hits, and how many are said, down to each different score."""
    order = np.argsort(-score, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(order) - 1)
    return np.cumsum(truth[order])[ends], ends + 1
