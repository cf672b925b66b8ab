"""What items share, and the groups that this makes of them: scenes, quiet dates, places, sources."""

from collections.abc import Iterable, Sequence
from itertools import combinations

from osint_imagery.core.claim import Claim
from osint_imagery.core.texts import WEIGHING
from osint_imagery.evidence.assessed_parts import Link, SourceItem
from osint_imagery.evidence.items import Looked
from osint_imagery.evidence.record import EvidenceRecord

__all__ = ["groups_of", "imagery_links", "shared_in", "source_links"]


def imagery_links(claim: Claim, looked: Sequence[Looked]) -> tuple[Link, ...]:
    """Return every two examined items that share a scene, its bytes, a quiet date or ground, and what they share."""
    examined = [item for item in looked if item.record is not None]
    links = []
    for one, other in combinations(examined, 2):
        shared = _shared(claim, one, other)
        if shared:
            links.append(Link(first=one.item.id, second=other.item.id, shared=shared))
    return tuple(links)


def _shared(claim: Claim, one: Looked, other: Looked) -> tuple[str, ...]:
    if one.record is None or other.record is None:
        return ()
    first, second = _dates(one.record), _dates(other.record)
    scenes = sorted(first & second)
    quiet_one, quiet_other = _quiet(one.record), _quiet(other.record)
    quiet = (quiet_one & quiet_other) | (quiet_one & second) | (quiet_other & first)
    found = [WEIGHING["shared scene"].format(scene=name) for name in scenes]
    if not scenes and _files(one.record) & _files(other.record):
        found.append(WEIGHING["shared bytes"])
    if quiet:
        found.append(WEIGHING["shared quiet"].format(count=len(quiet), s="" if len(quiet) == 1 else "s"))
    if claim.aoi(one.prediction).geometry.intersects(claim.aoi(other.prediction).geometry):
        found.append(
            WEIGHING["shared place"].format(first=one.record.coverage.place, second=other.record.coverage.place)
        )
    return tuple(found)


def _dates(record: EvidenceRecord) -> set[str]:
    return {scene.id for scene in record.scenes}


def _files(record: EvidenceRecord) -> set[str]:
    """Return the digests of the bytes that were read, and the provider's names: one product under two ids is one."""
    digests = {asset.digest for scene in record.scenes for asset in scene.assets if asset.read and asset.digest}
    return digests | {scene.product_id for scene in record.scenes}


def _quiet(record: EvidenceRecord) -> set[str]:
    return {name for both in record.method.quiet_scenes for name in both} if record.method else set()


def source_links(sources: Sequence[SourceItem]) -> tuple[Link, ...]:
    """Return every two sources that go back to one origin, or that one reporter told of."""
    links = []
    for one, other in combinations(sources, 2):
        both = sorted(_behind(one) & _behind(other))
        if both:
            shared = tuple(WEIGHING["shared origin"].format(origin=name) for name in both)
            links.append(Link(first=one.id, second=other.id, shared=shared))
    return tuple(links)


def _behind(source: SourceItem) -> set[str]:
    return {" ".join(text.split()).casefold() for text in (source.origin, source.reported_by)} - {""}


def groups_of(names: Iterable[str], links: Iterable[Link]) -> tuple[tuple[str, ...], ...]:
    """Return the groups that links make of items: whatever is linked, also over others, is together.

    Parameters
    ----------
    names : iterable of str
        The items that count; links to others join nothing.
    links : iterable of Link
        What shares something.

    Examples
    --------
    >>> chain = [Link(first=a, second=b, shared=("scene S1",)) for a, b in (("ship", "crane"), ("crane", "shed"))]
    >>> groups_of(["ship", "crane", "shed", "rail"], chain), groups_of(["ship", "shed"], chain)
    ((('ship', 'crane', 'shed'), ('rail',)), (('ship',), ('shed',)))
    """
    order = tuple(dict.fromkeys(names))
    home = {name: name for name in order}
    for link in links:
        if link.first in home and link.second in home:
            kept, gone = home[link.first], home[link.second]
            home = {name: kept if at == gone else at for name, at in home.items()}
    return tuple(
        tuple(name for name in order if home[name] == at) for at in dict.fromkeys(home[name] for name in order)
    )


def shared_in(group: Sequence[str], links: Iterable[Link]) -> tuple[str, ...]:
    """Return everything that the items of a group share with each other."""
    return tuple(
        dict.fromkeys(what for link in links if link.first in group and link.second in group for what in link.shared)
    )
