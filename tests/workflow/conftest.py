"""Small copies of the simulated port, to be damaged, and claims about it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.port import PortCopy

from osint_imagery.core.claim import Claim, read_claim
from osint_imagery.scenes.packaged import bundled

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
