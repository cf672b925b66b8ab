"""Where a catalogue may lead: to no block of addresses that is kept for something else."""

import ipaddress

import pytest

from osint_imagery.core.errors import RefusedAddressError
from osint_imagery.scenes.address import Access, Endpoint, resolved

# Every block of the IANA IPv4 and IPv6 Special-Purpose Address Registries, of multicast, and of what hides an IPv4
# address in an IPv6 one; first and last address of each.
SPECIAL = (
    "0.0.0.0/8", "0.0.0.0/32", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.0.0/29", "192.0.0.8/32", "192.0.0.9/32", "192.0.0.10/32", "192.0.0.170/32",
    "192.0.0.171/32", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.88.99.2/32",
    "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
    "240.0.0.0/4", "255.255.255.255/32", "::/128", "::1/128", "::/96", "::127.0.0.1/128", "::8.8.8.8/128",
    "::ffff:10.0.0.0/104", "64:ff9b::10.0.0.0/104", "64:ff9b::7f00:0/104", "64:ff9b:1::/48",
    "64:ff9b:1::a00:1/128", "100::/64", "100:0:0:1::/64", "2001::/23", "2001::/32", "2001:1::1/128",
    "2001:1::2/128", "2001:1::3/128", "2001:2::/48", "2001:3::/32", "2001:4:112::/48", "2001:10::/28",
    "2001:20::/28", "2001:30::/28", "2001:db8::/32", "2002::/16", "2002:a00:1::/48", "2620:4f:8000::/48",
    "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
)  # fmt: skip


PUBLIC = (
    "8.8.8.8", "1.1.1.1", "11.0.0.1", "100.63.255.255", "128.0.0.1", "172.32.0.1", "192.0.1.1", "198.20.0.1",
    "223.255.255.254", "2606:4700:4700::1111", "2a00:1450:4001::1", "2001:4860:4860::8888", "64:ff9b::808:808",
    "::ffff:8.8.8.8",
)  # fmt: skip


@pytest.mark.parametrize("block", SPECIAL)
def test_no_special_block_is_public(block):
    asked = Endpoint(scheme="https", host="innocent.example", port=443)
    network = ipaddress.ip_network(block)
    for address in (network[0], network[-1]):
        with pytest.raises(RefusedAddressError, match="not a public address"):
            resolved(asked, Access(), lambda *_, found=str(address): (found,))


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_beside_the_special_blocks_are_public(address):
    asked = Endpoint(scheme="https", host="example.org", port=443)
    assert resolved(asked, Access(), lambda *_: (address,)) == (address,)
