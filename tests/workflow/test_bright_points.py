"""Things smaller than the pixels need for a form: what is measured in the pixels goes before the rule of size."""

from pathlib import Path

import pytest
import yaml

import osint_imagery as oi
from osint_imagery.evidence.finding import Answer, Finding


def asked(folder: Path, *, side_m: float, contrast: float) -> Finding:
    """Ask for a square roof on the hardstanding where a shed of 60 x 40 m was built."""
    body = yaml.safe_load(oi.bundled("port/claim.yaml").read_text(encoding="utf-8"))
    shed = body["predictions"][0]
    bands = dict.fromkeys(shed["target"]["contrast"], contrast)
    shed["target"] = {"what": "roof", "length_m": side_m, "width_m": side_m, "contrast": bands}
    body["predictions"] = [shed]
    path = folder / "claim.yaml"
    path.write_text(yaml.safe_dump(body, allow_unicode=True), encoding="utf-8")
    (finding,) = oi.investigate(oi.read_claim(path), oi.bundled("port/catalog.json"), out=folder / "out").findings
    return finding


def test_a_bright_roof_below_the_rule_of_size_is_measured(tmp_path: Path) -> None:
    finding = asked(tmp_path, side_m=9, contrast=0.6)
    assert not finding.resolution.sufficient
    assert finding.power is not None
    assert finding.power.found > 0.9 * finding.power.tried > 0
    assert finding.answer is Answer.UNDETERMINED  # the shed of 60 x 40 m is there, and is no roof of 9 x 9 m
    assert "times as large as a roof" in finding.reason


@pytest.mark.parametrize("contrast", [0.02, 0.01])
def test_a_dull_roof_below_the_rule_of_size_could_not_have_been_seen(tmp_path: Path, contrast: float) -> None:
    finding = asked(tmp_path, side_m=9, contrast=contrast)
    assert finding.answer is Answer.NOT_OBSERVABLE
    assert finding.detections is None
    assert ("of 40 times" in finding.reason) == (contrast > 0)
