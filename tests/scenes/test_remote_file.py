import hashlib
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from support.fault_server import FaultServer
from support.faults import PART_FAULTS
from support.loopback import loopback

from osint_imagery.core.errors import (
    AccessError,
    BudgetError,
    ChangedFileError,
)
from osint_imagery.scenes.block_cache import BlockCache
from osint_imagery.scenes.remote_file import RemoteFile

DATA = np.random.default_rng(1).integers(0, 256, 1_000_003, dtype=np.uint8).tobytes()
PATH = "/x.tif"


@pytest.fixture
def server():
    with FaultServer(files={PATH: DATA}, etags={PATH: '"one"'}) as started:
        yield started


def remote(server, cache=None, **limits):
    return RemoteFile(server.url + PATH + "?sig=SECRET", loopback(**limits), cache)


def test_any_part_is_that_part(server):
    file = remote(server)
    generator = np.random.default_rng(2)
    for _ in range(60):
        first, length = (int(n) for n in generator.integers(0, [len(DATA) + 100, 200_000]))
        assert file.read_at(first, length) == DATA[first : first + length]
    assert file.size() == len(DATA)
    assert file.digest() == "sha256:" + hashlib.sha256(DATA).hexdigest()
    assert file.stamp()[1:] == (len(DATA), '"one"', None)


def test_a_handle_reads_as_a_file_does(server):
    with remote(server).open() as stream:
        assert stream.read(5) == DATA[:5]
        assert (stream.seek(-7, 2), stream.read()) == (len(DATA) - 7, DATA[-7:])
        assert stream.read(3) == b""
        stream.seek(100)
        stream.seek(10, 1)
        buffer = bytearray(4)
        assert (stream.readinto(buffer), bytes(buffer), stream.tell()) == (4, DATA[110:114], 114)


def test_the_address_is_shown_without_its_signature(server):
    file = remote(server)
    server.always[PATH] = "403"
    with pytest.raises(AccessError) as caught:
        file.size()
    assert "SECRET" not in f"{file!r}{file.href}{caught.value}"


def test_one_request_opens_and_none_is_made_twice(server):
    file = remote(server)
    file.read_at(0, 16_000)
    file.read_at(10, 15_000)
    assert [one.headers["range"] for one in server.seen] == ["bytes=0-16383"]


def test_neighbors_come_in_one_request_and_distant_parts_at_once(server):
    file = remote(server)
    file.size()
    file.prefetch([(100_000, 50_000), (160_000, 10), (600_000, 10), (990_000, 50_000)])
    asked = sorted(one.headers["range"] for one in server.seen[1:])
    assert asked == ["bytes=100000-160009", "bytes=600000-600009", "bytes=990000-1000002"]  # no byte that is not needed
    before = len(server.seen)
    assert file.read_at(100_000, 50_000) == DATA[100_000:150_000]
    assert file.read_at(990_000, 50_000) == DATA[990_000:]
    file.prefetch([(120_000, 10_000), (600_000, 10)])
    assert len(server.seen) == before
    assert file.read_at(599_990, 50) == DATA[599_990:600_040]  # only part of it was fetched in advance


def test_what_was_fetched_in_advance_and_pushed_out_is_fetched_again(server):
    cache = BlockCache(limit_bytes=150_000)
    file = remote(server, cache)
    file.prefetch([(100_000, 50_000)])
    file.read_at(500_000, 140_000)
    before = len(server.seen)
    for _ in range(2):
        assert file.read_at(100_000, 50_000) == DATA[100_000:150_000]
    assert len(server.seen) > before
    file.prefetch([(0, 80_000)])  # more than half of the cache: nothing is pushed out for it
    assert file.read_at(100_000, 50_000) == DATA[100_000:150_000]


def test_the_cache_is_bounded_and_reading_goes_on_without_it(server):
    cache = BlockCache(limit_bytes=70_000)
    file = remote(server, cache)
    assert file.read_at(0, 500_000) == DATA[:500_000]
    kept = sum(cache.get(file._key(index)) is not None for index in range(80))
    assert kept == 4
    nothing = remote(server, BlockCache(limit_bytes=0))
    assert nothing.read_at(5, 500_000) == DATA[5:500_005]


@pytest.mark.parametrize(("fault", "error"), PART_FAULTS)
def test_a_fault_in_the_middle_is_its_error_and_no_bytes(server, fault, error):
    file = remote(server, tries=2, timeout_s=0.2)
    file.size()
    server.always[PATH] = fault
    with pytest.raises(error):
        file.read_at(500_000, 10)
    with pytest.raises(error):
        file.prefetch([(300_000, 10), (700_000, 10)])
    del server.always[PATH]
    assert file.read_at(500_000, 10) == DATA[500_000:500_010]


@pytest.mark.parametrize("fault", ["stall", "reset", "truncated", "429", "500", "503"])
def test_a_fault_that_passes_leaves_no_trace(server, fault):
    file = remote(server, timeout_s=0.2)
    file.size()
    server.faults[PATH] = [fault, fault]
    assert file.read_at(400_000, 100_000) == DATA[400_000:500_000]


@pytest.mark.parametrize("tags", [('"one"', '"two"'), ('W/"one"', 'W/"two"')])
def test_a_file_that_changes_between_two_parts_is_an_error(server, tags):
    server.etags[PATH] = tags[0]
    file = remote(server)
    file.read_at(0, 10)
    server.files[PATH], server.etags[PATH] = DATA[::-1], tags[1]
    with pytest.raises(ChangedFileError):
        file.read_at(500_000, 10)
    with pytest.raises(ChangedFileError):
        file.digest()
    assert remote(server).read_at(500_000, 10) == DATA[::-1][500_000:500_010]


def test_another_size_or_date_is_a_changed_file_too(server):
    del server.etags[PATH]
    server.headers[PATH] = {"Last-Modified": "Mon, 05 May 2025 08:00:00 GMT"}
    file = remote(server)
    file.size()
    server.headers[PATH] = {"Last-Modified": "Tue, 06 May 2025 08:00:00 GMT"}
    with pytest.raises(ChangedFileError, match="became another file"):
        file.read_at(500_000, 10)


def test_a_budget_of_bytes_stops_a_whole_file(server):
    with pytest.raises(BudgetError):
        remote(server, total_bytes=500_000).digest()


def test_many_threads_read_one_file(server):
    file = remote(server)
    starts = [int(n) for n in np.random.default_rng(3).integers(0, len(DATA), 40)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda first: file.read_at(first, 70_000), starts))
    assert found == [DATA[first : first + 70_000] for first in starts]


def test_a_remote_file_goes_to_another_process_and_is_equal_there(server):
    file = remote(server)
    copy = pickle.loads(pickle.dumps(file))  # noqa: S301 - made here
    assert copy == file
    assert hash(copy) == hash(file)
    assert copy.read_at(7, 7) == DATA[7:14]


def test_files_that_only_a_query_tells_apart_are_never_mixed(server):
    client, cache = loopback(), BlockCache()
    server.etags.clear()
    contents = {"a": b"a" * 1000, "b": b"b" * 1000}
    files = {name: RemoteFile(f"{server.url}/get?key={name}&sig=SECRET", client, cache) for name in contents}
    for name, file in files.items():
        server.files["/get"] = contents[name]
        assert file.read_at(0, 1000) == contents[name]
    assert files["a"].stamp() != files["b"].stamp()
    again = RemoteFile(f"{server.url}/get?key=a&sig=ANOTHER", client, cache)
    server.files["/get"] = contents["a"]
    assert again.stamp() == files["a"].stamp()  # signed anew, and the same file
    assert "SECRET" not in repr((files["a"].stamp(), files["a"]))
