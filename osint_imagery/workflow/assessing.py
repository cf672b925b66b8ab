"""From a claim file to the assessment of its claim."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from os import PathLike
from pathlib import Path

from osint_imagery.core.arguments import require
from osint_imagery.core.claim import read_claim
from osint_imagery.evidence.assessed import Assessment
from osint_imagery.evidence.assessing import assess_records, rested_records
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.ledger_file import read_ledger
from osint_imagery.evidence.priors import prior_field
from osint_imagery.evidence.recorded import withdrawn_records
from osint_imagery.evidence.verify import verify
from osint_imagery.workflow.dossier import Dossier

__all__ = ["SOFTWARE", "Clock", "assess", "now"]

SOFTWARE = f"osint-imagery {version('osint-imagery')}"
Clock = Callable[[], datetime]


def now() -> datetime:
    """Return the time, UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def assess(
    dossier: Dossier | ClaimFile | str | Path,
    *,
    priors: Sequence[float] = (),
    prior_reason: str = "",
    clock: Clock = now,
) -> Assessment:
    """Weigh all records of a claim together, the imagery apart from the other sources.

    Parameters
    ----------
    dossier : Dossier, ClaimFile, str or Path
        The claim file, open or closed; it must verify. It is not changed: ``ClaimFile.add_assessment`` stores the
        result.
    priors : sequence of float
        What readers may have held before the imagery, 0.01 to 0.99: that the changes of objects that are weighed came
        about as a claimed hypothesis predicts, not as its rival does. Without any, nothing is said of how likely
        anything is.
    prior_reason : str
        Why these; needed with `priors`.
    clock : callable
        Returns the current time, UTC.

    Returns
    -------
    Assessment
        Its matrix shows itself in a notebook; ``print`` shows all of it.

    Raises
    ------
    VerificationError
        If the claim file does not verify.
    InputError
        If priors are given without a reason, or lie outside 0.01 to 0.99.

    Notes
    -----
    At the level of object change: no ratio here says anything of the claim itself. Items that share a scene, a quiet
    date or ground are one group, within which nothing is multiplied; across groups the product is given beside the
    bound that does without it. A record that was withdrawn, or that rests on a withdrawn scene, is left out and named.
    See docs/assessment.md.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import osint_imagery as oi
    >>> claim = oi.read_claim(oi.bundled("port/claim.yaml"))
    >>> with TemporaryDirectory() as folder:
    ...     dossier = oi.investigate(claim, oi.bundled("port/catalog.json"), out=Path(folder, "dossier"))
    ...     found = oi.assess(dossier, priors=(0.1, 0.5), prior_reason="from sceptic to undecided")
    >>> found.pair("delivery", "ordinary").words, found.hangs_on
    ('weak support for “delivery” over “ordinary”', ('shed',))
    >>> [(row.item, row.cells, row.counted) for row in found.matrix][:2]
    [('shed', ('consistent', 'inconsistent'), True), ('ship', ('not applicable', 'not applicable'), False)]
    """
    require(Dossier | ClaimFile | str | PathLike, dossier=dossier)
    stated = prior_field(priors, prior_reason)
    folder = dossier.path if isinstance(dossier, Dossier | ClaimFile) else Path(dossier)
    verify(folder)
    entries = read_ledger(folder)
    return assess_records(
        read_claim(folder / "claim.yaml"),
        rested_records(folder, entries),
        created=clock(),
        software=SOFTWARE,
        prior=stated,
        withdrawn=withdrawn_records(folder, entries),
    )
