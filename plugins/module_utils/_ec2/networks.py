# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A VPC with public and private subnets: read it, compare it, bring it to the wanted state."""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._ec2 import network_api as api
from ansible_collections.airflow.fargate.plugins.module_utils._parallel import side_by_side
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import merged_tags, tag_changes
from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict

Resource = api.Resource
State = dict[str, t.Any]

KINDS = ("public", "private")
# A NAT gateway that is none any more is listed for an hour.
ALIVE = ("pending", "available")
NOTHING = api.Seen(dict.fromkeys(api.DNS, False), [], [], [], [], [])
TARGETS = ("GatewayId", "NatGatewayId", "TransitGatewayId", "VpcPeeringConnectionId", "NetworkInterfaceId")


def default_target(table: Resource) -> str | None:
    """Where a route table sends what no other route is for."""
    route = next((one for one in table["Routes"] if one.get("DestinationCidrBlock") == api.EVERYWHERE), None)
    return next((route[key] for key in TARGETS if route.get(key)), "unknown") if route else None


def associations(tables: t.Iterable[Resource]) -> dict[str, Resource]:
    """The association of each subnet that has one; any other goes by the VPC's main table."""
    return {link["SubnetId"]: link for table in tables for link in table["Associations"] if link.get("SubnetId")}


def own_internet_gateway(gateways: t.Iterable[Resource], vpc_id: str | None, name: str) -> Resource | None:
    """The one that is attached to the VPC, or else one of the name that is attached to none."""
    free = None
    for gateway in gateways:
        if any(attachment["VpcId"] == vpc_id for attachment in gateway["Attachments"]):
            return gateway
        if not gateway["Attachments"] and tags_of(gateway).get("Name") == name:
            free = gateway
    return free


def tags_of(resource: Resource) -> dict[str, str]:
    return boto3_tag_list_to_ansible_dict(resource.get("Tags", []))


class Network:
    """One network. Each part notes what it was and what it becomes; under check mode it does nothing else.

    A part that would be created under check mode has no id.
    """

    def __init__(self, client: t.Any, params: State, check_mode: bool) -> None:
        self.client = client
        self.params = params
        self.check_mode = check_mode
        self.name: str = params["name"]
        self.before: State = {}
        self.after: State = {}
        self.warnings: list[str] = []

    def ensure(self) -> State:
        vpc = api.find_vpc(self.client, self.name, self.params["cidr"])
        # Under check mode it may be left unattached by an interrupted run although there is no VPC: not worth a call.
        seen = api.look(self.client, vpc["VpcId"]) if vpc else NOTHING
        vpc_id = self._vpc(vpc, seen.dns)
        wanted = [(kind, subnet) for kind in KINDS for subnet in self.params[f"{kind}_subnets"]]
        there = {subnet["CidrBlock"]: subnet for subnet in seen.subnets}
        subnet_ids = side_by_side(lambda one: self._subnet(vpc_id, *one, there.get(one[1]["cidr"])), wanted)
        subnets = [(kind, option["cidr"], its_id) for (kind, option), its_id in zip(wanted, subnet_ids, strict=True)]
        internet_gateway = self._internet_gateway(vpc_id, seen.internet_gateways)
        private = [its_id for kind, _cidr, its_id in subnets if kind == "private" and its_id]
        if self.params["nat_gateway"]:
            nat_gateway = self._nat_gateway(subnet_ids, seen.nat_gateways)
        else:
            nat_gateway = self._kept_nat_gateway(private, seen.nat_gateways)
        targets = {"public": internet_gateway, "private": nat_gateway}
        tables = {kind: self._route_table(vpc_id, kind, targets[kind], seen.route_tables) for kind in KINDS}
        links = associations(seen.route_tables)
        for kind, cidr, subnet_id in subnets:
            self._association(kind, cidr, tables[kind], subnet_id, links.get(subnet_id or ""))
        for service in self.params["gateway_endpoints"]:
            self._endpoint(vpc_id, service, tables, seen.endpoints)
        unwanted = [] if self.params["nat_gateway"] else seen.nat_gateways
        if self.params["purge_nat_gateway"] and nat_gateway is None:
            self._remove_nat_gateways(unwanted)
        return {
            "changed": self.before != self.after,
            "vpc_id": vpc_id,
            **{f"{kind}_subnet_ids": [one for its, _cidr, one in subnets if its == kind and one] for kind in KINDS},
            "unwanted_nat_gateway_ids": [gateway["NatGatewayId"] for gateway in unwanted],
            "diff": {"before": self.before, "after": self.after},
            "warnings": self.warnings,
        }

    def _note(self, part: str, before: State | None, after: State) -> None:
        if before is not None:
            self.before[part] = before
        self.after[part] = after

    def _wanted_tags(self, name: str, own: t.Mapping[str, t.Any] | None = None) -> dict[str, str]:
        return merged_tags(self.params["tags"], {"Name": name, **(own or {})}) or {}

    def _tag(self, resource_id: str, observed: Resource, wanted: t.Mapping[str, str]) -> dict[str, str]:
        """The tags that a resource has from now on."""
        there = tags_of(observed)
        changes = tag_changes(there, wanted, self.params["purge_tags"])
        if not self.check_mode:
            api.tag(self.client, resource_id, changes)
        return changes.applied_to(there)

    def _vpc(self, vpc: Resource | None, dns: t.Mapping[str, bool]) -> str | None:
        tags = self._wanted_tags(self.name)
        after = {"cidr": self.params["cidr"], "dns": sorted(api.DNS)}
        vpc_id: str | None
        if vpc is None:
            vpc_id = None if self.check_mode else api.create_vpc(self.client, self.params["cidr"], tags)
            self._note("VPC", None, {**after, "tags": tags})
        else:
            vpc_id = vpc["VpcId"]
            before = {**after, "dns": sorted(name for name, enabled in dns.items() if enabled)}
            after_tags = self._tag(vpc["VpcId"], vpc, tags)
            self._note("VPC", {**before, "tags": tags_of(vpc)}, {**after, "tags": after_tags})
        for name, enabled in dns.items():
            if vpc_id and not enabled and not self.check_mode:
                api.enable(self.client, vpc_id, name)
        return vpc_id

    def _subnet(self, vpc_id: str | None, kind: str, option: State, found: Resource | None) -> str | None:
        cidr, zone = option["cidr"], option["availability_zone"]
        tags = self._wanted_tags(f"{self.name}-{kind}-{zone}", option["tags"])
        part = f"subnet {cidr}"
        if found is None:
            self._note(part, None, {"availability_zone": zone, "tags": tags})
            if vpc_id is None or self.check_mode:
                return None
            return api.create_subnet(self.client, vpc_id, cidr, zone, tags)
        there = {"availability_zone": found["AvailabilityZone"], "tags": tags_of(found)}
        if there["availability_zone"] != zone:
            self.warnings.append(f"Subnet {cidr} stays in {there['availability_zone']}: EC2 cannot move it to {zone}")
        self._note(part, there, {**there, "tags": self._tag(found["SubnetId"], found, tags)})
        return found["SubnetId"]

    def _internet_gateway(self, vpc_id: str | None, gateways: list[Resource]) -> str | None:
        found = own_internet_gateway(gateways, vpc_id, self.name)
        tags = self._wanted_tags(self.name)
        attached = {"attached": True}
        if found is None:
            self._note("internet gateway", None, {**attached, "tags": tags})
            gateway_id = None if self.check_mode else api.create_internet_gateway(self.client, tags)
        else:
            gateway_id = found["InternetGatewayId"]
            before = {"attached": bool(found["Attachments"]), "tags": tags_of(found)}
            self._note("internet gateway", before, {**attached, "tags": self._tag(gateway_id, found, tags)})
        if gateway_id and vpc_id and not self.check_mode and not (found and found["Attachments"]):
            api.attach(self.client, vpc_id, gateway_id)
        return gateway_id

    def _nat_gateway(self, subnet_ids: list[str | None], gateways: list[Resource]) -> str | None:
        """In the first public subnet. One that is being made was begun by an interrupted run."""
        tags = self._wanted_tags(self.name)
        found = next((one for one in gateways if one["State"] in ALIVE), None)
        if found is None:
            self._note("NAT gateway", None, {"tags": tags})
            if self.check_mode or not subnet_ids[0]:
                return None
            gateway_id = api.create_nat_gateway(self.client, subnet_ids[0], tags)
        else:
            gateway_id = found["NatGatewayId"]
            self._note("NAT gateway", {"tags": tags_of(found)}, {"tags": self._tag(gateway_id, found, tags)})
        if not self.check_mode and (found is None or found["State"] == "pending"):
            # EC2 takes no route to one that is not available.
            api.wait_for_nat_gateway(self.client, gateway_id, "available")
        return gateway_id

    def _kept_nat_gateway(self, private_subnet_ids: list[str], gateways: list[Resource]) -> str | None:
        """One that is not wanted any more, while something may need it. Its route stays with it."""
        found = next((one for one in gateways if one["State"] in ALIVE), None)
        if found is None:
            return None
        gateway_id = found["NatGatewayId"]
        there = {"tags": tags_of(found)}
        if self.params["purge_nat_gateway"]:
            # Under check mode nothing has moved yet.
            tasks = (
                []
                if self.check_mode or not private_subnet_ids
                else api.find_task_interfaces(self.client, private_subnet_ids)
            )
            if not tasks:
                self.before["NAT gateway"] = there
                return None
            self.warnings.append(
                f"NAT gateway {gateway_id} stays: tasks of ECS in the private subnets need it ({len(tasks)}). "
                "A run after they have ended removes it"
            )
        self._note("NAT gateway", there, there)
        return gateway_id

    def _remove_nat_gateways(self, gateways: list[Resource]) -> None:
        """With their addresses, which are free once EC2 has deleted them; an interrupted run may have come less far."""
        if not self.check_mode:
            for gateway in gateways:
                if gateway["State"] in ALIVE:
                    api.delete_nat_gateway(self.client, gateway["NatGatewayId"])
            for gateway in gateways:
                if gateway["State"] in (*ALIVE, "deleting"):
                    api.wait_for_nat_gateway(self.client, gateway["NatGatewayId"], "deleted")
        for address in api.find_addresses_of(self.client, gateways):
            self.before[f"address {address}"] = {"allocated": True}
            if not self.check_mode:
                api.release_address(self.client, address)

    def _route_table(self, vpc_id: str | None, kind: str, target: str | None, tables: list[Resource]) -> str | None:
        """Only its default route is ours; EC2 itself adds those of endpoints."""
        name = f"{self.name}-{kind}"
        tags = self._wanted_tags(name)
        routed = kind == "public" or self.params["nat_gateway"] or target is not None
        default = (target or "new gateway") if routed else None
        found = next((table for table in tables if tags_of(table).get("Name") == name), None)
        before = None
        after = {"default_route": default, "tags": tags}
        if found is not None:
            before = {"default_route": default_target(found), "tags": tags_of(found)}
            after["tags"] = self._tag(found["RouteTableId"], found, tags)
        self._note(f"route table {name}", before, after)
        if self.check_mode or vpc_id is None:
            return found["RouteTableId"] if found else None
        table = found or api.create_route_table(self.client, vpc_id, tags)
        observed = default_target(table)
        if observed != default:
            api.set_default_route(self.client, table["RouteTableId"], target, replace=observed is not None)
        return table["RouteTableId"]

    def _association(
        self, kind: str, cidr: str, table_id: str | None, subnet_id: str | None, link: Resource | None
    ) -> None:
        if subnet_id is None or (link and link["RouteTableId"] == table_id):
            return
        before = {"route_table": link["RouteTableId"] if link else "the main one"}
        self._note(f"routes of subnet {cidr}", before, {"route_table": f"{self.name}-{kind}"})
        if table_id and not self.check_mode:
            api.associate(self.client, table_id, subnet_id, link["RouteTableAssociationId"] if link else None)

    def _endpoint(
        self, vpc_id: str | None, service: str, tables: t.Mapping[str, str | None], endpoints: list[Resource]
    ) -> None:
        tags = self._wanted_tags(f"{self.name}-{service.rpartition('.')[2]}")
        alive = (one for one in endpoints if one["State"].lower() not in ("deleted", "deleting"))
        found = next((one for one in alive if one["ServiceName"] == service), None)
        part = f"endpoint {service}"
        names = sorted(tables)
        if found is None:
            self._note(part, None, {"route_tables": names, "tags": tags})
            if vpc_id and not self.check_mode:
                ids = [table for table in tables.values() if table]
                api.create_endpoint(self.client, vpc_id, service, ids, tags)
            return
        missing = {kind: table for kind, table in tables.items() if table not in found["RouteTableIds"]}
        before = {"route_tables": sorted(set(names) - set(missing)), "tags": tags_of(found)}
        endpoint_id = found["VpcEndpointId"]
        self._note(part, before, {"route_tables": names, "tags": self._tag(endpoint_id, found, tags)})
        if missing and not self.check_mode:
            api.add_to_endpoint(self.client, endpoint_id, [table for table in missing.values() if table])


def ensure(client: t.Any, params: State, check_mode: bool) -> State:
    return Network(client, params, check_mode).ensure()
