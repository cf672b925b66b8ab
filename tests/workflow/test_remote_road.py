"""The road from a catalogue on a server: looked at there, fetched, checked from the copies, with the same answers."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.fault_server import FaultServer

from osint_imagery.core.claim import read_claim
from osint_imagery.core.errors import InputError
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.evidence.decision import Answer
from osint_imagery.evidence.sources import scenes_field
from osint_imagery.evidence.verify import verify
from osint_imagery.scenes.address import Access
from osint_imagery.scenes.catalog import open_catalog, search
from osint_imagery.scenes.fetch import fetch
from osint_imagery.scenes.packaged import bundled
from osint_imagery.workflow.comparing import compare
from osint_imagery.workflow.fitness import fitness
from osint_imagery.workflow.investigating import investigate

HOME = bundled("port")
ANSWERS = {"shed": Answer.SEEN, "ship": Answer.NOT_OBSERVABLE, "launcher": Answer.NOT_OBSERVABLE}
ALL = TimeSpan("2024-01-01", "2024-12-31")


@pytest.fixture(scope="module")
def server() -> Iterator[FaultServer]:
    files = {f"/port/{p.relative_to(HOME).as_posix()}": p.read_bytes() for p in HOME.rglob("*") if p.is_file()}
    with FaultServer(files=files) as started:
        yield started


@pytest.fixture(scope="module")
def remote(server):
    return open_catalog(server.url + "/port/catalog.json", access=Access(local_hosts=("127.0.0.1",)))


@pytest.fixture(scope="module")
def claim():
    return read_claim(bundled("port/claim.yaml"))


def test_fitness_is_the_same_over_the_network(remote, claim):
    there, here = fitness(claim, remote), fitness(claim, bundled("port/catalog.json"))
    assert there.offered == here.offered
    assert there.offered > 10
    rows = [[(row.prediction.id, row.worth, row.usable_fraction) for row in each.rows] for each in (there, here)]
    assert rows[0] == rows[1]


def test_a_claim_file_needs_the_digests_of_the_files(remote, claim, tmp_path):
    with pytest.raises(InputError, match="fetch"):
        investigate(claim, remote, out=tmp_path / "dossier")
    assert not (tmp_path / "dossier").exists()


def test_the_fetched_catalogue_gives_the_same_answers(remote, claim, tmp_path: Path, clock: Callable[[], datetime]):
    found = search(remote, claim.aoi(), ALL)
    copies = fetch(found, tmp_path / "copies")
    done = investigate(claim, copies, out=tmp_path / "dossier", clock=clock)
    verify(tmp_path / "dossier")
    assert {item.prediction.id: item.answer for item in done.findings} == ANSWERS
    assert len(search(copies, claim.aoi(), ALL).ledger) == len(found.ledger)


def test_two_scenes_are_compared_over_the_network_and_not_recorded(remote, claim, clock):
    scenes = {scene.id: scene for scene in search(remote, claim.aoi(), ALL)}
    local = {scene.id: scene for scene in open_catalog(bundled("port/catalog.json")).scenes()}
    ids = ("port-20240516", "port-20240526")
    there = compare(*(scenes[name] for name in ids), claim.aoi())
    here = compare(*(local[name] for name in ids), claim.aoi())
    assert there.detections.verdict is here.detections.verdict
    assert len(there.detections) == len(here.detections)
    assert there.detections.changes.pair.before.lineage.steps[0].inputs == ()
    with pytest.raises(InputError, match="fetch it first"):
        scenes_field(SimpleNamespace(detections=None, scenes=(scenes[ids[0]],)), clock())
