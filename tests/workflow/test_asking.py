"""What a server was asked gets into the claim's ledger, and the refusal of a server says how to go on."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from support.stac_server import StacServer, stac_server

from osint_imagery import cli_options
from osint_imagery.cli import main
from osint_imagery.core.errors import CatalogError, ChecksumError, IncompleteSearchWarning, InputError, InputTypeError
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.evidence.verify import verify
from osint_imagery.scenes.address import Access
from osint_imagery.scenes.catalog import open_catalog, search
from osint_imagery.scenes.fetch import fetch
from osint_imagery.scenes.packaged import bundled
from osint_imagery.workflow.fitness import fitness
from osint_imagery.workflow.investigating import investigate

LAB = Access(local_hosts=("127.0.0.1",))
DAYS = ("20240506", "20240516", "20240526", "20240531")
ALL = TimeSpan("2015-01-01", "2026-12-31")


@pytest.fixture(scope="module")
def server() -> Iterator[StacServer]:
    with stac_server() as started:
        for day in DAYS:
            home = bundled(f"port/port-{day}")
            item = json.loads((home / "item.json").read_bytes())
            for asset in item["assets"].values():
                path = f"/files/{day}/{Path(asset['href']).name}"
                started.http.files[path] = (home / asset["href"]).read_bytes()
                asset["href"] = path
            started.items.append({**item, "links": [], "collection": "port"})
        yield started


@pytest.fixture
def claim(claim_of):
    return claim_of("launcher")


def made(dossier: Path) -> list[dict[str, object]]:
    lines = (json.loads(line) for line in (dossier / "ledger.jsonl").read_text(encoding="utf-8").splitlines())
    return [line["body"] for line in lines if line["kind"] == "search_made"]


def test_the_command_in_the_refusal_fetches_what_the_claim_needs(server, claim, capsys, *, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli_options, "open_catalog", partial(open_catalog, access=LAB))
    remote = open_catalog(server.url, access=LAB)
    with pytest.raises(InputError, match="names the digest of every file") as caught:
        investigate(claim, remote, out="dossier", collections=["port"])
    assert not Path("dossier").exists()
    command = next(line for line in str(caught.value).splitlines() if line.startswith("  osint-imagery fetch"))
    assert "--collection port" in command
    assert main(shlex.split(command)[1:]) == 0
    said = capsys.readouterr()
    assert re.match(r"8 files of 4 scenes, \d\.\d MB would come into copies\n$", said.err)
    done = investigate(claim, "copies", out="dossier")
    (asked,) = made(done.path)
    assert asked["endpoint"] == server.url + "/search"
    body = json.loads(str(asked["body"]))
    assert body["collections"] == ["port"]
    assert {"intersects", "datetime", "limit"} <= set(body)
    assert (asked["returned"], asked["matched"], asked["pages"], asked["offered"]) == (4, 4, 2, 4)
    assert asked["conforms_to"] == server.conforms
    assert (asked["gaps"], asked["covers_claim"]) == ([], True)
    assert len(asked["answers"]) == 2  # type: ignore[arg-type]
    assert verify("dossier").notes == ()
    alone = subprocess.run([sys.executable, "dossier/check_dossier.py", "dossier"], capture_output=True, check=False)
    assert alone.returncode == 0, alone.stdout


def test_an_answer_that_may_lack_scenes_stands_in_the_ledger_and_verify_repeats_it(server, claim, tmp_path):
    remote = open_catalog(server.url, access=LAB)
    with pytest.warns(IncompleteSearchWarning):
        found = search(remote, claim.aoi(), ALL, limit=3)
    fetch(found, tmp_path / "copies")
    fetch(search(remote, claim.aoi(), TimeSpan("2024-05-20", "2024-06-30")), tmp_path / "copies")
    done = investigate(claim, tmp_path / "copies", out=tmp_path / "dossier")
    first, second = made(done.path)
    assert (first["covers_claim"], second["covers_claim"]) == (True, False)
    notes = [note for note in verify(done.path).notes if "the search of" in note]
    assert len(notes) == 2
    assert "only the first 3 items were taken (limit)" in notes[0]
    assert "not all of the claim's places and dates was asked about" in notes[1]


@pytest.mark.parametrize("damage", ["changed", "another form"])
def test_a_search_that_is_not_as_it_was_written_is_refused_before_anything_is_registered(
    server, claim, tmp_path, damage
):
    from osint_imagery.core.lineage import digest_bytes

    copies = fetch(search(open_catalog(server.url, access=LAB), claim.aoi(), ALL), tmp_path / "copies")
    (path,) = (tmp_path / "copies").glob("search-*.json")
    if damage == "changed":
        path.write_bytes(path.read_bytes().replace(b'"gaps": []', b'"gaps": [""]'))
        error, match = ChecksumError, "its name says otherwise"
    else:
        path.unlink()
        data = b'{"question": {"endpoint": 1}, "when": [], "area": {}, "ledger": []}'
        (tmp_path / "copies" / f"search-{digest_bytes(data)[7:19]}.json").write_bytes(data)
        error, match = CatalogError, "no search as fetch writes it"
    with pytest.raises(error, match=match):
        investigate(claim, copies, out=tmp_path / "dossier")
    assert not (tmp_path / "dossier").exists()


@pytest.mark.parametrize("ask", [fitness, partial(investigate, out="never-written")])
def test_one_collection_as_text_is_not_its_letters(server, claim, ask):
    with pytest.raises(InputTypeError, match="collections='port' is no collection"):
        ask(claim, open_catalog(server.url, access=LAB), collections="port")


def test_fitness_asks_for_the_named_collections(server, claim):
    fitness(claim, open_catalog(server.url, access=LAB), collections=["port"])
    assert server.asked[-1]["collections"] == ["port"]


def test_a_catalogue_that_was_read_whole_has_no_search(claim, tmp_path):
    done = investigate(claim, bundled("port/catalog.json"), out=tmp_path / "dossier")
    assert made(done.path) == []
