"""Rules of security groups, each by itself.

AWS: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RevokeSecurityGroupIngress.html revokes the rules whose
protocol, ports and other side are given, whichever call authorized them.
ministack: keeps the permissions of a call as they came, and revokes only what is given in the same words; a group's
account, which DescribeSecurityGroups adds, is another word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tools.local_aws.patches.refusals.ec2 import peers

Permission = dict[str, Any]

SIDES = ("IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")


def single_rules(permissions: Iterable[Permission]) -> Iterator[Permission]:
    """The permissions with one other side in each."""
    for permission in permissions:
        for side in SIDES:
            for entry in permission.get(side) or []:
                yield {**permission, **{other: [] for other in SIDES}, side: [entry]}


def same_rule(left: Permission, right: Permission) -> bool:
    return peers([left]) == peers([right])


def install() -> None:
    from ministack.services import ec2

    parse = ec2._parse_ip_permissions
    ec2._parse_ip_permissions = lambda *arguments: list(single_rules(parse(*arguments)))
    ec2._rules_match = same_rule
