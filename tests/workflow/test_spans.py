"""Scenes are asked for wherever a prediction is looked for, also where that is not the claim's own place."""

import pytest

import osint_imagery as oi
from osint_imagery.core.claim import Claim, claim_from_bytes
from osint_imagery.workflow.spans import claim_area

ORIGIN = "    place: {name: origin, bbox: [30.00, 46.00, 30.01, 46.01]}\n    outside_claim: the port of origin\n"


def elsewhere() -> Claim:
    text = oi.bundled("port/claim.yaml").read_text(encoding="utf-8")
    before, _, rest = text.partition("    place:\n      name: eastern hardstanding")
    after = rest[rest.index("  - id: ship") :]
    return claim_from_bytes((before + ORIGIN + after).encode(), name="claim.yaml")


def test_predictions_inside_the_claims_place_ask_for_no_more() -> None:
    claim = oi.read_claim(oi.bundled("port/claim.yaml"))
    assert claim_area(claim) == claim.aoi()


def test_a_prediction_elsewhere_is_searched_for_there() -> None:
    claim = elsewhere()
    area = claim_area(claim)
    assert area.geometry.covers(claim.aoi().geometry)
    assert area.geometry.covers(claim.aoi(claim.predictions[0]).geometry)
    assert area.area_m2 == pytest.approx(claim.aoi().area_m2 + claim.aoi(claim.predictions[0]).area_m2, rel=1e-3)
