"""Commands that look for scenes and bring them: what is listed, asked, announced, written, and what is refused."""

import json
from typing import Any

import pytest

from osint_imagery.cli import main


def body(capsys: pytest.CaptureFixture[str]) -> Any:
    """Return what --json printed; it must be one JSON text and nothing else."""
    return json.loads(capsys.readouterr().out)


def test_samples_lists_licence_and_credit_of_each(capsys):
    assert main(["samples", "--json"]) == 0
    listed = body(capsys)
    assert [row["name"] for row in listed[:2]] == ["port", "romania"]
    assert all(row["license"] and row["credit"] and row["source"] for row in listed)
    assert all(row["files"] for row in listed if "pinned" in row["origin"])
    assert main(["samples"]) == 0
    said = capsys.readouterr().out
    for row in listed:
        assert row["name"] in said
        assert row["credit"].split()[0] in said


def test_samples_brings_one_into_a_folder_and_says_how_to_credit_it(tmp_path, capsys):
    out = tmp_path / "mine"
    assert main(["samples", "--fetch", "port", "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert f"28 scenes: {out / 'catalog.json'}" in said.out
    assert "credit: SIMULATED" in said.out
    assert said.err == ""
    assert main(["samples", "--fetch", "port", "--out", str(out), "--json"]) == 0
    assert len(body(capsys)["scenes"]) == 28


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--fetch", "nothing"], "name='nothing' is no sample"),
        (["--fetch", "landsat-8-iowa"], "OSINT_IMAGERY_S3_KEY"),
        (["--out", "x"], "without --fetch NAME"),
    ],
)
def test_samples_ends_with_2_where_nothing_can_be_brought(arguments, named, capsys, *, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("OSINT_IMAGERY_S3_KEY", "OSINT_IMAGERY_S3_SECRET"):
        monkeypatch.delenv(name, raising=False)
    assert main(["samples", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert named in said.err
    assert list(tmp_path.iterdir()) == []
