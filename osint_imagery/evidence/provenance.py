"""Where a record comes from, in W3C PROV-JSON: files, steps, records, the software that did it."""

import json
from typing import Any

from osint_imagery.evidence.standing import Standing, StandingRecord

__all__ = ["prov_json"]

_Document = dict[str, dict[str, Any]]


def prov_json(standing: Standing, *, exact: bool) -> str:
    """Return the provenance of the records that stand.

    Parameters
    ----------
    standing : Standing
        What stands in a claim file.
    exact : bool
        Whether parameters of steps are told; they hold the grid, which says where the place is.

    Returns
    -------
    str
        PROV-JSON (W3C member submission): entities are named by their digests, so that equal bytes are one entity.
    """
    found: _Document = {
        "prefix": {"osint": "urn:osint-imagery:"},
        "entity": {_entity(standing.claim.digest): {"prov:label": f"claim {standing.claim.id}"}},
        "activity": {},
        "agent": {},
        "used": {},
        "wasGeneratedBy": {},
        "wasAssociatedWith": {},
        "wasDerivedFrom": {},
        "wasAttributedTo": {},
    }
    for one in standing.records:
        _add(found, one, claim=_entity(standing.claim.digest), exact=exact)
    return json.dumps({name: part for name, part in found.items() if part}, indent=1, ensure_ascii=False) + "\n"


def _add(found: _Document, one: StandingRecord, *, claim: str, exact: bool) -> None:
    record, own = one.record, _entity(one.digest)
    agent = f"osint:{record.software.replace(' ', '-')}"
    found["agent"][agent] = {"prov:type": {"$": "prov:SoftwareAgent", "type": "prov:QUALIFIED_NAME"}}
    found["agent"][agent]["prov:label"] = record.software
    found["entity"][own] = {"prov:label": f"record {one.path}", "osint:answer": record.answer}
    for scene in record.scenes:
        for asset in scene.assets:
            if asset.digest is not None and asset.read:
                found["entity"][_entity(asset.digest)] = {"prov:label": f"{scene.id} {asset.key}"}
    _add_steps(found, one, agent=agent, exact=exact)
    act = f"osint:{record.id}-record"
    found["activity"][act] = {"prov:endTime": record.created, "prov:label": "record made from the finding"}
    _relate(found, "wasAssociatedWith", {"prov:activity": act, "prov:agent": agent})
    _relate(found, "wasGeneratedBy", {"prov:entity": own, "prov:activity": act, "prov:time": record.created})
    _relate(found, "wasAttributedTo", {"prov:entity": own, "prov:agent": agent})
    for source in (claim, *(_entity(item) for item in (record.lineage[-1].outputs if record.lineage else ()))):
        _relate(found, "used", {"prov:activity": act, "prov:entity": source})
        _relate(found, "wasDerivedFrom", {"prov:generatedEntity": own, "prov:usedEntity": source})
    for artifact in record.artifacts:
        found["entity"][_entity(artifact.digest)] = {"prov:label": artifact.name}
        _relate(found, "wasAttributedTo", {"prov:entity": _entity(artifact.digest), "prov:agent": agent})


def _add_steps(found: _Document, one: StandingRecord, *, agent: str, exact: bool) -> None:
    for number, step in enumerate(one.record.lineage, 1):
        act = f"osint:{one.record.id}-step-{number}"
        told = {f"osint:{name}": value for name, value in step.parameters} if exact else {}
        found["activity"][act] = {"prov:label": f"{step.name} {step.version}", **told}
        _relate(found, "wasAssociatedWith", {"prov:activity": act, "prov:agent": agent})
        for digest in step.inputs:
            found["entity"].setdefault(_entity(digest), {"prov:label": digest})
            _relate(found, "used", {"prov:activity": act, "prov:entity": _entity(digest)})
        for digest in step.outputs:
            found["entity"].setdefault(_entity(digest), {"prov:label": digest})
            _relate(found, "wasGeneratedBy", {"prov:entity": _entity(digest), "prov:activity": act})


def _entity(digest: str) -> str:
    return f"osint:{digest.replace(':', '-')}"


def _relate(found: _Document, kind: str, relation: dict[str, str]) -> None:
    """Add a relation once; two records of one pair share its steps."""
    if relation not in found[kind].values():
        found[kind][f"_:{kind}{len(found[kind]) + 1}"] = relation
