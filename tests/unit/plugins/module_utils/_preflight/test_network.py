from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.network import (
    check_allowed_cidrs,
    check_existing_vpc,
    check_vpc,
    check_zones,
)

PUBLIC = ("10.20.0.0/20", "10.20.16.0/20")
PRIVATE = ("10.20.32.0/20", "10.20.48.0/20")
SUBNETS = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]


def vpc(cidr: str = "10.20.0.0/16", public: Any = PUBLIC, private: Any = PRIVATE, vpc_id: str = "") -> list[str]:
    return [f"{problem.setting}: {problem.why}" for problem in check_vpc(vpc_id, cidr, public, private)]


def zones(*names: Any, public: Any = PUBLIC, private: Any = PRIVATE, vpc_id: str = "") -> list[str]:
    problems = check_zones(vpc_id, "eu-central-1", list(names), public, private)
    return [f"{problem.setting}: {problem.why}" for problem in problems]


def test_a_good_network() -> None:
    assert vpc() == []
    assert zones("eu-central-1a", "eu-central-1b") == []


def test_ranges_of_an_existing_vpc_are_not_used() -> None:
    assert vpc("nonsense", ["x"], ["y"], vpc_id="vpc-0123456789abcdef0") == []
    assert zones("x", public=[], private=[], vpc_id="vpc-0123456789abcdef0") == []


@pytest.mark.parametrize("cidr", ["", "10.20.0.0", "10.20.0.1/16", "10.20.0.0/33", "10.20.0/16", "::/16", "ten"])
def test_no_network(cidr: str) -> None:
    [problem] = check_vpc("", cidr, [], [])
    assert problem.setting == "airflow_vpc_cidr"
    assert problem.value == cidr
    assert "write a network" in problem.fix


def test_the_network_of_an_address_is_suggested() -> None:
    [problem] = check_vpc("", "10.20.0.1/16", [], [])
    assert "10.20.0.0/16" in problem.fix


@pytest.mark.parametrize(
    ("cidr", "good"),
    [
        ("10.0.0.0/15", False),
        ("10.0.0.0/16", True),
        ("10.0.0.0/28", True),
        ("10.0.0.0/29", False),
        ("127.0.0.0/16", False),
        ("169.254.0.0/16", False),
        ("224.0.0.0/16", False),
        ("0.0.0.0/16", False),
    ],
)
def test_size_and_place_of_the_vpc(cidr: str, good: bool) -> None:
    assert (vpc(cidr, [], []) == []) is good


def test_subnets_stand_in_the_vpc() -> None:
    assert vpc(private=["10.21.0.0/20", PRIVATE[1]]) == [
        "airflow_private_subnet_cidrs: it is not within airflow_vpc_cidr 10.20.0.0/16"
    ]


@pytest.mark.parametrize(
    ("cidr", "public", "private"), [("10.20.0.0/27", 0, 0), ("10.20.0.0/28", 1, 0), ("10.20.0.0/29", 1, 1)]
)
def test_smallest_subnets(cidr: str, public: int, private: int) -> None:
    assert len(vpc(public=[cidr], private=[])) == public
    assert len(vpc(public=[], private=[cidr])) == private


def test_subnets_do_not_overlap() -> None:
    assert vpc(private=["10.20.8.0/21", PRIVATE[1]]) == ["airflow_private_subnet_cidrs: it overlaps with 10.20.0.0/20"]


def test_a_subnet_that_is_no_network() -> None:
    assert vpc(public=[PUBLIC[0], "10.20.16.0"]) == [
        "airflow_public_subnet_cidrs: it is no IPv4 network in CIDR notation"
    ]
    assert len(vpc(public=[7])) == 1


def test_two_zones_are_needed() -> None:
    assert zones("eu-central-1a", public=PUBLIC[:1], private=PRIVATE[:1]) == [
        "airflow_availability_zones: the load balancer and the database need two zones"
    ]


@pytest.mark.parametrize("zone", ["us-east-1a", "eu-central-1", "a", "eu-central-1ab", 1])
def test_zones_are_of_the_region(zone: Any) -> None:
    assert zones("eu-central-1a", zone) == ["airflow_availability_zones: it is no zone of airflow_region eu-central-1"]


def test_zones_are_different() -> None:
    assert zones("eu-central-1a", "eu-central-1a") == ["airflow_availability_zones: it is listed more than once"]


def test_every_zone_has_its_subnets() -> None:
    assert zones("eu-central-1a", "eu-central-1b", "eu-central-1c") == [
        "airflow_public_subnet_cidrs: 2 of them for 3 availability zones",
        "airflow_private_subnet_cidrs: 2 of them for 3 availability zones",
    ]


def test_an_existing_vpc_with_its_subnets() -> None:
    assert list(check_existing_vpc("", [], [])) == []
    assert list(check_existing_vpc("vpc-0123456789abcdef0", SUBNETS, SUBNETS)) == []


@pytest.mark.parametrize(
    ("vpc_id", "public", "private", "settings"),
    [
        ("vpc-1", SUBNETS, SUBNETS, ["airflow_vpc_id"]),
        ("vpc-12345678", [], SUBNETS, ["airflow_public_subnet_ids"]),
        ("vpc-12345678", SUBNETS, SUBNETS[:1], ["airflow_private_subnet_ids"]),
        ("vpc-12345678", SUBNETS, [SUBNETS[0], "10.0.0.0/20"], ["airflow_private_subnet_ids"]),
        ("vpc-12345678", SUBNETS, [SUBNETS[0], SUBNETS[0]], ["airflow_private_subnet_ids"]),
        ("", SUBNETS, SUBNETS, ["airflow_public_subnet_ids", "airflow_private_subnet_ids"]),
    ],
)
def test_an_existing_vpc_that_does_not_fit(
    vpc_id: str, public: list[str], private: list[str], settings: list[str]
) -> None:
    assert [problem.setting for problem in check_existing_vpc(vpc_id, public, private)] == settings


def test_nobody_may_come_in() -> None:
    [problem] = check_allowed_cidrs([])
    assert "checkip.amazonaws.com" in problem.fix


@pytest.mark.parametrize("cidr", ["192.0.2.1", "192.0.2.1/24", "2001:db8::/32", "everyone"])
def test_networks_that_a_security_group_refuses(cidr: str) -> None:
    [problem] = check_allowed_cidrs(["192.0.2.0/24", cidr])
    assert problem.value == cidr


def test_networks_that_may_come_in() -> None:
    assert list(check_allowed_cidrs(["192.0.2.1/32", "10.0.0.0/8"])) == []
    assert len(list(check_allowed_cidrs(["10.0.0.0/8", "10.0.0.0/8"]))) == 1
