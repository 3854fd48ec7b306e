# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What delivers logs and what reads them: Firehose, Glue and Athena. Their lists go by name, their tags decide."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code

from .compute import pages
from .model import Kind, Resource, Scope, tag_dict

# More than a page of ListDeliveryStreams has by default; Firehose has no paginator.
STREAMS_PER_PAGE = 100


def stream_names(scope: Scope) -> Iterator[str]:
    client = scope.client("firehose")
    more = True
    last: dict[str, str] = {}
    while more:
        page = client.list_delivery_streams(Limit=STREAMS_PER_PAGE, **last)
        names = page["DeliveryStreamNames"]
        yield from (name for name in names if name.startswith(f"{scope.name}-"))
        more = page["HasMoreDeliveryStreams"] and bool(names)
        last = {"ExclusiveStartDeliveryStreamName": names[-1]} if names else {}


def find_delivery_streams(scope: Scope) -> Iterator[Resource]:
    client = scope.client("firehose")
    for name in stream_names(scope):
        try:
            if not scope.owns(tag_dict(client.list_tags_for_delivery_stream(DeliveryStreamName=name)["Tags"])):
                continue
            described = client.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]
        except is_boto3_error_code("ResourceNotFoundException"):
            continue  # It went while we looked
        yield Resource("delivery stream", name, name, described["DeliveryStreamStatus"] == "DELETING")


def delete_delivery_stream(scope: Scope, resource: Resource) -> None:
    scope.client("firehose").delete_delivery_stream(DeliveryStreamName=resource.id)


def find_databases(scope: Scope) -> Iterator[Resource]:
    """Glue gives a database no ARN: region and account are those of the caller."""
    client = scope.client("glue")
    # Hyphens are none of the characters that Glue allows.
    prefix = scope.name.replace("-", "_")
    for database in pages(client, "get_databases", "DatabaseList"):
        name = database["Name"]
        if not name.startswith(prefix):
            continue
        arn = f"arn:aws:glue:{client.meta.region_name}:{database['CatalogId']}:database/{name}"
        if scope.owns(client.get_tags(ResourceArn=arn)["Tags"]):
            yield Resource("Glue database", name, name)


def delete_database(scope: Scope, resource: Resource) -> None:
    """Takes its tables along."""
    scope.client("glue").delete_database(Name=resource.id)


def find_workgroups(scope: Scope) -> Iterator[Resource]:
    client = scope.client("athena")
    account = ""
    for workgroup in workgroups(scope):
        account = account or scope.client("sts").get_caller_identity()["Account"]
        arn = f"arn:aws:athena:{client.meta.region_name}:{account}:workgroup/{workgroup}"
        if scope.owns(tag_dict(client.list_tags_for_resource(ResourceARN=arn)["Tags"])):
            yield Resource("Athena workgroup", workgroup, workgroup)


def workgroups(scope: Scope) -> Iterator[str]:
    client = scope.client("athena")
    token: dict[str, str] = {}
    while True:
        page = client.list_work_groups(**token)
        yield from (group["Name"] for group in page["WorkGroups"] if group["Name"].startswith(f"{scope.name}-"))
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}


def delete_workgroup(scope: Scope, resource: Resource) -> None:
    """Takes its saved queries and its history along."""
    scope.client("athena").delete_work_group(WorkGroup=resource.id, RecursiveDeleteOption=True)


DELIVERY_STREAMS = Kind(find_delivery_streams, delete_delivery_stream)
DATABASES = Kind(find_databases, delete_database)
WORKGROUPS = Kind(find_workgroups, delete_workgroup)
