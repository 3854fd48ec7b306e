# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The dashboard, and the topic that tells of alarms. The alarms themselves go with what scales."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code

from .compute import pages
from .model import Kind, Resource, Scope, tag_dict


def find_dashboards(scope: Scope) -> Iterator[Resource]:
    """Dashboards have no tags: it is known by the environment's name."""
    for entry in pages(
        scope.client("cloudwatch"), "list_dashboards", "DashboardEntries", DashboardNamePrefix=scope.name
    ):
        if entry["DashboardName"] == scope.name:
            yield Resource("dashboard", entry["DashboardName"], entry["DashboardName"])


def delete_dashboard(scope: Scope, resource: Resource) -> None:
    scope.client("cloudwatch").delete_dashboards(DashboardNames=[resource.id])


def find_topics(scope: Scope) -> Iterator[Resource]:
    client = scope.client("sns")
    for topic in pages(client, "list_topics", "Topics"):
        arn = topic["TopicArn"]
        name = arn.rpartition(":")[2]
        if not name.startswith(f"{scope.name}-"):
            continue
        try:
            tags = client.list_tags_for_resource(ResourceArn=arn)["Tags"]
        except is_boto3_error_code(["NotFound", "NotFoundException", "ResourceNotFound", "ResourceNotFoundException"]):
            continue  # It went while we looked
        if scope.owns(tag_dict(tags)):
            yield Resource("topic", name, arn)


def delete_topic(scope: Scope, resource: Resource) -> None:
    """Takes its subscriptions along."""
    scope.client("sns").delete_topic(TopicArn=resource.id)


DASHBOARDS = Kind(find_dashboards, delete_dashboard)
TOPICS = Kind(find_topics, delete_topic)
