"""Small copies of the simulated port, to be damaged, and claims about it."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.reviewable import AT as REVIEWED
from support.reviewable import open_dossier

from osint_imagery.core.claim import Claim, read_claim
from osint_imagery.core.lineage import digest_file
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.packaged import bundled
from osint_imagery.scenes.scene import Scene
from osint_imagery.workflow.reviewing import BlindSheet, blind_sheet

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DAYS = ("20240501", "20240516", "20240526")  # the middle one is the last without the shed


class PortCopy:
    """Some looks at the port in a folder of their own."""

    def __init__(self, root: Path, days: tuple[str, ...]) -> None:
        home = bundled("port")
        self.root = root
        self.catalog = root / "catalog.json"
        root.mkdir(parents=True)
        body = json.loads((home / "catalog.json").read_text())
        keep = [link for link in body["links"] if link["rel"] != "item" or link["href"].split("port-")[1][:8] in days]
        self.catalog.write_text(json.dumps({**body, "links": keep}))
        for day in days:
            shutil.copytree(home / f"port-{day}", root / f"port-{day}")

    def file(self, day: str, name: str = "pixels.tif") -> Path:
        return self.root / f"port-{day}" / name

    def edit(self, day: str, change: Callable[[dict[str, Any]], None]) -> None:
        path = self.file(day, "item.json")
        body = json.loads(path.read_text())
        change(body)
        path.write_text(json.dumps(body))

    def promise(self, day: str, key: str = "pixels", name: str = "pixels.tif") -> None:
        """Write the digest and size of the file that is there into the item."""
        path = self.file(day, name)
        fields = {"file:checksum": "1220" + digest_file(path)[7:], "file:size": path.stat().st_size}
        self.edit(day, lambda item: item["assets"][key].update(fields))

    def scenes(self) -> tuple[Scene, ...]:
        return tuple(open_catalog(self.catalog).scenes())


@pytest.fixture
def port(tmp_path: Path) -> PortCopy:
    return PortCopy(tmp_path / "port", DAYS)


@pytest.fixture
def port_of(tmp_path: Path) -> Callable[..., PortCopy]:
    return lambda *days: PortCopy(tmp_path / "port-of", days)


@pytest.fixture(scope="session")
def claim_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Claim]:
    """Return the port's claim with some of its predictions only, and other fields replaced."""

    def make(*predictions: str, **fields: Any) -> Claim:
        body = yaml.safe_load(bundled("port/claim.yaml").read_text(encoding="utf-8"))
        if predictions:
            body["predictions"] = [item for item in body["predictions"] if item["id"] in predictions]
        path = tmp_path_factory.mktemp("claim") / "claim.yaml"
        path.write_text(yaml.safe_dump({**body, **fields}, allow_unicode=True), encoding="utf-8")
        return read_claim(path)

    return make


@pytest.fixture(scope="session")
def clock() -> Callable[[], datetime]:
    return lambda: AT


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
