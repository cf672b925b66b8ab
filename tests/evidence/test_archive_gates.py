"""What keeps restricted imagery and sensitive places in, also when their record no longer stands."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.forging import forge

from osint_imagery.core.claim import Claim, claim_from_bytes
from osint_imagery.core.errors import InputError, LicenseError
from osint_imagery.evidence.archive import archive
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.standing import Standing

Maker = Callable[..., Path]


def withdraw(folder: Path, at: Any) -> None:
    opened = ClaimFile.open(folder)
    index = next(entry.index for entry in opened.entries if entry.kind == "record_added")
    opened.correct(index, "looked at the wrong quay", "B. Analyst", at=at)


def test_licence_gate_stands_when_the_record_is_withdrawn(dossier: Maker, tmp_path: Path, at: Any) -> None:
    source = dossier(license_="CC-BY-NC-4.0")
    withdraw(source, at)
    assert Standing.of(source).records == ()
    with pytest.raises(LicenseError, match=r"acknowledge=\('CC-BY-NC-4.0',\)"):
        archive(source, tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()
    made = archive(source, tmp_path / "a.zip", acknowledge=("CC-BY-NC-4.0",))
    assert "Terms acknowledged for the imagery: CC-BY-NC-4.0." in made.remarks


def test_sensitive_gate_stands_when_the_record_is_withdrawn(dossier: Maker, tmp_path: Path, at: Any) -> None:
    source = dossier()
    forge(source, "records/0001-shed.json", lambda body: body["safety"].update(sensitive=True))
    withdraw(source, at)
    with pytest.raises(InputError, match="marked sensitive"):
        archive(source, tmp_path / "a.zip")


def test_a_sensitive_place_of_one_prediction_closes_the_gate(dossier: Maker, claim: Claim, tmp_path: Path) -> None:
    own = b"    change: appears\n    place: {name: beside, sensitive: true, bbox: [36.0005, 45.000, 36.002, 45.001]}"
    hidden = claim_from_bytes(claim.source.replace(b"    change: appears", own), name="c")
    source = dossier(of=hidden)
    forge(source, "records/0001-shed.json", lambda body: body["safety"].update(sensitive=False))
    with pytest.raises(InputError, match="marked sensitive"):
        archive(source, tmp_path / "a.zip")
