"""What a search found, and the ledger of everything that was offered to it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.question import Question
from osint_imagery.scenes.scene import Refused, Scene
from osint_imagery.scenes.versions import is_same_look, surplus

__all__ = ["Found", "Offer", "judged", "share"]

_UNREADABLE = "no readable raster asset"
_SAME = "the same acquisition as"
_THOUGH = "the server returned it though it is "


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One line of the ledger: a scene that was offered, and whether it was used.

    Parameters
    ----------
    scene_id : str
        Its id.
    acquired : TimeSpan or None
        When; None where nothing says so.
    used : bool
        Whether it meets the area and the dates and can be read.
    reason : str
        Why, or why not.
    href, metadata_digest : str
        Where its metadata is, and the digest of those bytes.
    """

    scene_id: str
    acquired: TimeSpan | None
    used: bool
    reason: str
    href: str
    metadata_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Scenes in order of time, and the ledger of all that were offered.

    Parameters
    ----------
    scenes : tuple of Scene
        Those that meet the area and the dates; may be empty.
    ledger : tuple of Offer
        Every scene of the catalogue, used or rejected, in the catalogue's order.
    aoi : AreaOfInterest
        Where was asked for.
    when : TimeSpan
        When was asked for.
    question : Question or None
        What a server was asked and how complete its answer is; None for a catalogue on this machine, which is read
        whole.
    rejected : tuple of Scene
        Scenes that were offered and are not used, in the catalogue's order.
    """

    scenes: tuple[Scene, ...]
    ledger: tuple[Offer, ...]
    aoi: AreaOfInterest
    when: TimeSpan
    question: Question | None = None
    rejected: tuple[Scene, ...] = ()

    def __iter__(self) -> Iterator[Scene]:
        return iter(self.scenes)

    def __len__(self) -> int:
        return len(self.scenes)

    def __getitem__(self, index: int) -> Scene:
        return self.scenes[index]

    def __repr__(self) -> str:
        return f"Found({len(self.scenes)} of {len(self.ledger)} scenes offered; {self.when.label})"

    def _repr_html_(self) -> str:
        rows = "".join(f"<li><code>{escape(repr(scene))}</code></li>" for scene in self.scenes)
        return f"{len(self.scenes)} of {len(self.ledger)} scenes offered<ul>{rows}</ul>"


def judged(entries: Sequence[Scene | Refused], aoi: AreaOfInterest, when: TimeSpan, question: Question | None) -> Found:
    """Decide which of the offered scenes are used, and say of each why or why not.

    Parameters
    ----------
    entries : sequence of Scene or Refused
        All that was offered, in the catalogue's order.
    aoi, when : AreaOfInterest, TimeSpan
        What was asked for.
    question : Question or None
        As it was sent to a server.
    """
    verdicts = [_judge(entry, aoi, when, asked=question is not None) for entry in entries]
    fitting = [place for place, (used, _) in enumerate(verdicts) if used]
    offered = [entry for place in fitting if isinstance(entry := entries[place], Scene)]
    better = surplus(offered, aoi)
    for place, reason in better.items():
        verdicts[fitting[place]] = (False, reason)
    kept = [scene for place, scene in enumerate(offered) if place not in better]
    for place, entry in enumerate(entries):
        if verdicts[place][1].startswith(_UNREADABLE) and isinstance(entry, Scene):
            same = next((scene for scene in kept if is_same_look(entry, scene, aoi)), None)
            verdicts[place] = (False, f"{_SAME} {same.id}, which is used; {_UNREADABLE}") if same else verdicts[place]
    scenes = [(entry, used) for entry, (used, _) in zip(entries, verdicts, strict=True) if isinstance(entry, Scene)]
    used = sorted((s for s, is_used in scenes if is_used), key=lambda s: (s.acquired.start, s.acquired.end, s.id))
    return Found(
        scenes=tuple(used),
        ledger=tuple(_offer(entry, *verdict) for entry, verdict in zip(entries, verdicts, strict=True)),
        aoi=aoi,
        when=when,
        question=_disobeyed(question, [reason for _, reason in verdicts]),
        rejected=tuple(scene for scene, is_used in scenes if not is_used),
    )


def _disobeyed(question: Question | None, reasons: Sequence[str]) -> Question | None:
    """Return the question with what it says of a server that did not keep to it."""
    if question is None:
        return None
    remarks = list(question.remarks)
    for field, words in (("datetime", "outside the dates"), ("intersects", "outside the area of interest")):
        count = sum(reason.startswith(f"{_THOUGH}{words}") for reason in reasons)
        if count:
            remarks.append(f"the server does not keep to {field}: {count} of {len(reasons)} items are {words}")
    return replace(question, remarks=tuple(remarks))


def _offer(entry: Scene | Refused, used: bool, reason: str) -> Offer:  # noqa: FBT001 - a verdict
    return Offer(
        scene_id=entry.id,
        acquired=entry.acquired if isinstance(entry, Scene) else None,
        used=used,
        reason=reason,
        href=entry.href,
        metadata_digest=digest_bytes(entry.metadata),
    )


def _judge(entry: Scene | Refused, aoi: AreaOfInterest, when: TimeSpan, *, asked: bool) -> tuple[bool, str]:
    """Return whether a scene is used, and why or why not; a server that was asked is not believed."""
    though = _THOUGH if asked else ""
    if isinstance(entry, Refused):
        return False, entry.reason
    part = share(entry, aoi)
    if part == 0:
        return False, f"{though}outside the area of interest"
    if not entry.acquired.overlaps(when):
        return False, f"{though}outside the dates {when.label}"
    if not entry.bands:
        return False, _UNREADABLE + ("" if asked else " on this machine")
    if not entry.is_measurable:
        return False, "a picture placed by control points: not measurable, for looking only"
    partly = "" if when.contains(entry.acquired) else "; its time is a span that lies only partly in the dates"
    return True, f"its footprint covers {part:.0%} of the area of interest{partly}"


def share(scene: Scene, aoi: AreaOfInterest) -> float:
    """Return the share of an area that a footprint covers, in degrees: good enough to read, not to compute with."""
    if not scene.footprint.intersects(aoi.geometry):
        return 0.0
    return float(scene.footprint.intersection(aoi.geometry).area / aoi.geometry.area)
