# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Rules of security groups, one by one and in the one form in which they can be compared.

EC2 lumps rules of the same protocol and ports together, and writes protocols and addresses its own way.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from ipaddress import ip_network

from ansible_collections.airflow.fargate.plugins.module_utils._ec2.common import EC2Error

Options = t.Mapping[str, t.Any]
Permission = dict[str, t.Any]

ALL = "-1"
PROTOCOLS = {"all": ALL, "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}
ICMP = {"icmp", "icmpv6"}
WITH_PORTS = {"tcp", "udp", *ICMP}

# Where an IpPermission keeps each kind of the other side.
SIDES = {
    "cidr_ipv4": ("IpRanges", "CidrIp"),
    "cidr_ipv6": ("Ipv6Ranges", "CidrIpv6"),
    "prefix_list": ("PrefixListIds", "PrefixListId"),
    "group": ("UserIdGroupPairs", "GroupId"),
}


@dataclass(frozen=True)
class Rule:
    """One protocol and port range from or to one other side. Descriptions do not make rules different."""

    protocol: str
    from_port: int | None
    to_port: int | None
    kind: str
    other_side: str
    description: str | None = field(default=None, compare=False)
    # The account of a group in a peered VPC.
    owner: str | None = field(default=None, compare=False)

    def text(self, names: t.Mapping[str, str]) -> str:
        """For people: "tcp 5432 airflow-prod-worker"."""
        words = ["all" if self.protocol == ALL else self.protocol]
        if self.from_port is not None:
            words.append(str(self.from_port) if self.from_port == self.to_port else f"{self.from_port}-{self.to_port}")
        words.append(names.get(self.other_side, self.other_side))
        return " ".join(words) + (f" ({self.description})" if self.description else "")


class RuleChanges(t.NamedTuple):
    """What to ask of EC2."""

    authorize: list[Rule]
    describe: list[Rule]
    revoke: list[Rule]

    def applied_to(self, observed: t.Iterable[Rule]) -> list[Rule]:
        gone = {*self.revoke, *self.describe}
        return [*(rule for rule in observed if rule not in gone), *self.describe, *self.authorize]


def canonical_protocol(protocol: str) -> str:
    return PROTOCOLS.get(protocol.lower(), protocol.lower())


def canonical_cidr(cidr: str) -> str:
    """As EC2 stores it: without host bits, IPv6 compressed."""
    try:
        return str(ip_network(cidr, strict=False))
    except ValueError as error:
        raise EC2Error(message=f"{cidr!r} is no range of addresses in CIDR notation") from error


def _port_range(protocol: str, first: int | None, last: int | None) -> tuple[int | None, int | None]:
    if protocol not in WITH_PORTS:
        return None, None
    if protocol in ICMP:
        # The type and the code: -1 is all of them.
        return -1 if first is None else first, -1 if last is None else last
    return first, first if last is None else last


def observed_rules(permissions: t.Iterable[Permission]) -> list[Rule]:
    """The rules in the IpPermissions that EC2 describes."""
    return [
        Rule(*_ports_of(permission), kind, side[key], side.get("Description"), side.get("UserId"))
        for permission in permissions
        for kind, (sides, key) in SIDES.items()
        for side in permission.get(sides, [])
    ]


def _ports_of(permission: Permission) -> tuple[str, int | None, int | None]:
    protocol = canonical_protocol(permission["IpProtocol"])
    return protocol, *_port_range(protocol, permission.get("FromPort"), permission.get("ToPort"))


def wanted_rules(options: t.Iterable[Options], ids: t.Mapping[str, str]) -> list[Rule]:
    """The rules that a group's options ask for; ids are those of the groups they may name."""
    rules = []
    for option in options:
        protocol = canonical_protocol(option["protocol"])
        ports = (protocol, *_port_range(protocol, option["from_port"], option["to_port"]))
        rules += [Rule(*ports, kind, other, option["description"]) for kind, other in _other_sides(option, ids)]
    return list(dict.fromkeys(rules))


def _other_sides(option: Options, ids: t.Mapping[str, str]) -> t.Iterator[tuple[str, str]]:
    for cidr in option["cidrs"] or []:
        yield "cidr_ipv6" if ":" in cidr else "cidr_ipv4", canonical_cidr(cidr)
    for prefix_list in option["prefix_lists"] or []:
        yield "prefix_list", prefix_list
    for group in option["groups"] or []:
        # No name of a security group can begin like an id.
        if group not in ids and not group.startswith("sg-"):
            raise EC2Error(message=f"A rule names the security group {group}, which is not in the list: give its id")
        yield "group", ids.get(group, group)


def rule_changes(observed: t.Sequence[Rule], wanted: t.Sequence[Rule] | None, purge: bool) -> RuleChanges:
    """Nothing when no rules are wanted: a group's rules are then somebody else's."""
    if wanted is None:
        return RuleChanges([], [], [])
    there = {rule: rule for rule in observed}
    reworded = [
        replace(rule, owner=there[rule].owner)
        for rule in wanted
        if rule in there and rule.description is not None and rule.description != (there[rule].description or "")
    ]
    return RuleChanges(
        authorize=[rule for rule in wanted if rule not in there],
        describe=reworded,
        revoke=[rule for rule in observed if rule not in wanted] if purge else [],
    )


def to_permission(rule: Rule, describe: bool) -> Permission:
    """A rule as EC2 takes it. To revoke it, its description must be left out or be the same."""
    permission: Permission = {"IpProtocol": rule.protocol}
    if rule.from_port is not None:
        permission |= {"FromPort": rule.from_port, "ToPort": rule.to_port}
    sides, key = SIDES[rule.kind]
    side = {key: rule.other_side}
    if rule.owner:
        side["UserId"] = rule.owner
    if describe and rule.description:
        side["Description"] = rule.description
    return {**permission, sides: [side]}


def texts(rules: t.Iterable[Rule], names: t.Mapping[str, str]) -> list[str]:
    """The rules for a diff: group ids as names, in a fixed order."""
    return sorted(rule.text(names) for rule in rules)
