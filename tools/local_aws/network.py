"""Addresses: is the port free, and which subnet can the container network have."""

from __future__ import annotations

import ipaddress
import socket
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.local_aws.console import LocalAwsError
from tools.local_aws.settings import LOOPBACK

ROUTES = Path("/proc/net/route")
PODMAN_DEFAULT = ipaddress.IPv4Network("10.88.0.0/16")
"""podman keeps it for its own network, also while there is no route to it."""


def port_is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def check_port(port: int) -> None:
    if not port_is_free(port):
        raise LocalAwsError(
            f"Port {port} on {LOOPBACK} is taken by another program.\n"
            f"Stop that program, or choose another port: LOCAL_AWS_PORT={port + 1}"
        )


def parse_routes(text: str) -> list[ipaddress.IPv4Network]:
    """The networks this machine has a route to, from /proc/net/route; the default route does not count."""
    networks = []
    for line in text.splitlines()[1:]:
        fields = line.split()
        destination, mask = (struct.pack("<L", int(fields[column], 16)) for column in (1, 7))
        network = ipaddress.IPv4Network((destination, str(ipaddress.IPv4Address(mask))))
        if network.prefixlen:
            networks.append(network)
    return networks


def candidates(port: int) -> Iterator[ipaddress.IPv4Network]:
    """One /24 per port first, so that instances side by side do not meet; then anything private, for the case that
    a VPN has claimed that range."""
    yield ipaddress.IPv4Network((f"10.{port >> 8}.{port & 255}.0", 24))
    for private in ("172.16.0.0/12", "192.168.0.0/16"):
        subnets = list(ipaddress.IPv4Network(private).subnets(new_prefix=24))
        first = port % len(subnets)
        yield from subnets[first:] + subnets[:first]


def choose_subnet(port: int, taken: Iterable[ipaddress.IPv4Network]) -> ipaddress.IPv4Network:
    networks = [PODMAN_DEFAULT, *taken]
    for candidate in candidates(port):
        if not any(candidate.overlaps(network) for network in networks):
            return candidate
    raise LocalAwsError("No private IPv4 subnet is free for the container network: this machine has a route to each.")


def free_subnet(port: int) -> ipaddress.IPv4Network:
    return choose_subnet(port, parse_routes(ROUTES.read_text(encoding="utf-8")))


def gateway(subnet: ipaddress.IPv4Network) -> str:
    return str(subnet.network_address + 1)
