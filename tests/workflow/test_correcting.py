"""Withdrawing a scene or a record: the command, what follows from it, and a run that was killed on the way."""

import json
import shutil
from pathlib import Path

import pytest

from osint_imagery.cli import main
from osint_imagery.core.errors import EvidenceError, InputError, MissingAssetError
from osint_imagery.evidence.attach import attach
from osint_imagery.evidence.ledger_file import read_ledger
from osint_imagery.evidence.verify import verify
from osint_imagery.workflow import correcting
from osint_imagery.workflow.correcting import correct


@pytest.fixture
def made(reproducible: Path) -> Path:
    return reproducible / "dossier"


@pytest.fixture
def port(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "port"))


def test_withdrawing_a_scene_makes_what_follows_anew_and_keeps_every_byte(
    port: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path.relative_to(port): path.read_bytes() for path in port.rglob("*") if path.is_file()}
    words = ("--withdraw", "port-20240526", "--reason", "taken back <b>by</b> the provider", "--by", "A. Reporter")
    assert main(["correct", str(port), *words, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    gone = [(one["prediction"], one["scene"]) for one in said["withdrawn"]]
    assert gone == [("shed", "port-20240526")]
    assert (said["assessment"], said["page"]) == ("assessments/0002.json", "report-corrected-0001.html")
    assert said["closed"]
    checked = verify(port)
    assert checked.closed
    assert checked.head == said["head"]
    assert not [note for note in checked.notes if "does not know" in note]
    changed = {name.name for name, data in before.items() if (port / name).read_bytes() != data}
    assert changed == {"ledger.jsonl", "ledger.head"}
    page = (port / said["page"]).read_text(encoding="utf-8")
    assert "CORRECTED" in page
    assert "takes the place of report.html" in page
    assert "<b>SIMULATED</b>At least one scene was made by a program" in page
    assert "SIMULATED: Imagery check" in page
    assert "taken back &lt;b&gt;by&lt;/b&gt; the provider" in page
    assert "weak support for" not in page
    body = json.loads((port / said["assessment"]).read_bytes())
    assert body["outcome"] == "undetermined"
    assert "report-corrected-" in (port / "report.html").read_text(encoding="utf-8")


def test_a_record_is_replaced_by_one_of_another_claim_file_with_its_figures(
    port: Path, made: Path, tmp_path: Path
) -> None:
    other = Path(shutil.copytree(made, tmp_path / "other"))
    record = other / "records" / "0001-shed.json"
    done = correct(port, withdraw="records/0001-shed.json", reason="made again", by="A. Reporter", replace_with=record)
    assert [one.record for one in done.withdrawn] == ["records/0001-shed.json"]
    assert verify(port).closed
    story = tmp_path / "story.md"
    story.write_text("A story.\n")
    attach(port, story)
    assert "records/0003-shed.json" in story.read_text()
    assert "withdrawn on" in story.read_text()
    assert "taken over from the file 0001-shed.json" in (port / "records" / "0003-shed.json").read_text()
    again = correct(port, withdraw="records/0003-shed.json", reason="no better", by="A. Reporter")
    assert again.page == "report-corrected-0002.html"
    assert [one.prediction for one in again.withdrawn] == ["shed", "shed"]


def test_what_cannot_be_done_is_refused_before_a_byte_is_written(port: Path, made: Path, tmp_path: Path) -> None:
    head = (port / "ledger.head").read_bytes()
    ship = made / "records" / "0002-ship.json"
    lone = tmp_path / "records" / "0001-shed.json"
    lone.parent.mkdir()
    lone.write_bytes((made / "records" / "0001-shed.json").read_bytes())
    for error, message, words in (
        (InputError, "neither a scene nor a record", {"withdraw": "nothing"}),
        (InputError, "reason=' ' is blank", {"reason": " "}),
        (InputError, "of another prediction", {"replace_with": ship}),
        (InputError, "which is no record", {"withdraw": "port-20240526", "replace_with": ship}),
        (MissingAssetError, "is not a file", {"replace_with": tmp_path / "no.json"}),
        (MissingAssetError, "not at figures/", {"replace_with": lone}),
    ):
        given: dict[str, object] = {"withdraw": "records/0001-shed.json", "reason": "why", **words}
        with pytest.raises(error, match=message):
            correct(port, **given)  # type: ignore[arg-type]
    assert (port / "ledger.head").read_bytes() == head
    correct(port, withdraw="port-20240526", reason="why")
    with pytest.raises(InputError, match="neither a scene nor a record that stands"):
        correct(port, withdraw="port-20240526", reason="once more")


@pytest.mark.parametrize("step", ["assess", "report", "withdrawn_records"])
def test_a_correction_that_was_killed_goes_on_where_it_stopped(
    port: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(correcting, step, killed)
        with pytest.raises(KeyboardInterrupt):
            correct(port, withdraw="port-20240526", reason="why", by="A. Reporter")
    assert verify(port)
    if step == "withdrawn_records":  # all was written
        with pytest.raises(InputError, match="stands in this claim file"):
            correct(port, withdraw="port-20240526", reason="why", by="A. Reporter")
        return
    with pytest.raises(EvidenceError, match="still open"):
        attach(port, _story(port))
    done = correct(port, withdraw="port-20240526", reason="why", by="A. Reporter")
    assert done.closed
    kinds = [entry.kind for entry in read_ledger(port)]
    assert (kinds.count("reopened"), kinds.count("assessment_added"), kinds.count("correction")) == (1, 2, 4)


def _story(port: Path) -> Path:
    path = port.parent / "story.md"
    path.write_text("A story.\n")
    return path
