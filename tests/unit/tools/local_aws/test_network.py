from __future__ import annotations

import ipaddress
import socket

import pytest

from tools.local_aws import network
from tools.local_aws.console import LocalAwsError

ROUTES = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
"""


def net(text: str) -> ipaddress.IPv4Network:
    return ipaddress.IPv4Network(text)


def test_routes_without_the_default_route() -> None:
    assert network.parse_routes(ROUTES) == [net("192.0.2.0/24"), net("172.17.0.0/16")]


def test_this_machine_s_routes_can_be_read() -> None:
    assert all(route.prefixlen for route in network.parse_routes(network.ROUTES.read_text(encoding="utf-8")))


def test_every_port_has_a_subnet_of_its_own() -> None:
    chosen = {network.choose_subnet(port, []) for port in range(1024, 65536, 97)}

    assert len(chosen) == len(range(1024, 65536, 97))


def test_taken_subnet_is_avoided() -> None:
    first = network.choose_subnet(4566, [])
    second = network.choose_subnet(4566, [first])

    assert first == net("10.17.214.0/24")
    assert not second.overlaps(first)
    assert second.is_private


def test_the_subnet_of_podman_s_own_network_is_avoided() -> None:
    for port in (22528, 22705, 22783):
        assert not network.choose_subnet(port, []).overlaps(net("10.88.0.0/16"))


def test_vpn_that_claims_all_of_10() -> None:
    assert network.choose_subnet(4566, [net("10.0.0.0/8")]).subnet_of(net("172.16.0.0/12"))
    assert network.choose_subnet(4566, [net("10.0.0.0/8"), net("172.16.0.0/12")]).subnet_of(net("192.168.0.0/16"))


def test_nothing_is_left() -> None:
    with pytest.raises(LocalAwsError, match="No private IPv4 subnet"):
        network.choose_subnet(4566, [net("10.0.0.0/8"), net("172.16.0.0/12"), net("192.168.0.0/16")])


def test_gateway_is_the_first_address() -> None:
    assert network.gateway(net("10.17.214.0/24")) == "10.17.214.1"


def test_taken_port_is_named_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LocalAwsError, match=f"Port {port} .*taken") as error:
            network.check_port(port)
    assert "LOCAL_AWS_PORT" in str(error.value)
    network.check_port(port)
