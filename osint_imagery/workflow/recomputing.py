"""A record computed again: from the scenes that are the same, with what the dossier records, field by field."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path

from osint_imagery.change.detectors import detectors, resolve
from osint_imagery.core.claim import Claim, Prediction
from osint_imagery.core.errors import InputError
from osint_imagery.core.timespan import TimeSpan, utc
from osint_imagery.evidence.differences import Difference, Outcome, differences, judge, worst
from osint_imagery.evidence.fields import LookField
from osint_imagery.evidence.finding import Finding
from osint_imagery.evidence.inputs import Inputs, PredictionInput, libraries_here
from osint_imagery.evidence.record import EvidenceRecord, record_of
from osint_imagery.evidence.standing import StandingRecord
from osint_imagery.observe.coverage import Coverage, Look, LookState, covered
from osint_imagery.observe.together import is_in_parts, is_judged_with
from osint_imagery.workflow.assessing import SOFTWARE
from osint_imagery.workflow.examining import Plan, Settings, examine, finest_gsd, plan
from osint_imagery.workflow.looking import Offered, looks_at
from osint_imagery.workflow.reproduction import RecordCheck
from osint_imagery.workflow.upstream import SceneCheck

__all__ = ["Recomputer"]

# What rests on metadata and quality layers alone, and is computed also where no pixels can be compared.
_WITHOUT_PIXELS = (
    "claim",
    "coverage",
    "fitness.cells",
    "fitness.gsd_m",
    "fitness.level_asked",
    "fitness.level_reached",
    "fitness.p_look",
    "fitness.statement",
    "fitness.sufficient",
    "grades",
    "id",
    "object_model",
    "propositions",
    "safety",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recomputer:
    """Computes the records of one dossier again.

    Parameters
    ----------
    claim : Claim
        The dossier's claim.
    inputs : Inputs
        What it was made from.
    checks : mapping of str to SceneCheck
        What became of each cited scene.
    folder : Path
        The catalogue's folder, taken out of messages.
    executor : Executor or None
        Aligns quiet pairs in parallel.
    findings : dict of str to Finding
        What came out, by prediction, where all of it could be computed; filled by :meth:`check`.
    """

    claim: Claim
    inputs: Inputs
    checks: Mapping[str, SceneCheck]
    folder: Path
    executor: Executor | None = None
    findings: dict[str, Finding] = field(default_factory=dict)

    def check(self, standing: StandingRecord) -> RecordCheck:
        """Compute one record again and compare it."""
        record = standing.record
        name = record.propositions.prediction
        prediction = next((item for item in self.claim.predictions if item.id == name), None)
        planned = self.inputs.plan_for(name)
        if prediction is None or planned is None:
            why = f"not made by investigate: the dossier records no dates for prediction {name!r}"
            return _result(standing, (), Outcome.UNCHECKED, (why,))
        work = _Work(self, record, prediction, planned)
        rows = (*work.decisions(), *work.fields())
        return _result(standing, rows, worst([row.outcome for row in rows]), work.notes())


def _result(
    standing: StandingRecord, rows: tuple[Difference, ...], outcome: Outcome, notes: tuple[str, ...]
) -> RecordCheck:
    return RecordCheck(
        record_id=standing.record.id,
        prediction=standing.record.propositions.prediction,
        path=standing.path,
        answer=standing.record.answer,
        outcome=outcome,
        rows=rows,
        notes=notes,
    )


class _Work:
    """One record: what of it can be computed, and what that gives."""

    def __init__(self, maker: Recomputer, record: EvidenceRecord, prediction: Prediction, told: PredictionInput):
        self.maker, self.record, self.prediction = maker, record, prediction
        self.planned = Plan(compared=told.compared, quiet=told.quiet)
        same = {name: check.scene for name, check in maker.checks.items() if check.scene is not None}
        self.missing = {item.id: maker.checks[item.id] for item in maker.inputs.scenes if item.id not in same}
        self.offer = Offered(
            scenes=tuple(same[item.id] for item in maker.inputs.scenes if item.at_hand and item.id in same),
            elsewhere=tuple(same[item.id] for item in maker.inputs.scenes if not item.at_hand and item.id in same),
            folder=maker.folder,
        )
        self.settings = self._settings()
        self.looks = self._looks()
        self.hindrance = self._hindrance()

    def _settings(self) -> Settings:
        told = self.maker.inputs.settings
        scenes = (*self.offer.scenes, *self.offer.elsewhere)
        # where a scene is missing, it may be the one with the finest pixels
        gsd = float(told.gsd_m) if self.missing or not scenes else finest_gsd(scenes)
        return Settings(gsd_m=gsd, detector=told.detector, seed=told.seed, places=told.places)

    def _looks(self) -> Coverage:
        """Return who looked; where a scene is not the same, its recorded look stands in."""
        own = looks_at(self.prediction, self.offer, self.maker.claim.aoi(self.prediction))
        resting = self._resting()
        stand_ins = [_look(item) for item in self.record.coverage.looks if item.scene_id in resting]
        computed = [look for look in own.looks if look.scene_id not in resting]
        order = {item.id: place for place, item in enumerate(self.maker.inputs.scenes)}
        looks = sorted((*computed, *stand_ins), key=lambda look: order.get(look.scene_id, len(order)))
        return covered(self.prediction, looks, place=own.place)

    def _resting(self) -> dict[str, SceneCheck]:
        """Return the looks that rest on a missing scene: its own, and one that was judged together with its tile."""
        named = {
            look.scene_id: check
            for look in self.record.coverage.looks
            for name, check in self.missing.items()
            if look.scene_id not in self.missing and is_judged_with(look.reason, name)
        }
        return {**named, **self.missing}

    def _hindrance(self) -> tuple[Outcome, str] | None:
        """Return why the pixels cannot be compared again; None where they can, or never were."""
        lost = [self.missing[name] for name in sorted(self.planned.scene_ids) if name in self.missing]
        if lost:
            names = ", ".join(item.scene_id for item in lost[:3]) + (" and others" if len(lost) > 3 else "")
            return worst([item.outcome for item in lost]), f"rests on {names}"
        unread = self.planned.scene_ids - {scene.id for scene in self.offer.scenes}
        if unread:
            return Outcome.BEYOND, f"rests on {', '.join(sorted(unread))}, which the dossier does not list as read"
        told = self.maker.inputs.settings
        if self.planned.compared is None:
            return None
        if told.detector not in detectors():
            return Outcome.UNCHECKED, f"method {told.detector!r} is not installed"
        here = resolve(told.detector).method.version
        if here != told.detector_version:
            return Outcome.UNCHECKED, f"made with {told.detector} version {told.detector_version}, here is {here}"
        return None

    def decisions(self) -> tuple[Difference, ...]:
        """Return whether the same dates would be chosen again."""
        readable = frozenset(item.id for item in self.maker.inputs.scenes if item.at_hand)
        again = plan(self.maker.claim, self.prediction, self.looks, readable=readable, gsd=self.settings.gsd_m)
        old, new = ((" / ".join(item.compared or ("nothing",)), _pairs(item.quiet)) for item in (self.planned, again))
        return judge("dates.compared", old[0], new[0]), judge("dates.quiet", old[1], new[1])

    def fields(self) -> tuple[Difference, ...]:
        """Return every field of the record, compared."""
        planned = self.planned if self.hindrance is None else Plan(compared=None)
        done = examine(
            self.maker.claim,
            self.prediction,
            self.offer,
            self.looks,
            planned=planned,
            settings=self.settings,
            executor=self.maker.executor,
        )
        if self.hindrance is None and not self.missing:
            self.maker.findings[self.prediction.id] = done.finding
        accessed = self.record.scenes[0].accessed if self.record.scenes else self.record.created
        again = record_of(
            self.maker.claim,
            done.finding,
            accessed=utc(accessed),
            created=utc(self.record.created),
            software=self.record.software,
        )
        same = set(libraries_here()) <= set(self.maker.inputs.libraries) and self.record.software == SOFTWARE
        return differences(self.record, again, blocked=self._blocked, same_machine=same)

    def _blocked(self, name: str) -> tuple[Outcome, str] | None:
        if name.startswith("coverage.looks["):
            check = self._resting().get(name.removeprefix("coverage.looks[").partition("]")[0])
            return None if check is None else (check.outcome, f"rests on {check.scene_id}")
        if self.hindrance is None or name.startswith(_WITHOUT_PIXELS):
            return None
        return self.hindrance

    def notes(self) -> tuple[str, ...]:
        """Return what stands in for something else."""
        told = []
        resting = self._resting()
        stand_ins = [item.scene_id for item in self.record.coverage.looks if item.scene_id in resting]
        if stand_ins:
            names = ", ".join(stand_ins[:3]) + (" and others" if len(stand_ins) > 3 else "")
            told.append(f"looks that stand as recorded, for their scenes are not the same: {names}")
        if self.missing:
            told.append(f"pixel size {self.settings.gsd_m:g} m as recorded, for not every scene is the same")
        if self.hindrance is not None:
            told.append(f"pixels not compared again: {self.hindrance[1]}")
        return tuple(told)


def _pairs(quiet: Sequence[tuple[str, str]]) -> str:
    return f"{len(quiet)} pairs" + "".join(f"; {first} / {second}" for first, second in quiet)


def _look(told: LookField) -> Look:
    if told.state not in set(LookState):
        msg = f"look {told.scene_id} has state={told.state!r}, which no record of this version has; it cannot stand in"
        raise InputError(msg)
    return Look(
        scene_id=told.scene_id,
        acquired=TimeSpan(told.acquired.start_datetime, told.acquired.end_datetime),
        usable_fraction=None if told.usable_fraction is None else float(told.usable_fraction),
        state=LookState(told.state),
        reason=told.reason,
        sensor=told.sensor,
        sun_elevation_deg=None if told.sun_elevation_deg is None else float(told.sun_elevation_deg),
        in_parts=is_in_parts(told.reason),
    )
