"""What a server was asked, for the ledger of a claim; and how its scenes get onto this machine first."""

import math
import shlex
from collections.abc import Sequence

from osint_imagery.core.claim import Claim
from osint_imagery.core.errors import InputError
from osint_imagery.evidence.fields import Interval
from osint_imagery.evidence.ledger_bodies import SearchMade
from osint_imagery.scenes.catalog import Catalog
from osint_imagery.scenes.past_search import PastSearch, past_searches
from osint_imagery.workflow.spans import claim_area, claim_span

__all__ = ["fetch_command", "refuse_server", "searches_made"]

_DIGITS = 1e6  # of a degree: a decimeter, rounded outward


def fetch_command(catalog: Catalog, claim: Claim, collections: Sequence[str]) -> str:
    """Return the command that brings the scenes of a server that bear on a claim.

    Parameters
    ----------
    catalog : Catalog
        On a server.
    claim : Claim
        Its places and dates, quiet ones included.
    collections : sequence of str
        Collections to ask for; empty for all.
    """
    profile = catalog.remote.profile if catalog.remote is not None else None
    west, south, east, north = claim_area(claim).bounds
    low = [f"{math.floor(value * _DIGITS) / _DIGITS:.6f}" for value in (west, south)]
    high = [f"{math.ceil(value * _DIGITS) / _DIGITS:.6f}" for value in (east, north)]
    span = claim_span(claim)
    words = ["osint-imagery", "fetch", catalog.href if profile is None else profile.name, "--bbox", *low, *high]
    words += ["--from", f"{span.start:%Y-%m-%d}", "--to", f"{span.end:%Y-%m-%d}"]
    words += [word for name in collections for word in ("--collection", name)]
    return shlex.join([*words, "--out", "copies"])


def refuse_server(catalog: Catalog, claim: Claim, collections: Sequence[str]) -> None:
    """Refuse a catalogue whose files nobody has seen whole.

    Raises
    ------
    InputError
        If it is on a server; the message has the command that fetches what the claim needs.
    """
    if catalog.remote is None:
        return
    many = "" if collections else " (all its collections; name some with --collection to fetch less)"
    msg = (
        f"catalog={catalog!r} is on a server, and a claim file names the digest of every file that it rests on. First "
        f"fetch{many}:\n  {fetch_command(catalog, claim, collections)}\nthen give the folder: --catalog copies"
    )
    raise InputError(msg)


def searches_made(catalog: Catalog, claim: Claim) -> tuple[SearchMade, ...]:
    """Return what servers were asked before the scenes of a folder were fetched, as the ledger says it."""
    return tuple(_made(search, claim) for search in past_searches(catalog))


def _made(search: PastSearch, claim: Claim) -> SearchMade:
    asked = search.question.record()
    lists = {name: tuple(asked.pop(name)) for name in ("conforms_to", "answers", "gaps", "remarks")}
    more = {
        "when": Interval.of(search.when),
        "offered": search.offered,
        "covers_claim": search.covers(claim_area(claim), claim_span(claim)),
        "source": search.digest,
    }
    return SearchMade.model_validate({**asked, **lists, **more})
