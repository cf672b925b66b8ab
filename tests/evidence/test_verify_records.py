"""Records against what else lies in the claim file; and the two programs' one spelling of JSON."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.forging import forge

from osint_imagery.core.errors import VerificationError
from osint_imagery.core.lineage import canonical_json
from osint_imagery.evidence.check_dossier import canonical
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.ledger_bodies import SceneOffered
from osint_imagery.evidence.verify import verify


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30), st.integers(-(2**53) + 1, 2**53 - 1), st.booleans())
def test_both_write_the_same_canonical_json(text: str, number: int, flag: bool) -> None:
    body = {"a": text, "b": [number, flag, None], "ключ": {"z": "", "A": text}}
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        return
    assert canonical(body) == canonical_json(body)


def test_a_record_that_shows_another_figure_than_the_one_that_lies_there_is_named(dossier: Callable[..., Path]) -> None:
    folder = dossier()
    digest = "sha256:" + "0" * 64
    forge(folder, "records/0001-shed.json", lambda body: body["artifacts"][0].update(digest=digest))
    with pytest.raises(VerificationError, match=r"shows shed-before-after\.png with another digest"):
        verify(folder)


def test_a_record_on_other_metadata_than_were_offered_is_named(dossier: Callable[..., Path], at: datetime) -> None:
    folder = dossier(close=False)
    offer = {
        "scene_id": "S1",
        "acquired": None,
        "used": True,
        "reason": "clear",
        "href": "S1.json",
        "metadata_digest": "sha256:" + "0" * 64,
    }
    ClaimFile.open(folder)._append([("scene_offered", SceneOffered.model_validate(offer))], at)
    with pytest.raises(VerificationError, match="rests on scene S1 with other metadata than it was offered with"):
        verify(folder)
