"""Commands that look for scenes and bring them: what is listed, asked, announced, written, and what is refused."""

import io
import json
import re
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support.scene_server import scene_server, tree
from support.stac_server import StacServer

from osint_imagery import cli_options
from osint_imagery.cli import main
from osint_imagery.scenes import copying
from osint_imagery.scenes.address import Access
from osint_imagery.scenes.catalog import open_catalog

PLACE = ["--bbox", "35.15", "33.85", "35.25", "33.95"]
LAB = Access(local_hosts=("127.0.0.1",), timeout_s=0.3, tries=1)
MAY = ["--from", "2020-05-01", "--to", "2020-05-31"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def server(write_tif, tmp_path, monkeypatch) -> Iterator[StacServer]:
    """A STAC API with three scenes of one tile in May, two of them of one acquisition."""
    monkeypatch.setattr(cli_options, "open_catalog", partial(open_catalog, access=LAB))
    with scene_server(write_tif, tmp_path / "served") as started:
        yield started


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


def test_fetch_says_the_size_first_also_in_a_pipe_and_asks_nothing_there(server, tmp_path, capsys):
    out = tmp_path / "copies"
    command = ["fetch", server.url, *PLACE, *MAY, "--bands", "red", "--out", str(out)]
    assert main(command) == 0
    said = capsys.readouterr()
    assert re.fullmatch(r"4 files of 2 scenes, 0\.0 MB would come into \S+\n", said.err)
    assert said.out.splitlines()[0] == f"4 scenes: {out / 'catalog.json'}"
    assert "credit: Contains modified Copernicus Sentinel data 2020" in said.out
    assert len(list((out / "files").glob("[!.]*"))) == 4
    before = tree(out)
    sent = [seen.path for seen in server.http.seen if seen.path.endswith("B04.tif?sig=SECRET")]
    assert main([*command, "--json"]) == 0
    assert len(body(capsys)["scenes"]) == 4
    assert {name: data for name, data in tree(out).items() if "search-" not in name} == {
        name: data for name, data in before.items() if "search-" not in name
    }
    again = [seen.path for seen in server.http.seen if seen.path.endswith("B04.tif?sig=SECRET")]
    assert again == sent  # promised digests are here already: not one byte of them is asked for again


def test_fetch_goes_on_where_it_was_interrupted(server, tmp_path, capsys):
    out, path = tmp_path / "copies", "/files/new/B08.tif"
    command = ["fetch", server.url, *PLACE, *MAY, "--out", str(out)]
    server.http.faults[path], server.http.always[path] = [""], "truncated"  # its size is had, its bytes are not
    assert main(command) == 2
    assert "error:" in capsys.readouterr().err
    assert not (out / "catalog.json").exists()
    came = {path.name for path in (out / "files").glob("[!.]*")}
    assert came
    server.http.always.clear()
    server.http.seen.clear()
    assert main(command) == 0
    assert came < {path.name for path in (out / "files").glob("[!.]*")}
    assert not [seen.path for seen in server.http.seen if seen.path.startswith("/files/new/B04.tif")]


@pytest.mark.parametrize(("typed", "status", "fetched"), [("y\n", 0, True), ("n\n", 1, False), ("", 1, False)])
def test_fetch_asks_on_a_terminal_and_shows_progress_there(server, typed, status, fetched, *, tmp_path, monkeypatch):
    answers, shown = Terminal(typed), Terminal()
    monkeypatch.setattr(sys, "stdin", answers)
    monkeypatch.setattr(sys, "stderr", shown)
    assert main(["fetch", server.url, *PLACE, *MAY, "--out", str(tmp_path / "copies")]) == status
    assert "fetch? [y/N]" in shown.getvalue()
    assert (" MB\n" in shown.getvalue()) is fetched
    assert (tmp_path / "copies").exists() is fetched


def test_fetch_with_yes_does_not_ask(server, tmp_path, monkeypatch):
    shown = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal(""))
    monkeypatch.setattr(sys, "stderr", shown)
    assert main(["fetch", server.url, *PLACE, *MAY, "--out", str(tmp_path / "copies"), "--yes"]) == 0
    assert "[y/N]" not in shown.getvalue()


def test_fetch_refuses_more_than_was_allowed(server, tmp_path, capsys):
    command = ["fetch", server.url, *PLACE, *MAY, "--out", str(tmp_path / "copies"), "--most", "0.001"]
    assert main(command) == 2
    assert "most_bytes=1000" in capsys.readouterr().err
    assert not list((tmp_path / "copies" / "files").glob("*"))


@pytest.mark.filterwarnings("ignore")
def test_fetch_of_nothing_ends_with_1_and_writes_nothing(server, tmp_path, capsys):
    command = ["fetch", server.url, *PLACE, "--from", "2021-01-01", "--to", "2021-01-02", "--out", str(tmp_path / "c")]
    assert main(command) == 1
    assert "no scene to fetch" in capsys.readouterr().out
    assert main([*command, "--json"]) == 1
    assert body(capsys)["catalog"] is None
    assert not (tmp_path / "c").exists()


@pytest.mark.filterwarnings("ignore")
def test_collections_and_limit_go_to_the_server_and_the_gap_is_told(server, tmp_path, capsys):
    command = [server.url, *PLACE, *MAY, "--collection", "things", "--collection", "others", "--limit", "1"]
    assert main(["search", *command]) == 0
    assert server.asked[-1]["collections"] == ["things", "others"]
    assert server.asked[-1]["limit"] == 1
    gap = "only the first 1 items were taken (limit)"
    assert f"the answer may lack scenes: {gap}\n" in capsys.readouterr().out
    assert main(["fetch", *command, "--out", str(tmp_path / "c")]) == 0
    said = capsys.readouterr()
    assert f"the answer may lack scenes: {gap}\n" in said.err  # before the question whether to fetch
    assert f"the answer may lack scenes: {gap}\n" in said.out  # among the results


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("command", ["search", "fetch"])
def test_how_complete_an_answer_is_stands_in_the_result_whatever_becomes_of_warnings(server, command, tmp_path, capsys):
    asked = [command, server.url, *PLACE, *MAY, "--json", *(["--out", str(tmp_path)] if command == "fetch" else [])]
    assert main([*asked, "--limit", "1"]) == 0
    result = body(capsys)
    assert (result["complete"], result["gaps"]) == (False, ["only the first 1 items were taken (limit)"])
    assert main(asked) == 0
    result = body(capsys)
    assert (result["complete"], result["gaps"]) == (True, [])
    server.counts = False
    assert main(asked) == 0
    result = body(capsys)
    assert (result["complete"], result["gaps"]) == (None, [])  # nothing speaks against it, and nobody counts
    assert any("states no count" in remark for remark in result["remarks"])


def test_fetch_for_a_program_says_how_much_was_announced(server, tmp_path, capsys):
    assert main(["fetch", server.url, *PLACE, *MAY, "--bands", "red", "--out", str(tmp_path), "--json"]) == 0
    announced = body(capsys)["announced"]
    files = [f"/files/{name}/{key}.tif" for name in ("new", "next") for key in ("B04", "SCL")]
    assert announced["bytes"] == sum(len(server.http.files[path]) for path in files)
    assert announced["unknown_size"] == 0
    assert announced["label"].startswith("4 files of 2 scenes")


@pytest.mark.parametrize("most", ["nan", "-1", "inf"])
def test_fetch_refuses_a_limit_that_is_none(server, most, tmp_path, capsys):
    assert main(["fetch", server.url, *PLACE, *MAY, "--out", str(tmp_path / "c"), f"--most={most}"]) == 2
    assert f"most={float(most)!r} is no number of megabytes" in capsys.readouterr().err


def test_fetch_that_is_interrupted_says_that_the_same_command_goes_on(server, tmp_path, capsys, monkeypatch):
    command = ["fetch", server.url, *PLACE, *MAY, "--out", str(tmp_path / "c")]
    plain, done = copying.digest_file, []

    def broken_off(path: Path) -> str:
        done.append(path)
        if len(done) == 3:
            raise KeyboardInterrupt
        return plain(path)

    monkeypatch.setattr(copying, "digest_file", broken_off)
    assert main(command) == 130
    assert capsys.readouterr().err.splitlines()[-1] == "interrupted: the same command goes on where it stopped"
    monkeypatch.undo()
    monkeypatch.setattr(cli_options, "open_catalog", partial(open_catalog, access=LAB))
    assert main(command) == 0
    assert len([*(tmp_path / "c" / "files").glob("[!.]*")]) == 6


@pytest.mark.parametrize("command", ["search", "fetch"])
def test_a_catalogue_on_this_machine_has_no_collections_to_choose(command, port_command, capsys):
    assert main([command, *port_command, "--collection", "x"]) == 2
    assert "read whole" in capsys.readouterr().err


@pytest.fixture
def port_command(tmp_path) -> list[str]:
    from osint_imagery.scenes.packaged import bundled

    place = ["--bbox", "-28.004469", "45.005139", "-28.001901", "45.006962"]
    return [str(bundled("port/catalog.json")), *place, "--from", "2024-05-01", "--to", "2024-05-31"]
