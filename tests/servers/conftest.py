"""Real servers, started for the tests on loopback and stopped after them; what is not installed is a visible skip."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import numpy as np
import pytest
import rasterio
from rasterio import Affine
from support.stac_server import item

TOOLS = Path(os.environ.get("OSINT_IMAGERY_SERVERS") or Path(sys.prefix) / "servers")


def program(name: str) -> str:
    """Return where a program is: among those that `make test-servers` brings, or Debian's."""
    places = [
        TOOLS / "bin",
        *map(Path, os.get_exec_path()),
        Path("/usr/sbin"),
        *Path("/usr/lib/postgresql").glob("*/bin"),
    ]
    found = next((str(place / name) for place in places if os.access(place / name, os.X_OK)), None)
    return found or pytest.skip(f"{name} is not installed; `make test-servers` says what it needs")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def running(command: list[str], url: str, *, log: Path, seconds: float = 90, **options: Any) -> Iterator[None]:
    """Start a server, wait until it answers at an address, and stop it in the end."""
    with log.open("wb") as stream, subprocess.Popen(command, stdout=stream, stderr=stream, **options) as process:
        try:
            _wait(url, process, log, time.monotonic() + seconds)
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path, until: float) -> None:
    while time.monotonic() < until:
        try:
            urlopen(url, timeout=2).close()  # noqa: S310 - loopback
        except HTTPError:
            return  # it answers
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"{url} does not answer:\n{log.read_text(errors='replace')[-2000:]}")


def items() -> list[dict[str, Any]]:
    """Return 25 items of May 2020 over one place, one of June, one elsewhere, with clouds from 0 to 96 percent."""
    made = [item(f"i{n:02d}", f"2020-05-{n + 1:02d}", **{"eo:cloud_cover": 4 * n}) for n in range(25)]
    made += [item("june", "2020-06-15", **{"eo:cloud_cover": 1}), item("far", "2020-05-03", x=80.0)]
    for one in made:
        one["links"] = []
        one["bbox"] = [*one["geometry"]["coordinates"][0][0], *one["geometry"]["coordinates"][0][2]]
    return made


@pytest.fixture(scope="session")
def rustac(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("rustac")
    (folder / "items.json").write_text(json.dumps({"type": "FeatureCollection", "features": items()}))
    address = f"127.0.0.1:{free_port()}"
    command = [program("rustac"), "serve", "--create-collections", "--addr", address, str(folder / "items.json")]
    with running(command, f"http://{address}/", log=folder / "log"):
        yield f"http://{address}"


@dataclass(frozen=True)
class Files:
    """A folder that nginx serves, with range requests and without, and what it sent."""

    folder: Path
    url: str
    whole_only: str
    log: Path

    def sent(self) -> list[tuple[int, int]]:
        """Return status and bytes of each answer."""
        time.sleep(0.2)
        lines = (line.split() for line in self.log.read_text().splitlines())
        return [(int(status), int(count)) for status, count in lines]


@pytest.fixture(scope="session")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Files]:
    folder = tmp_path_factory.mktemp("nginx")
    ports = free_port(), free_port()
    served = folder / "files"
    served.mkdir()
    (served / "index.html").write_text("here")
    blocks = "".join(
        f"server {{ listen 127.0.0.1:{port}; root {served}; {extra} }}\n"
        for port, extra in zip(ports, ("", "max_ranges 0;"), strict=True)
    )
    names = ["client_body_temp_path", "proxy_temp_path", "fastcgi_temp_path", "uwsgi_temp_path", "scgi_temp_path"]
    temp = " ".join(f"{name} {folder / name};" for name in names)
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; master_process off; pid {folder / 'pid'}; error_log {folder / 'error.log'};\n"
        f"events {{}}\nhttp {{ {temp} log_format bytes '$status $body_bytes_sent';\n"
        f"access_log {folder / 'access.log'} bytes;\n{blocks}}}\n"
    )
    command = [program("nginx"), "-c", str(config), "-e", str(folder / "error.log"), "-p", str(folder)]
    with running(command, f"http://127.0.0.1:{ports[0]}/", log=folder / "log"):
        url, whole = (f"http://127.0.0.1:{port}" for port in ports)
        yield Files(folder=served, url=url, whole_only=whole, log=folder / "access.log")


@pytest.fixture(scope="session")
def cog(nginx: Files) -> Path:
    """A cloud-optimized GeoTIFF of about 17 MB among the files of nginx."""
    side, path = 3072, nginx.folder / "B04.tif"
    values = np.random.default_rng(6).integers(1, 10_000, (1, side, side), dtype=np.uint16)
    layout = {"count": 1, "height": side, "width": side, "dtype": "uint16", "crs": "EPSG:32636", "nodata": 0}
    place = Affine(10, 0, 690_000, 0, -10, 3_760_000)
    options = {"compress": "deflate", "blocksize": 512, "overviews": "NONE"}
    with rasterio.open(path, "w", driver="COG", transform=place, **options, **layout) as dataset:
        dataset.write(values)
    return path


@pytest.fixture(scope="session")
def pgstac() -> Iterator[str]:
    needed = {name: program(name) for name in ("initdb", "pg_ctl", "createdb", "pypgstac", "uvicorn", "psql")}
    with tempfile.TemporaryDirectory(prefix="pgstac-") as name:  # pytest's own folders are closed to other users
        folder = Path(name)
        folder.chmod(0o755)
        with _database(needed, folder) as environment:
            _load(needed, folder, environment)
            port = free_port()
            command = [needed["uvicorn"], "stac_fastapi.pgstac.app:create_app", "--factory", "--port", str(port)]
            url = f"http://127.0.0.1:{port}"
            with running(command, url, log=folder / "log", env=environment):
                yield url


@contextmanager
def _database(needed: dict[str, str], folder: Path) -> Iterator[dict[str, str]]:
    """Start PostgreSQL in a folder of its own; its server refuses to run as root."""
    data, port = folder / "data", free_port()
    data.mkdir()
    prefix: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(data, "postgres")
        prefix = [program("runuser"), "-u", "postgres", "--"]

    def do(*command: str) -> None:
        # to a file: PostgreSQL keeps what it inherits open, and a pipe would never end
        with (folder / "commands.log").open("ab") as log:
            done = subprocess.run([*prefix, *command], stdout=log, stderr=log, check=False, cwd="/", timeout=120)
        if done.returncode:
            logs = [
                path.read_text(errors="replace")[-800:]
                for path in (folder / "commands.log", data / "log")
                if path.exists()
            ]
            pytest.fail(f"{command[0]}: {logs}")

    options = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -c unix_socket_directories=''"
    do(needed["initdb"], "-D", str(data), "-U", "pgstac", "--auth=trust")
    do(needed["pg_ctl"], "-D", str(data), "-o", options, "-l", str(data / "log"), "-w", "start")
    try:
        where = {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(port),
            "PGUSER": "pgstac",
            "PGPASSWORD": "x",
            "PGDATABASE": "postgis",
        }
        do(needed["createdb"], "-h", "127.0.0.1", "-p", str(port), "-U", "pgstac", "postgis")
        yield {**os.environ, **where}
    finally:
        do(needed["pg_ctl"], "-D", str(data), "-m", "immediate", "stop")


def _load(needed: dict[str, str], folder: Path, environment: dict[str, str]) -> None:
    extent = {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [[None, None]]}}
    collection = {"type": "Collection", "stac_version": "1.0.0", "id": "things", "license": "other", "links": []}
    collection |= {"description": "test", "extent": extent}
    (folder / "collections.ndjson").write_text(json.dumps(collection))
    (folder / "items.ndjson").write_text("\n".join(json.dumps(one) for one in items()))
    count = "update pgstac.pgstac_settings set value='on' where name='context'"
    for command in (
        [needed["pypgstac"], "migrate"],
        [needed["pypgstac"], "load", "collections", str(folder / "collections.ndjson"), "--method", "upsert"],
        [needed["pypgstac"], "load", "items", str(folder / "items.ndjson"), "--method", "upsert"],
        [needed["psql"], "-c", count],
    ):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=180)
        if done.returncode:
            pytest.fail(f"{command[:2]}: {done.stderr[-1500:]}")


KEYS = ("AKIDTEST", "the right secret")


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An S3 server that looks at signatures, with one pair of keys."""
    folder = tmp_path_factory.mktemp("seaweed")
    identity = {"name": "test", "credentials": [{"accessKey": KEYS[0], "secretKey": KEYS[1]}], "actions": ["Admin"]}
    (folder / "keys.json").write_text(json.dumps({"identities": [identity]}))
    names = ("master.port", "volume.port", "filer.port", "s3.port", "master.port.grpc", "volume.port.grpc")
    ports = {name: free_port() for name in (*names, "filer.port.grpc", "s3.port.grpc")}
    command = [
        program("weed"),
        "server",
        "-s3",
        f"-dir={folder}",
        "-ip=127.0.0.1",
        f"-s3.config={folder / 'keys.json'}",
    ]
    command += [f"-{name}={port}" for name, port in ports.items()]
    url = f"http://127.0.0.1:{ports['s3.port']}"
    with running(command, url, log=folder / "log"):
        yield url


@pytest.fixture(scope="session")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An S3 server that takes any signature."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [program("moto_server"), "-H", "127.0.0.1", "-p", str(port)]
    with running(command, url, log=tmp_path_factory.mktemp("moto") / "log"):
        yield url


@pytest.fixture(scope="session")
def oracle() -> Callable[..., list[str]]:
    """Return a search by pystac-client, which gives the ids that it finds."""
    python = program("python")
    code = (
        "import sys, json, warnings; warnings.simplefilter('ignore')\n"
        "import pystac_client\n"
        "url, terms = sys.argv[1], json.loads(sys.argv[2])\n"
        "found = pystac_client.Client.open(url).search(**terms)\n"
        "print(json.dumps([one['id'] for one in found.items_as_dicts()]))\n"
    )

    def search(url: str, **terms: object) -> list[str]:
        command = [python, "-c", code, url, json.dumps(terms)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        if "No module named" in done.stderr:
            pytest.skip("pystac-client is not installed; `make test-servers` brings it")
        assert done.returncode == 0, done.stderr[-1500:]
        return list(json.loads(done.stdout))

    return search
