"""Small copies of the simulated port, to be damaged, and claims about it."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.home import DAYS as FOUR_DAYS
from support.home import Home
from support.port import PortCopy
from support.reviewable import AT as REVIEWED
from support.reviewable import open_dossier

from osint_imagery.core.claim import Claim, read_claim
from osint_imagery.evidence.differences import Outcome
from osint_imagery.scenes.packaged import bundled
from osint_imagery.workflow import reproducing
from osint_imagery.workflow.investigating import investigate
from osint_imagery.workflow.recomputing import Recomputer
from osint_imagery.workflow.reproduction import RecordCheck
from osint_imagery.workflow.reviewing import BlindSheet, blind_sheet

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DAYS = ("20240501", "20240516", "20240526")  # the middle one is the last without the shed


@pytest.fixture
def port(tmp_path: Path) -> PortCopy:
    return PortCopy(tmp_path / "port", DAYS)


@pytest.fixture
def port_of(tmp_path: Path) -> Callable[..., PortCopy]:
    return lambda *days: PortCopy(tmp_path / "port-of", days)


@pytest.fixture(scope="session")
def claim_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Claim]:
    """Return the port's claim with some of its predictions only, and others replaced; a new place is theirs too."""

    def make(*predictions: str, **fields: Any) -> Claim:
        body = yaml.safe_load(bundled("port/claim.yaml").read_text(encoding="utf-8"))
        if predictions:
            body["predictions"] = [item for item in body["predictions"] if item["id"] in predictions]
        if "place" in fields:
            body["predictions"] = [{**item, "place": fields["place"]} for item in body["predictions"]]
        path = tmp_path_factory.mktemp("claim") / "claim.yaml"
        path.write_text(yaml.safe_dump({**body, **fields}, allow_unicode=True), encoding="utf-8")
        return read_claim(path)

    return make


@pytest.fixture(scope="session")
def clock() -> Callable[[], datetime]:
    return lambda: AT


@pytest.fixture(scope="session")
def reproducible(tmp_path_factory: pytest.TempPathFactory, claim_of: Any) -> Path:
    """A dossier on a seen shed and a ship that nobody looked at, with its scenes beside it."""
    root = tmp_path_factory.mktemp("reproduce")
    port = PortCopy(root / "scenes", FOUR_DAYS)
    investigate(claim_of("shed", "ship"), port.catalog, out=root / "dossier")
    return root


@pytest.fixture
def home(reproducible: Path, tmp_path: Path) -> Home:
    return Home(Path(shutil.copytree(reproducible, tmp_path / "home")))


@pytest.fixture
def quick(home: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    """For tests of what becomes of scenes: no record is computed."""

    def skipped(self: Recomputer, standing: Any) -> RecordCheck:
        name = standing.record.propositions.prediction
        return RecordCheck(record_id="", prediction=name, path="", answer="", outcome=Outcome.SAME)

    monkeypatch.setattr(Recomputer, "check", skipped)
    monkeypatch.setattr(reproducing, "check_page", lambda *_: None)
    return home


@pytest.fixture(scope="session")
def port_claim(claim_of: Callable[..., Any]) -> Any:
    shed = json.loads(
        json.dumps(claim_of("shed").predictions[0].model_dump(mode="json", exclude_none=True, by_alias=True))
    )
    shed["place"] = {
        "name": "the hardstanding and ground beside it",
        "bbox": [-28.005269, 45.004579, -28.001101, 45.007522],
    }
    return claim_of("shed", predictions=[shed])


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, port_claim: Any) -> tuple[Path, BlindSheet]:
    home = tmp_path_factory.mktemp("review")
    dossier = open_dossier(home / "dossier", port_claim, bundled("port/catalog.json"))
    sheet = blind_sheet(
        dossier,
        bundled("port/catalog.json"),
        out=home / "sheet",
        key=home / "key.json",
        at=REVIEWED,
        controls=4,
        side_px=8,
        seed=7,
        salt="ab" * 32,
    )
    return dossier, sheet
