#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: service_discovery_service
version_added: 1.0.0
short_description: Manage an AWS Cloud Map service in a private DNS namespace
description:
  - Makes sure that a private DNS namespace exists in a VPC, with a service in it that Amazon ECS can register tasks
    with, so that they are found as C(<service>.<namespace>).
  - The service has A records with multivalue routing and the custom health check that ECS reports to.
options:
  namespace:
    description:
      - The name of the private DNS namespace, for example V(airflow-prod.internal).
    type: str
    required: true
  vpc_id:
    description:
      - The VPC in which the names resolve. Needed with O(state=present). A namespace of the same name in another VPC
        is a different one.
    type: str
  name:
    description:
      - The name of the service.
    type: str
    required: true
  arn:
    description:
      - The ARN of the service, where it is known, as by M(airflow.fargate.deployment_info). The service is then read by
        it, and nothing is searched for unless there is no such service any more. Only with O(state=present).
    type: str
  state:
    description:
      - V(present) creates the namespace and the service.
      - V(absent) waits until no task is registered any more, deletes the service, and the namespace when no service is
        left in it.
    type: str
    choices: [present, absent]
    default: present
  ttl:
    description:
      - For how many seconds resolvers may keep an answer.
    type: int
    default: 10
  tags:
    description:
      - The tags of the service. A namespace gets them when it is created, and keeps its own later on, since it may
        hold other services.
    type: dict
    aliases: [resource_tags]
  purge_tags:
    description:
      - Whether tags of the service that are not in O(tags) are removed. Nothing is removed without O(tags).
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds each operation, and the deregistration of the tasks, may take.
    type: int
    default: 300
notes:
  - Calls U(https://docs.aws.amazon.com/cloud-map/latest/api/API_CreatePrivateDnsNamespace.html), GetNamespace,
    ListNamespaces, DeleteNamespace, CreateService, GetService, ListServices, UpdateService, DeleteService,
    ListInstances, GetOperation, TagResource, UntagResource, ListTagsForResource, and Route 53's GetHostedZone.
author:
  - airflow.fargate contributors (@airflow-fargate)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Let tasks find the API server as api-server.airflow-prod.internal
  airflow.fargate.service_discovery_service:
    namespace: airflow-prod.internal
    vpc_id: vpc-0123456789abcdef0
    name: api-server
    tags:
      airflow:environment: prod

- name: Remove the service, and the namespace with it
  airflow.fargate.service_discovery_service:
    namespace: airflow-prod.internal
    name: api-server
    state: absent
"""

RETURN = r"""
namespace_id:
  description: The id of the namespace. Null when there is none.
  returned: always
  type: str
  sample: ns-abcdefghijklmnop
id:
  description: The id of the service. Null when there is none.
  returned: always
  type: str
  sample: srv-abcdefghijklmnop
arn:
  description: The ARN of the service, for the C(serviceRegistries) of an ECS service. Null when there is none.
  returned: always
  type: str
  sample: arn:aws:servicediscovery:eu-west-1:123456789012:service/srv-abcdefghijklmnop
"""

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._parallel import side_by_side
from ansible_collections.airflow.fargate.plugins.module_utils._polling import poll
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import tag_changes
from ansible_collections.airflow.fargate.plugins.module_utils._servicediscovery import api
from ansible_collections.airflow.fargate.plugins.module_utils._servicediscovery.common import ServiceDiscoveryError
from ansible_collections.airflow.fargate.plugins.module_utils._servicediscovery.services import (
    create_request,
    deregistered,
    fixed_differences,
    operation_finished,
    ttl_change,
    ttl_of,
)
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

Resource = dict[str, t.Any]


class DiscoveryService:
    """One service, its namespace, and the task that describes them."""

    def __init__(self, module: AnsibleAWSModule) -> None:
        self.module = module
        self.params = module.params
        self.client = module.client("servicediscovery")
        self.changed = False
        self.diff: dict[str, t.Any] = {"before": {}, "after": {}}

    def ensure_present(self) -> dict[str, t.Any]:
        known, tags = self._known_service()
        if known is not None:
            self._modify(known, tags)
            return _result(known["NamespaceId"], known)
        namespace = self._find_namespace()
        service = self._find_service(namespace)
        if namespace is None or service is None:
            return self._create(namespace)
        self._modify(service)
        return _result(namespace["Id"], service)

    def _known_service(self) -> tuple[Resource | None, dict[str, str]]:
        """With its tags."""
        arn = self.params["arn"]
        if not arn:
            return None, {}
        reads: list[t.Callable[[], t.Any]] = [
            lambda: api.find_service(self.client, arn.rpartition("/")[2]),
            lambda: api.list_tags(self.client, arn),
        ]
        service, tags = side_by_side(lambda read: read(), reads)
        return service, tags

    def ensure_absent(self) -> dict[str, t.Any]:
        namespace = self._find_namespace()
        if namespace is None:
            return _result(None, None)
        services = api.list_services(self.client, namespace["Id"])
        ours = [service for service in services if service["Name"] == self.params["name"]]
        last = len(services) == len(ours)
        self.changed = bool(ours) or last
        if self.changed:
            self.diff["before"] = {
                "services": [service["Name"] for service in services],
                "namespace": namespace["Name"],
            }
            self.diff["after"] = {
                "services": [service["Name"] for service in services if service not in ours],
                "namespace": None if last else namespace["Name"],
            }
        if not self.module.check_mode:
            for service in ours:
                self._delete_service(service)
            if last:
                self._finish(api.delete_namespace(self.client, namespace["Id"]), "delete the namespace")
        return _result(None if last else namespace["Id"], None)

    def _find_namespace(self) -> Resource | None:
        found = api.list_private_namespaces(self.client, self.params["namespace"])
        vpc_id = self.params["vpc_id"]
        if vpc_id is not None and found:
            route53 = self.module.client("route53")
            found = [namespace for namespace in found if vpc_id in api.vpcs_of_zone(route53, _zone_of(namespace))]
        if len(found) > 1:
            raise ServiceDiscoveryError(
                message=f"There are {len(found)} private namespaces {self.params['namespace']}; give vpc_id"
            )
        return found[0] if found else None

    def _find_service(self, namespace: Resource | None) -> Resource | None:
        if namespace is None:
            return None
        services = api.list_services(self.client, namespace["Id"])
        return next((service for service in services if service["Name"] == self.params["name"]), None)

    def _create(self, namespace: Resource | None) -> dict[str, t.Any]:
        tags = self.params["tags"] or {}
        self.changed = True
        self.diff["before"] = {"namespace": namespace["Name"]} if namespace else {}
        self.diff["after"] = {
            "namespace": self.params["namespace"],
            "name": self.params["name"],
            "ttl": self.params["ttl"],
            "tags": tags,
        }
        if self.module.check_mode:
            return _result(namespace["Id"] if namespace else None, None)
        if namespace is None:
            namespace = self._create_namespace(tags)
        request = create_request(self.params["name"], namespace["Id"], self.params["ttl"])
        return _result(namespace["Id"], api.create_service(self.client, request, tags))

    def _create_namespace(self, tags: dict[str, str]) -> Resource:
        operation = api.create_namespace(self.client, self.params["namespace"], self.params["vpc_id"], tags)
        targets = self._finish(operation, "create the namespace")["Targets"]
        return api.get_namespace(self.client, targets["NAMESPACE"])

    def _modify(self, service: Resource, known_tags: dict[str, str] | None = None) -> None:
        fixed = fixed_differences(service)
        if fixed:
            raise ServiceDiscoveryError(message=f"Service {service['Name']} cannot be used by ECS: {'; '.join(fixed)}")
        current = api.list_tags(self.client, service["Arn"]) if known_tags is None else known_tags
        tags = tag_changes(current, self.params["tags"], self.params["purge_tags"])
        ttl = self.params["ttl"]
        self.diff = {
            "before": {"ttl": ttl_of(service), "tags": current},
            "after": {"ttl": ttl, "tags": tags.applied_to(current)},
        }
        self.changed = self.diff["before"] != self.diff["after"]
        if self.module.check_mode:
            return
        if tags.remove:
            api.untag(self.client, service["Arn"], tags.remove)
        if tags.add:
            api.tag(self.client, service["Arn"], tags.add)
        if ttl_of(service) != ttl:
            self._finish(api.update_service(self.client, service["Id"], ttl_change(ttl)), "change the TTL")

    def _delete_service(self, service: Resource) -> None:
        poll(
            lambda: api.list_instances(self.client, service["Id"]),
            deregistered,
            self.params["wait_timeout"],
            f"the tasks of service {service['Name']} to be deregistered",
        )
        api.delete_service(self.client, service["Id"])

    def _finish(self, operation: str, purpose: str) -> Resource:
        return poll(
            lambda: api.get_operation(self.client, operation),
            operation_finished,
            self.params["wait_timeout"],
            f"operation {operation} to {purpose}",
        )


def _zone_of(namespace: Resource) -> str:
    return namespace["Properties"]["DnsProperties"]["HostedZoneId"]


def _result(namespace_id: str | None, service: Resource | None) -> dict[str, t.Any]:
    return {
        "namespace_id": namespace_id,
        "id": service["Id"] if service else None,
        "arn": service["Arn"] if service else None,
    }


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "namespace": {"type": "str", "required": True},
            "vpc_id": {"type": "str"},
            "name": {"type": "str", "required": True},
            "arn": {"type": "str"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "ttl": {"type": "int", "default": 10},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
            "wait_timeout": {"type": "int", "default": 300},
        },
        required_if=[("state", "present", ["vpc_id"])],
        supports_check_mode=True,
    )
    discovery = DiscoveryService(module)
    try:
        found = discovery.ensure_present() if module.params["state"] == "present" else discovery.ensure_absent()
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)
    module.exit_json(changed=discovery.changed, diff=discovery.diff, **found)


if __name__ == "__main__":
    main()
