"""A blind sheet of the simulated port: what is committed to, what the reader gets, and that it tells nothing."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import shapely
from PIL import Image as Picture
from support.reviewable import AT, open_dossier

from osint_imagery.core.errors import ChecksumError, EvidenceError, EvidenceExistsError, InputError, LicenseError
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.pair import Pair
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.record import read_record
from osint_imagery.evidence.review_key import read_key
from osint_imagery.evidence.review_ledger import read_commitment
from osint_imagery.evidence.verify import verify
from osint_imagery.scenes.packaged import bundled
from osint_imagery.workflow.reviewing import BlindSheet, blind_sheet


def test_the_key_is_committed_to_before_anything_is_handed_out(made: tuple[Path, BlindSheet]) -> None:
    dossier, sheet = made
    key = read_key(sheet.key.read_bytes())
    said = read_commitment(sheet.commitment.read_bytes())
    assert (said.key_digest, said.sheet, said.items) == (key.digest, sheet.sheet, len(key.items))
    assert {file.path for file in said.files} == {
        path.relative_to(sheet.folder).as_posix() for path in sheet.folder.rglob("*") if path.is_file()
    }
    assert all(digest_bytes((sheet.folder / file.path).read_bytes()) == file.digest for file in said.files)
    assert not list(dossier.rglob("key.json"))
    assert any("no review of it is here" in note for note in verify(dossier).notes)


def test_the_reader_gets_nothing_of_claim_detector_or_key(made: tuple[Path, BlindSheet], port_claim: Any) -> None:
    _, sheet = made
    key = read_key(sheet.key.read_bytes())
    page = re.sub(r"data:image/png;base64,[A-Za-z0-9+/=]+", "", (sheet.folder / "sheet.html").read_text())
    texts = [page, (sheet.folder / "answers.geojson").read_text()]
    for path in sorted((sheet.folder / "chips").iterdir()):
        with Picture.open(path) as picture:
            texts.append(" ".join(f"{name} {value}" for name, value in picture.info.items()))
    whole = "\n".join(texts).lower()
    for told in (
        port_claim.text,
        port_claim.place.name,
        "shed",
        "control",
        "automated",
        key.salt,
        "halcyon",
        "seed",
        "irmad",
    ):
        assert told.lower() not in whole
    # what one place has in the page, in words and in kind, every other has: only ids, corners and panel edges differ
    places = json.loads(re.search(r'id="sheet">(.*?)</script>', page).group(1))["places"]  # type: ignore[union-attr]
    assert {tuple(place) for place in places} == {("item", "after", "corners", "pixels")}
    assert {(tuple(place["after"]), place["pixels"]) for place in places} == {(tuple(places[0]["after"]), 16)}
    assert [place["item"] for place in places] == [item.item for item in key.items]


def test_all_pictures_are_of_one_size_and_one_stretch(made: tuple[Path, BlindSheet]) -> None:
    sizes, stretches = set(), set()
    for path in (made[1].folder / "chips").iterdir():
        with Picture.open(path) as picture:
            sizes.add(picture.size)
            stretches.add(picture.info["Description"].split(" on ")[1])
    assert len(sizes) == 1
    assert len(stretches) == 1


def test_the_same_seed_and_salt_make_the_same_sheet(
    made: tuple[Path, BlindSheet], port_claim: Any, tmp_path: Path
) -> None:
    dossier = open_dossier(tmp_path / "dossier", port_claim, bundled("port/catalog.json"))
    again = blind_sheet(
        dossier,
        bundled("port/catalog.json"),
        out=tmp_path / "sheet",
        key=tmp_path / "key.json",
        at=AT,
        controls=4,
        side_px=8,
        seed=7,
        salt="ab" * 32,
    )
    assert again.key.read_bytes() == made[1].key.read_bytes()
    assert again.commitment.read_bytes() == made[1].commitment.read_bytes()


def test_the_squares_of_detections_hold_what_the_record_outlined(made: tuple[Path, BlindSheet]) -> None:
    dossier, sheet = made
    key = read_key(sheet.key.read_bytes())
    record = read_record((dossier / key.record.path).read_bytes())
    outlines = {item.id: shapely.from_wkt(item.outline_wkt) for item in record.detections}
    assert outlines
    for item in key.items:
        square = shapely.from_wkt(item.square_wkt).buffer(1e-7)
        inside = [name for name, outline in outlines.items() if square.intersects(outline)]
        assert (item.detection in inside) if item.detection is not None else not inside
        assert not item.whole or item.detection is None or square.covers(outlines[item.detection])


def test_what_would_break_the_blindness_or_overwrite_is_refused(made: tuple[Path, BlindSheet], tmp_path: Path) -> None:
    dossier, sheet = made
    catalog = bundled("port/catalog.json")
    with pytest.raises(EvidenceExistsError, match="not an empty folder"):
        blind_sheet(dossier, catalog, out=sheet.folder, key=tmp_path / "key.json", at=AT)
    with pytest.raises(EvidenceExistsError, match="key="):
        blind_sheet(dossier, catalog, out=tmp_path / "s", key=sheet.key, at=AT)
    with pytest.raises(InputError, match="inside the claim file or the reader's folder"):
        blind_sheet(dossier, catalog, out=tmp_path / "s", key=tmp_path / "s" / "key.json", at=AT)
    with pytest.raises(InputError, match="inside the claim file"):
        blind_sheet(dossier, catalog, out=dossier / "s", key=tmp_path / "key.json", at=AT)
    with pytest.raises(InputError, match="side_px=4 is less than 8"):
        blind_sheet(dossier, catalog, out=tmp_path / "s", key=tmp_path / "key.json", at=AT, side_px=4)
    with pytest.raises(InputError, match="does not stand"):
        blind_sheet(dossier, catalog, out=tmp_path / "s", key=tmp_path / "key.json", at=AT, record="none")
    assert not (tmp_path / "s").exists()
    assert not (tmp_path / "key.json").exists()


def test_a_closed_claim_file_takes_no_commitment(port_claim: Any, tmp_path: Path) -> None:
    dossier = open_dossier(tmp_path / "dossier", port_claim, bundled("port/catalog.json"))
    ClaimFile.open(dossier).close(at=AT)
    with pytest.raises(EvidenceError, match="reopen"):
        blind_sheet(dossier, bundled("port/catalog.json"), out=tmp_path / "s", key=tmp_path / "k.json", at=AT)


def test_other_bytes_than_the_record_rests_on_are_refused(port_claim: Any, port: Any, tmp_path: Path) -> None:
    dossier = open_dossier(tmp_path / "dossier", port_claim, port.catalog)
    path = port.file("20240526")
    path.write_bytes(path.read_bytes() + b"\0")
    port.promise("20240526")  # the catalogue promises the new bytes, the record the old
    with pytest.raises(ChecksumError, match="is not the file that the record rests on"):
        blind_sheet(dossier, port.catalog, out=tmp_path / "s", key=tmp_path / "k.json", at=AT, side_px=8)
    assert not (tmp_path / "k.json").exists()


def test_restricted_pictures_are_not_handed_out_without_acknowledgement(
    made: tuple[Path, BlindSheet], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bought(pair: Pair) -> Pair:
        return replace(pair, after=replace(pair.after, license="CC-BY-NC-4.0"))

    monkeypatch.setattr("osint_imagery.workflow.reviewing.normalize", bought)
    copy = tmp_path / "dossier"
    shutil.copytree(made[0], copy)
    parts = {"out": tmp_path / "s", "key": tmp_path / "k.json", "at": AT, "side_px": 8, "controls": 1, "most": 1}
    with pytest.raises(LicenseError, match="CC-BY-NC"):
        blind_sheet(copy, bundled("port/catalog.json"), **parts)
    assert not (tmp_path / "s").exists()
    assert not (tmp_path / "k.json").exists()
    blind_sheet(copy, bundled("port/catalog.json"), acknowledge=["CC-BY-NC-4.0"], **parts)
    with Picture.open(tmp_path / "s" / "chips" / "01.png") as picture:
        assert "terms acknowledged: CC-BY-NC-4.0" in picture.info["Credit"]
