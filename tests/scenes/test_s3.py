"""S3 with keys: signed for its endpoint alone, shown nowhere."""

import pickle

import pytest
from support.fault_server import FaultServer
from support.loopback import loopback
from support.stac_server import item

from osint_imagery.core.errors import AccessError, InputError
from osint_imagery.scenes.remote_file import RemoteFile
from osint_imagery.scenes.remote_item import Items
from osint_imagery.scenes.s3 import S3Keys


def keys(server, **options):
    return S3Keys("AKID", "SECRETKEY", endpoint=server.url, region="us-east-1", **options)


def test_requests_are_signed_for_the_endpoint_and_no_other():
    with FaultServer(files={"/box/a b.tif": b"12345", "/box/a%20b.tif": b"12345"}) as server:
        signer = keys(server, requester_pays=True, token="SESSION")  # noqa: S106 - no secret
        client = loopback(signer)
        file = RemoteFile(signer.translated("s3://box/a b.tif"), client)
        assert file.read_at(0, 5) == b"12345"
        sent = server.seen[0].headers
        assert sent["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKID/")
        assert "x-amz-request-payer" in sent["authorization"]
        assert (sent["x-amz-request-payer"], sent["x-amz-security-token"]) == ("requester", "SESSION")
        assert sent["range"].startswith("bytes=0-")
        assert signer.signed("https://example.org/box/a.tif", fresh=False).headers == {}
        assert "SECRET" not in f"{signer!r}{file!r}{file.href}"


def test_wrong_keys_are_an_access_error_without_the_keys():
    with FaultServer(files={"/box/a.tif": b"1"}, always={"/box/a.tif": "403"}) as server:
        with pytest.raises(AccessError, match="wrong or missing credentials") as caught:
            RemoteFile(server.url + "/box/a.tif", loopback(keys(server))).size()
        assert "SECRET" not in str(caught.value)
        assert "AKID" not in str(caught.value)


def test_items_with_s3_addresses_are_read_where_there_are_keys():
    one = item("a")
    one["assets"]["B04"]["href"] = "s3://box/a.tif"
    with FaultServer() as server:
        found = Items(client=loopback(keys(server)), base=server.url).entry(one)
        assert found.assets[0].location.href == server.url + "/box/a.tif"
        assert found.assets[0].href == "s3://box/a.tif"
        assert Items(client=loopback(), base=server.url).entry(one).assets[0].location is None


def test_keys_go_to_another_process():
    with FaultServer() as server:
        copy = pickle.loads(pickle.dumps(keys(server)))  # noqa: S301 - made here
        headers = copy.signed(server.url + "/box/a.tif", fresh=False).headers
        assert headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKID/")


@pytest.mark.parametrize(("key_id", "secret"), [("", "x"), ("x", "")])
def test_empty_keys_are_refused(key_id, secret):
    with pytest.raises(InputError, match="not shown"):
        S3Keys(key_id, secret)
