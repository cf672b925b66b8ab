"""A record that contradicts itself is refused when it is written, weighed and verified, also if it is chained anew."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from support.forging import forge, rewrite

from osint_imagery.change.detections import Verdict
from osint_imagery.core.claim import Claim
from osint_imagery.core.errors import InputError, VerificationError
from osint_imagery.core.lineage import canonical_json
from osint_imagery.evidence.assessing import assess_records
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.consistency import contradictions
from osint_imagery.evidence.items import Rested
from osint_imagery.evidence.record import EvidenceRecord, read_record, record_of
from osint_imagery.evidence.verify import verify

Body = dict[str, Any]


def edited(record: EvidenceRecord, change: Callable[[Body], object]) -> EvidenceRecord:
    body = json.loads(record.body())
    change(body)
    return read_record(canonical_json(body))


def stretch(body: Body) -> None:
    """Let LR+ reach above its cap."""
    body["ratio"]["plus"]["high"] = "90"


def uncalibrated(body: Body) -> None:
    body["method"]["calibration"] = "none"
    body["method"]["calibration_count"] = 0


def silent(body: Body) -> None:
    """Turn a sighting into a silence, as far as a forger thinks of it."""
    body.update(answer="looked and not seen", interval=None)
    body["detections"], body["method"]["objects_reported"] = [], 0
    body["method"].update(verdict="no_change_found", examined_area_m2="0")
    body["observations"][1]["detections"] = []
    body["observations"][1]["statement"] = "0 changed objects were outlined in 52000 m2; 0 of them fit the prediction."
    body["judgments"][0]["statement"] = "LOOKED AND NOT SEEN: " + body["reason"]


FORGED: dict[str, tuple[Callable[[Body], object], str]] = {
    "seen without a detection": (
        lambda body: (
            body.update(detections=[], observations=body["observations"][:1])
            or body["judgments"][0].update(rests_on=["looks"])
        ),
        "the answer is 'seen', and no detection fits",
    ),
    "a fit and another answer": (
        lambda body: body.update(answer="undetermined"),
        "fits the prediction, and the answer",
    ),
    "seen by a comparison that saw nothing": (
        lambda body: body["method"].update(verdict="no_change_found"),
        "the verdict of the comparison is 'no_change_found'",
    ),
    "silence over no ground": (silent, "no ground was examined"),
    "LR without quiet pairs": (uncalibrated, "no quiet pairs that it was calibrated on"),
    "a verdict without a null": (uncalibrated, "nothing says what is usual"),
    "LR above its cap": (stretch, "above its cap"),
    "a cap that no count supports": (lambda body: body["ratio"].update(cap="90"), r"the cap of LR\+ is not"),
    "a negative ratio": (lambda body: body["ratio"]["plus"].update(low="-1"), "LR\\+ is .*which it cannot be"),
    "a value outside its interval": (
        lambda body: body["ratio"]["plus"].update(low="10.6"),
        "LR\\+ does not lie within its interval",
    ),
    "stronger than its rates": (
        lambda body: body["ratio"]["minus"].update(value="0.01", low="0.01"),
        "LR- is not what POD",
    ),
    "stronger words": (
        lambda body: body["ratio"].update(words_plus="strong support for H1 over H0"),
        "is not called 'strong support",
    ),
    "a POD of other counts": (
        lambda body: body["fitness"].update(insertions_found=60),
        "POD is .* 60 of 60 were found",
    ),
    "found more often than tried": (
        lambda body: body["fitness"].update(insertions_found=61),
        "61 of 60 insertions were found",
    ),
    "a probability above 1": (lambda body: body["detections"][0].update(p_object="1.5"), "not within 0 to 1"),
    "a detection smaller than the thing": (
        lambda body: body["detections"][0]["area"].update(value="90", low="80", high="100"),
        "is smaller than it",
    ),
    "detections that are not counted": (
        lambda body: body["method"].update(objects_reported=3),
        "3 objects are reported",
    ),
    "an interval of other dates": (
        lambda body: body["interval"][1].update(start_datetime="2026-05-12T00:00:00Z"),
        "the interval of the change is not that between",
    ),
    "scenes in the wrong order": (lambda body: body["scenes"].reverse(), "not one before and one after"),
    "a scene of another date": (
        lambda body: body["scenes"][0]["acquired"].update(start_datetime="2026-04-20T08:00:00Z"),
        "has another date among the looks|the interval of the change",
    ),
    "a scene read before it was taken": (
        lambda body: body["scenes"][0].update(accessed="2020-01-01T00:00:00Z"),
        "was read before it was acquired",
    ),
    "a judgment that says another answer": (
        lambda body: body["judgments"][0].update(statement="UNDETERMINED: nothing is known."),
        "says 'undetermined', and the answer is 'seen'",
    ),
    "a judgment for another reason": (
        lambda body: body["judgments"][0].update(statement="SEEN: it is a missile shed."),
        "gives another reason than the answer",
    ),
    "an observation that counts otherwise": (
        lambda body: body["observations"][1].update(statement="9 changed objects were outlined; 9 of them fit it."),
        "counts other detections",
    ),
    "pixels that allow more": (
        lambda body: body["fitness"].update(level_reached="identification"),
        "what pixels of 10 m allow",
    ),
    "a custody that begins later": (
        lambda body: body["custody"][0].update(at="2026-07-01T00:00:00Z"),
        "custody does not begin when it was made",
    ),
    "credit that is nobody's": (lambda body: body.update(credit=["Somebody"]), "credit lines are not those"),
}


@pytest.mark.parametrize("name", FORGED)
def test_what_contradicts_itself_is_refused_wherever_it_is_met(
    *, name: str, record: EvidenceRecord, claim: Claim, dossier: Callable[..., Path], at: datetime
) -> None:
    change, message = FORGED[name]
    false = edited(record, change)
    assert contradictions(record) == ()
    folder = ClaimFile.open(dossier(close=False))
    with pytest.raises(InputError, match=message):
        folder.add_record(false, at=at)
    with pytest.raises(InputError, match=message):
        assess_records(claim, [Rested(digest=false.digest, record=false)], created=at, software="x 1")
    forge(folder.path, "records/0001-shed.json", change)
    _say_so_in_the_ledger(folder.path, false.answer)
    with pytest.raises(VerificationError, match=r"records/0001-shed\.json: ") as refused:
        verify(folder.path)
    assert any(re.search(message, problem) for problem in refused.value.problems)


def _say_so_in_the_ledger(folder: Path, answer: str) -> None:
    """Let the ledger give the forged answer too; what is left is the contradiction."""

    def change(entries: list[Body]) -> None:
        for entry in entries:
            if entry["kind"] == "record_added":
                entry["body"]["answer"] = answer

    rewrite(folder, change)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"detections": None, "power": None, "scenes": (), "quiet": ()},
        {"power": None},
    ],
)
def test_what_the_library_writes_never_contradicts_itself(case: Any, at: datetime, changed: dict[str, Any]) -> None:
    made = record_of(case.claim, case.find(**changed), accessed=at, created=at, software="x 1")
    assert contradictions(made) == ()


@pytest.mark.parametrize(("found", "alarms", "pairs"), [(60, 0, 30), (60, 1, 23), (31, 7, 30), (0, 0, 11), (60, 2, 3)])
@pytest.mark.parametrize("quiet", [True, False])
def test_every_count_gives_a_ratio_that_its_own_record_gives_again(
    *, case: Any, make: Any, at: datetime, found: int, alarms: int, pairs: int, quiet: bool
) -> None:
    parts = {"detections": make["detections"](verdict=Verdict.NO_CHANGE_FOUND)} if quiet else {}
    finding = case.find(
        power=make["power"](found, 60, alarms, pairs), quiet=tuple((f"Q{k}", f"R{k}") for k in range(pairs)), **parts
    )
    made = record_of(case.claim, finding, accessed=at, created=at, software="x 1")
    assert contradictions(made) == ()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda body: body["claim"].update(text="Missiles were unloaded."), "says of the claim what"),
        (lambda body: body["claim"].update(denied_by=[]), "says of the claim what"),
        (lambda body: body["propositions"].update(h1_text="Missiles were unloaded."), "says of its prediction what"),
        (lambda body: body["object_model"].update(dwell_days="3"), "says of its object what"),
        (lambda body: body["propositions"].update(prediction="missile"), "which the claim does not predict"),
    ],
)
def test_a_record_says_of_the_claim_what_the_claim_file_says(
    dossier: Callable[..., Path], change: Callable[[Body], object], message: str
) -> None:
    folder = dossier()
    forge(folder, "records/0001-shed.json", change)
    with pytest.raises(VerificationError, match=message):
        verify(folder)


def test_what_a_figure_shows_is_what_the_ledger_says(dossier: Callable[..., Path]) -> None:
    folder = dossier()
    forge(folder, "records/0001-shed.json", lambda body: body["artifacts"][0].update(shows="a missile"))
    with pytest.raises(VerificationError, match="shows something else than the ledger says"):
        verify(folder)
