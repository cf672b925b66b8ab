import gzip
import json
import logging
import pickle
import socket

import pytest
from support.fault_server import FaultServer
from support.loopback import loopback

from osint_imagery.core.errors import (
    AccessError,
    BudgetError,
    BusyError,
    MissingAssetError,
    OfflineError,
    ReadError,
    RefusedAddressError,
    RemoteError,
    RemoteTimeoutError,
)
from osint_imagery.scenes.address import Access, Endpoint, endpoint_of, resolved, shown
from osint_imagery.scenes.client import Client, Signed
from osint_imagery.scenes.signing import BearerToken


@pytest.fixture
def server():
    with FaultServer(files={"/a.json": b'{"a": 1}'}) as started:
        yield started


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("stall", RemoteTimeoutError),
        ("reset", RemoteError),
        ("truncated", RemoteError),
        ("shorter than said", RemoteError),
        ("401", AccessError),
        ("403", AccessError),
        ("expired", AccessError),
        ("404", MissingAssetError),
        ("400", RemoteError),
        ("429", BusyError),
        ("500", RemoteError),
        ("503", BusyError),
    ],
)
def test_a_fault_that_stays_ends_in_its_error(server, fault, error):
    server.always["/a.json"] = fault
    client = loopback(tries=2, timeout_s=0.2)
    with pytest.raises(error, match=r"a\.json") as caught:
        client.get(server.url + "/a.json?sig=SECRET")
    assert "SECRET" not in str(caught.value)
    assert isinstance(caught.value, (ReadError, MissingAssetError))
    assert len(server.seen) == (1 if fault in {"401", "403", "expired", "404", "400"} else 2)
    assert ("the signature has expired" in str(caught.value)) is (fault == "expired")


@pytest.mark.parametrize("fault", ["stall", "reset", "truncated", "429", "500", "502", "503", "504"])
def test_a_fault_that_passes_costs_a_pause(server, fault):
    server.faults["/a.json"] = [fault]
    client = loopback(timeout_s=0.2)
    assert json.loads(client.get(server.url + "/a.json")) == {"a": 1}
    assert client.pauses == [0.5]


def test_pauses_double_and_what_the_server_asks_for_goes_first(server):
    server.faults["/a.json"] = ["500", "503", "429 Retry-After: 7"]
    client = loopback()
    client.get(server.url + "/a.json")
    assert client.pauses == [0.5, 1.0, 7.0]


def test_a_server_that_asks_for_a_long_pause_is_not_waited_for(server):
    server.always["/a.json"] = "429 Retry-After: 3600"
    client = loopback()
    with pytest.raises(BusyError):
        client.get(server.url + "/a.json")
    assert (len(server.seen), client.pauses) == (1, [])


def test_a_longer_body_than_said_is_not_taken_for_the_next_answer(server):
    server.files["/b.json"] = b'{"b": 2}'
    server.faults["/a.json"] = ["longer than said"]
    client = loopback()
    assert client.get(server.url + "/a.json") == b'{"a": 1'  # all that was said to come; it is no JSON
    assert json.loads(client.get(server.url + "/b.json")) == {"b": 2}


def test_a_slow_drip_ends_at_the_limit_of_one_request(server):
    server.files["/drip"] = bytes(400)
    server.always["/drip"] = "drip"
    with pytest.raises(BudgetError, match="request_s"):
        loopback(request_s=0.3).get(server.url + "/drip")


def test_budgets_of_bytes_and_of_one_answer(server):
    server.files["/big"] = bytes(300_000)
    with pytest.raises(RemoteError, match="more than 200000 bytes"):
        loopback(answer_bytes=200_000).get(server.url + "/big")
    with pytest.raises(BudgetError, match="total_bytes=100000"):
        loopback(total_bytes=100_000).get(server.url + "/big")
    with pytest.raises(BudgetError, match="total_s"):
        loopback(total_s=-1).get(server.url + "/big")


def test_a_compressed_answer_is_limited_by_what_it_becomes(server):
    packed = gzip.compress(bytes(50_000_000))
    server.files["/bomb"] = packed
    server.headers["/bomb"] = {"Content-Encoding": "gzip"}
    with pytest.raises(RemoteError, match="more than 1000000 bytes"):
        loopback(answer_bytes=1_000_000).get(server.url + "/bomb")
    server.files["/bomb"] = gzip.compress(b'{"c": 3}')
    assert loopback().get(server.url + "/bomb") == b'{"c": 3}'


def test_offline_asks_nobody(server):
    with pytest.raises(OfflineError, match="offline=True"):
        loopback(offline=True).get(server.url + "/a.json")
    assert server.seen == []


def test_a_port_where_nobody_listens_is_an_error():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(RemoteError, match="connection failed"):
        loopback(tries=2).get(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/a.json",
        "ftp://example.org/a",
        "file:///etc/passwd",
        "/vsicurl/https://example.org/a.tif",
        "https://user:secret@example.org/a",
        "https://",
        "https://[::1/a",
        "https://example.org/a b\r\nHost: x",
        "gopher://example.org",
        "https://example.org:99999/",
    ],
)
def test_only_plain_https_is_asked(url):
    with pytest.raises(RefusedAddressError) as caught:
        endpoint_of(url, Access())
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.5.5",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_a_public_name_that_leads_to_a_private_address_is_refused(address):
    asked = Endpoint(scheme="https", host="innocent.example", port=443)
    with pytest.raises(RefusedAddressError, match="not a public address"):
        resolved(asked, Access(), lambda *_: ("93.184.216.34", address))


def test_public_addresses_and_unknown_names():
    asked = Endpoint(scheme="https", host="example.org", port=443)
    assert resolved(asked, Access(), lambda *_: ("93.184.216.34",)) == ("93.184.216.34",)

    def unknown(*_: object) -> tuple[str, ...]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(RemoteError, match="has no address"):
        resolved(asked, Access(), unknown)


def test_the_checked_address_is_connected_to_and_the_name_not_asked_again(server):
    port = int(server.url.rsplit(":", 1)[1])
    answers = [("127.0.0.1",), ("203.0.113.1",)]
    client = Client(Access(local_hosts=("name.example",)), resolver=lambda *_: answers.pop(0))
    for _ in range(2):
        client.get(f"http://name.example:{port}/a.json")
    assert len(answers) == 1
    assert {one.headers["host"] for one in server.seen} == {f"name.example:{port}"}


def test_redirects_stay_with_their_host_unless_allowed(server):
    server.always["/here"] = "302 Location: /a.json"
    assert loopback().get(server.url + "/here") == b'{"a": 1}'
    there = server.url.replace("127.0.0.1", "localhost") + "/a.json"
    server.always["/away"] = f"302 Location: {there}"
    with pytest.raises(RefusedAddressError, match="another host"):
        loopback().get(server.url + "/away")
    access = {"local_hosts": ("127.0.0.1", "localhost"), "redirects": ("localhost",)}
    assert Client(Access(**access)).get(server.url + "/away") == b'{"a": 1}'
    server.always["/inside"] = "302 Location: http://169.254.169.254/latest/meta-data"
    with pytest.raises(RefusedAddressError):
        Client(Access(local_hosts=("127.0.0.1",), redirects=("169.254.169.254",))).get(server.url + "/inside")


def test_redirects_end(server):
    server.always["/round"] = "302 Location: /round"
    with pytest.raises(RemoteError, match="redirects more than 5"):
        loopback().get(server.url + "/round")
    assert len(server.seen) == 6


@pytest.mark.parametrize(
    ("allowed", "target", "may"),
    [
        ("b.org", "b.org", True),
        ("*.b.org", "x.b.org", True),
        ("*.b.org", "evilb.org", False),
        ("b.org", "x.b.org", False),
    ],
)
def test_hosts_that_may_be_redirected_to(allowed, target, may):
    assert Access(redirects=(allowed,)).may_redirect("a.org", target) is may


class Token:
    """Signs with a number that counts how often it was renewed."""

    def __init__(self) -> None:
        self.renewed = 0

    def signed(self, url, *, fresh):
        self.renewed += fresh
        return Signed(f"{url}?sig=SECRET{self.renewed}", {"Authorization": f"Bearer SECRET{self.renewed}"})


def test_an_expired_signature_is_renewed_once(server):
    server.faults["/a.json"] = ["403"]
    token = Token()
    assert loopback(token).get(server.url + "/a.json") == b'{"a": 1}'
    assert [one.path for one in server.seen] == ["/a.json?sig=SECRET0", "/a.json?sig=SECRET1"]
    server.always["/a.json"] = "403"
    with pytest.raises(AccessError):
        loopback(Token()).get(server.url + "/a.json")
    assert len(server.seen) == 4


def test_credentials_stay_with_their_host(server):
    server.always["/away"] = f"302 Location: {server.url.replace('127.0.0.1', 'localhost')}/a.json"
    access = Access(local_hosts=("127.0.0.1", "localhost"), redirects=("localhost",))
    Client(access, signer=BearerToken("SECRET", hosts=("127.0.0.1",))).get(server.url + "/away")
    assert ["authorization" in one.headers for one in server.seen] == [True, False]
    server.seen.clear()
    Client(access, signer=BearerToken("SECRET", hosts=("127.0.0.1", "localhost"))).get(server.url + "/away")
    assert ["authorization" in one.headers for one in server.seen] == [True, True]


def test_credentials_are_in_no_message_and_no_log(server, caplog):
    caplog.set_level(logging.DEBUG)
    client = loopback(Token(), tries=2, timeout_s=0.2)
    client.get(server.url + "/a.json")
    said = [repr(Token().signed("u", fresh=False)), repr(client)]
    for fault in ("stall", "reset", "500", "403", "302 Location: https://other.example/?sig=SECRET"):
        server.always["/a.json"] = fault
        with pytest.raises(RemoteError) as caught:
            client.get(server.url + "/a.json")
        said.append(str(caught.value))
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert "a.json" in caplog.text
    assert "SECRET" not in caplog.text + "".join(said)


def test_addresses_are_shown_without_secrets():
    assert shown("https://u:p@example.org:8443/a/b.tif?X-Amz-Signature=1#f") == "https://example.org:8443/a/b.tif"
    assert shown("https://[2001:db8::1]/a") == "https://[2001:db8::1]/a"


def test_a_client_goes_to_another_process(server):
    client = pickle.loads(pickle.dumps(loopback()))  # noqa: S301 - made here
    assert client.get(server.url + "/a.json") == b'{"a": 1}'


def test_a_search_is_sent_again_after_a_fault(server):
    server.answers["/search"] = lambda seen: {"got": json.loads(seen.body)}
    server.faults["/search"] = ["503"]
    assert json.loads(loopback().post(server.url + "/search", b'{"limit": 3}')) == {"got": {"limit": 3}}
