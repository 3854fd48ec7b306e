# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The VPC: ranges, zones, and who may come in."""

from __future__ import annotations

import ipaddress
import itertools
import re
import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._preflight.problems import Problem

_VPC_PREFIXES = range(16, 28 + 1)
# AWS has /28 as the smallest subnet, and a load balancer wants a /27 and eight free addresses in it.
_SMALLEST_PRIVATE = 28
_SMALLEST_PUBLIC = 27
_ID = re.compile(r"(vpc|subnet)-([0-9a-f]{8}|[0-9a-f]{17})")


def check_vpc(
    airflow_vpc_id: str,
    airflow_vpc_cidr: str,
    airflow_public_subnet_cidrs: list[t.Any],
    airflow_private_subnet_cidrs: list[t.Any],
) -> t.Iterator[Problem]:
    """Ranges of a VPC that is ours to create."""
    if airflow_vpc_id:
        return
    vpc = _network(airflow_vpc_cidr)
    if vpc is None:
        yield _not_a_network("airflow_vpc_cidr", airflow_vpc_cidr)
    elif vpc.prefixlen not in _VPC_PREFIXES:
        fix = "choose a prefix from /16 to /28, for example 10.20.0.0/16"
        yield Problem("airflow_vpc_cidr", airflow_vpc_cidr, "a VPC has a /16 at most and a /28 at least", fix)
    elif vpc.is_loopback or vpc.is_link_local or vpc.is_multicast or vpc.network_address in _THIS_NETWORK:
        fix = "choose a private range, for example 10.20.0.0/16"
        yield Problem("airflow_vpc_cidr", airflow_vpc_cidr, "AWS does not route such addresses", fix)
    public = list(_named("airflow_public_subnet_cidrs", airflow_public_subnet_cidrs))
    private = list(_named("airflow_private_subnet_cidrs", airflow_private_subnet_cidrs))
    for setting, cidr in public + private:
        smallest = _SMALLEST_PUBLIC if setting == "airflow_public_subnet_cidrs" else _SMALLEST_PRIVATE
        yield from _check_subnet(setting, cidr, vpc, smallest)
    yield from _check_overlaps(public + private)


def check_zones(
    airflow_vpc_id: str,
    airflow_region: str,
    airflow_availability_zones: list[t.Any],
    airflow_public_subnet_cidrs: list[t.Any],
    airflow_private_subnet_cidrs: list[t.Any],
) -> t.Iterator[Problem]:
    """At least two zones, of this region, each with its two subnets."""
    if airflow_vpc_id:
        return
    setting, zones = "airflow_availability_zones", airflow_availability_zones
    if len(zones) < 2:
        fix = f"name two, for example [{airflow_region}a, {airflow_region}b]"
        yield Problem(setting, zones, "the load balancer and the database need two zones", fix)
    for zone in zones:
        if not re.fullmatch(re.escape(airflow_region) + "[a-z]", str(zone)):
            fix = f"write the region and a letter, such as {airflow_region}a"
            yield Problem(setting, zone, f"it is no zone of airflow_region {airflow_region}", fix)
    yield from _check_duplicates(setting, zones)
    for setting, cidrs in (
        ("airflow_public_subnet_cidrs", airflow_public_subnet_cidrs),
        ("airflow_private_subnet_cidrs", airflow_private_subnet_cidrs),
    ):
        if len(cidrs) != len(zones):
            why = f"{len(cidrs)} of them for {len(zones)} availability zones"
            yield Problem(setting, cidrs, why, "give one for each of airflow_availability_zones")


def check_existing_vpc(
    airflow_vpc_id: str, airflow_public_subnet_ids: list[t.Any], airflow_private_subnet_ids: list[t.Any]
) -> t.Iterator[Problem]:
    """A VPC that exists comes with its subnets, and subnets come with their VPC."""
    if airflow_vpc_id and not _is_id("vpc", airflow_vpc_id):
        yield Problem("airflow_vpc_id", airflow_vpc_id, "it is no id of a VPC", "write vpc- and 17 hexadecimal digits")
    for setting, ids in (
        ("airflow_public_subnet_ids", airflow_public_subnet_ids),
        ("airflow_private_subnet_ids", airflow_private_subnet_ids),
    ):
        if ids and not airflow_vpc_id:
            yield Problem(setting, ids, "the VPC of these subnets is not named", "set airflow_vpc_id too, or empty it")
        if airflow_vpc_id and len(ids) < 2:
            why = f"{airflow_vpc_id} is not ours, so no subnet is created in it"
            yield Problem(setting, ids, why, "give the ids of two subnets in two zones, or empty airflow_vpc_id")
        for subnet in ids:
            if not _is_id("subnet", subnet):
                fix = "write subnet- and 17 hexadecimal digits"
                yield Problem(setting, subnet, "it is no id of a subnet", fix)
        yield from _check_duplicates(setting, ids)


def check_allowed_cidrs(airflow_allowed_cidrs: list[t.Any]) -> t.Iterator[Problem]:
    """Nobody could open the UI, or a range that a security group refuses."""
    setting = "airflow_allowed_cidrs"
    if not airflow_allowed_cidrs:
        fix = "list networks, such as [192.0.2.1/32]; `curl https://checkip.amazonaws.com` tells your own address"
        yield Problem(setting, airflow_allowed_cidrs, "nobody could reach the load balancer", fix)
    for cidr in airflow_allowed_cidrs:
        if _network(cidr) is None:
            yield _not_a_network(setting, cidr)
    yield from _check_duplicates(setting, airflow_allowed_cidrs)


# AWS refuses 0.0.0.0/8 for a VPC.
_THIS_NETWORK = ipaddress.IPv4Network("0.0.0.0/8")


def _network(cidr: t.Any) -> ipaddress.IPv4Network | None:
    """cidr as a network; None for anything else, such as an address without a prefix or with bits behind it."""
    try:
        return ipaddress.IPv4Network(cidr) if isinstance(cidr, str) and "/" in cidr else None
    except ValueError:
        return None


def _not_a_network(setting: str, cidr: t.Any) -> Problem:
    try:
        example = str(ipaddress.IPv4Network(str(cidr), strict=False))
    except ValueError:
        example = "10.20.0.0/16"
    return Problem(setting, cidr, "it is no IPv4 network in CIDR notation", f"write a network, such as {example}")


def _named(setting: str, cidrs: list[t.Any]) -> t.Iterator[tuple[str, t.Any]]:
    return ((setting, cidr) for cidr in cidrs)


def _check_subnet(setting: str, cidr: t.Any, vpc: ipaddress.IPv4Network | None, smallest: int) -> t.Iterator[Problem]:
    subnet = _network(cidr)
    if subnet is None:
        yield _not_a_network(setting, cidr)
        return
    if vpc is not None and not subnet.subnet_of(vpc):
        yield Problem(setting, cidr, f"it is not within airflow_vpc_cidr {vpc}", f"choose a part of {vpc}")
    if subnet.prefixlen > smallest:
        why = "a load balancer needs a /27" if smallest == _SMALLEST_PUBLIC else "AWS has no smaller subnet than /28"
        yield Problem(setting, cidr, f"it is too small: {why}", f"choose a /{smallest} or larger, such as a /20")


def _check_overlaps(subnets: list[tuple[str, t.Any]]) -> t.Iterator[Problem]:
    networks = [(setting, network) for setting, cidr in subnets if (network := _network(cidr))]
    for (_first_setting, first), (setting, second) in itertools.combinations(networks, 2):
        if first.overlaps(second):
            yield Problem(setting, str(second), f"it overlaps with {first}", "give every subnet a range of its own")


def _check_duplicates(setting: str, values: list[t.Any]) -> t.Iterator[Problem]:
    for value in sorted({str(value) for value in values if values.count(value) > 1}):
        yield Problem(setting, value, "it is listed more than once", "list it once")


def _is_id(kind: str, value: t.Any) -> bool:
    match = _ID.fullmatch(str(value))
    return match is not None and match[1] == kind


RULES = (check_vpc, check_zones, check_existing_vpc, check_allowed_cidrs)
