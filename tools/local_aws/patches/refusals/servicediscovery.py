"""What Cloud Map refuses."""

from __future__ import annotations

from tools.local_aws.patches.refusals.checks import Check, Params, Refusal


def vpc_exists(params: Params) -> Refusal | None:
    from ministack.services import ec2

    vpc = params.get("Vpc")
    return None if vpc in ec2._vpcs else Refusal("InvalidInput", f"The VPC {vpc} does not exist.")


def namespace_exists(params: Params) -> Refusal | None:
    from ministack.services import servicediscovery

    namespace = params.get("NamespaceId") or (params.get("DnsConfig") or {}).get("NamespaceId")
    if namespace in servicediscovery._namespaces:
        return None
    return Refusal("NamespaceNotFound", f"Namespace {namespace} not found")


def new_name(params: Params) -> Refusal | None:
    from ministack.services import servicediscovery

    namespace = params.get("NamespaceId") or (params.get("DnsConfig") or {}).get("NamespaceId")
    for service in servicediscovery._services.values():
        where = service.get("NamespaceId") or (service.get("DnsConfig") or {}).get("NamespaceId")
        if (where, service["Name"]) == (namespace, params.get("Name")):
            return Refusal("ServiceAlreadyExists", f"Service already exists. (service {service['Id']})")
    return None


def no_instances(params: Params) -> Refusal | None:
    from ministack.services import servicediscovery

    if servicediscovery._instances.get(params.get("Id")):
        return Refusal("ResourceInUse", "Service contains registered instances; delete the instances first.")
    return None


CHECKS: dict[str, list[Check]] = {
    "CreatePrivateDnsNamespace": [vpc_exists],
    "CreateService": [namespace_exists, new_name],
    "DeleteService": [no_instances],
}
