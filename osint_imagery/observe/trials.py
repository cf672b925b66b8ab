"""Trials: targets put into real pairs, a few at a time, and how many the method reports."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from osint_imagery.core.claim import Prediction
from osint_imagery.core.errors import UndeterminedError
from osint_imagery.observe.benches import Bench, Host
from osint_imagery.observe.insertion import insert, scatter, size_px

__all__ = ["Trials", "scaled", "try_places"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """What became of every target, in the order of their making.

    ``outcomes`` holds one (number of the pair, found) a target.
    """

    outcomes: tuple[tuple[int, bool], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def found(self) -> int:
        """Targets found."""
        return sum(hit for _, hit in self.outcomes)

    @property
    def tried(self) -> int:
        """Targets made."""
        return len(self.outcomes)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Job:
    """Targets for one pair; carries its own seed, so that the order of work does not matter."""

    prediction: Prediction
    bench: Bench
    host: Host
    place: int
    most: int
    seed: np.random.SeedSequence


def scaled(prediction: Prediction, scale: float) -> Prediction:
    """Return the prediction for a target of the same shape and contrast, `scale` times as long and wide."""
    target = prediction.target
    size = {"length_m": target.length_m * scale, "width_m": target.width_m * scale}
    return prediction.model_copy(update={"target": target.model_copy(update=size)})


def try_places(
    prediction: Prediction,
    bench: Bench,
    hosts: Sequence[Host],
    *,
    seed: np.random.SeedSequence,
    places: int,
    executor: Executor | None = None,
) -> Trials:
    """Put targets into the hosts in turn until enough were tried.

    Parameters
    ----------
    prediction : Prediction
        With a target whose contrast is stated.
    bench : Bench
        The rule under test.
    hosts : sequence of Host
        From :func:`~osint_imagery.observe.benches.hosts_of`.
    seed : numpy.random.SeedSequence
        Source of all randomness.
    places : int
        Insertions wanted.
    executor : concurrent.futures.Executor, optional
        Works on several pairs at once; the outcomes are the same.

    Returns
    -------
    Trials
        No outcome where no host could take a target; ``notes`` say why.
    """
    open_ = list(enumerate(hosts))
    outcomes: list[tuple[int, bool]] = []
    while open_ and len(outcomes) < places:
        jobs = _share_out(prediction, bench, open_, seed=seed, left=places - len(outcomes))
        results = list(executor.map(_work, jobs)) if executor else [_work(job) for job in jobs]
        full = {job.place for job, hits in zip(jobs, results, strict=True) if not hits}
        open_ = [(place, host) for place, host in open_ if place not in full]
        outcomes.extend((job.place, hit) for job, hits in zip(jobs, results, strict=True) for hit in hits)
    notes = ("the target does not fit onto the ground where it may stand",) if hosts and not outcomes else ()
    return Trials(outcomes=tuple(outcomes), notes=notes)


def _share_out(
    prediction: Prediction,
    bench: Bench,
    hosts: Sequence[tuple[int, Host]],
    *,
    seed: np.random.SeedSequence,
    left: int,
) -> list[_Job]:
    """Return one round of work: a few targets a pair, no more than are left to make."""
    jobs = []
    for place, host in hosts:
        most = min(bench.at_once, left)
        if most < 1:
            break
        left -= most
        child = seed.spawn(1)[0]
        jobs.append(_Job(prediction=prediction, bench=bench, host=host, place=place, most=most, seed=child))
    return jobs


def _work(job: _Job) -> tuple[bool, ...]:
    """Insert targets into one pair; return which were found, empty where none had room."""
    pair, target, rng = job.host.pair, job.prediction.target, np.random.default_rng(job.seed)
    if pair.grid is None:
        return ()
    spots = scatter(size_px(target, pair.grid), job.host.ground, rng, most=job.most)
    if not spots:
        return ()
    try:
        reported, _ = job.bench.reported(insert(pair, spots, target, job.prediction.change, rng=rng))
    except UndeterminedError:
        return (False,) * len(spots)
    return tuple(bool((reported & spot.footprint(reported.shape)).any()) for spot in spots)
