"""Workgroups and their saved queries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._athena import workgroups
from ansible_collections.airflow.fargate.plugins.module_utils._athena.common import AthenaError
from botocore.stub import Stubber

ARN = "arn:aws:athena:eu-west-1:123456789012:workgroup/logs"
WHO = {"WorkGroup": "logs"}
QUERY = {"name": "errors", "description": None, "database": "app", "query": "SELECT 1\n"}
PARAMS: dict[str, Any] = {
    "description": "Logs",
    "output_location": "s3://bucket/queries/",
    "encryption": "sse_s3",
    "enforce_configuration": True,
    "publish_metrics": False,
    "bytes_scanned_cutoff": None,
    "engine_version": "Athena engine version 3",
    "named_queries": [QUERY],
    "purge_named_queries": False,
    "tags": {"a": "1"},
    "purge_tags": True,
}
CONFIGURATION = {
    "ResultConfiguration": {
        "OutputLocation": "s3://bucket/queries/",
        "EncryptionConfiguration": {"EncryptionOption": "SSE_S3"},
    },
    "EnforceWorkGroupConfiguration": True,
    "PublishCloudWatchMetricsEnabled": False,
    "EngineVersion": {"SelectedEngineVersion": "Athena engine version 3"},
}


@pytest.fixture
def stub() -> Iterator[Stubber]:
    client = boto3.client("athena", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="y")
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def workgroup(stub: Stubber) -> workgroups.WorkGroup:
    return workgroups.WorkGroup(stub.client, "logs", ARN)


def saved(identifier: str = "1", **given: Any) -> dict[str, Any]:
    query = {"NamedQueryId": identifier, "Name": "errors", "Database": "app", "QueryString": "SELECT 1"}
    return {**query, "WorkGroup": "logs", **given}


def add_workgroup(stub: Stubber, **given: Any) -> None:
    answer = {"Name": "logs", "Description": "Logs", "Configuration": CONFIGURATION, **given}
    stub.add_response("get_work_group", {"WorkGroup": answer}, WHO)


def add_queries(stub: Stubber, *queries: dict[str, Any]) -> None:
    ids = [query["NamedQueryId"] for query in queries]
    # An empty page has no list at all.
    stub.add_response("list_named_queries", {"NamedQueryIds": ids} if ids else {}, WHO)
    if ids:
        stub.add_response("batch_get_named_query", {"NamedQueries": list(queries)}, {"NamedQueryIds": ids})


def add_tags(stub: Stubber, **tags: str) -> None:
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    stub.add_response("list_tags_for_resource", {"Tags": listed}, {"ResourceARN": ARN})


def add_missing(stub: Stubber) -> None:
    stub.add_client_error("get_work_group", "InvalidRequestException", "WorkGroup logs is not found.")


def add_saving(stub: Stubber, text: str = "SELECT 1") -> None:
    request = {"Name": "errors", "Database": "app", "QueryString": text, **WHO}
    stub.add_response("create_named_query", {"NamedQueryId": "2"}, request)


def test_create(stub: Stubber) -> None:
    add_missing(stub)
    request = {"Name": "logs", "Description": "Logs", "Configuration": CONFIGURATION}
    stub.add_response("create_work_group", {}, {**request, "Tags": [{"Key": "a", "Value": "1"}]})
    add_saving(stub)

    result = workgroups.ensure_present(workgroup(stub), PARAMS, check_mode=False)

    assert result["changed"]
    assert result["workgroup"]["arn"] == ARN
    assert "named_queries" not in result["workgroup"]


def test_check_mode_creates_nothing(stub: Stubber) -> None:
    add_missing(stub)

    result = workgroups.ensure_present(workgroup(stub), PARAMS, check_mode=True)

    assert result["changed"]
    assert result["diff"]["after"]["named_queries"]["errors"]["query"] == "SELECT 1"


def test_the_wanted_state_changes_nothing(stub: Stubber) -> None:
    add_workgroup(stub)
    add_queries(stub, saved())
    add_tags(stub, a="1")

    assert not workgroups.ensure_present(workgroup(stub), PARAMS, check_mode=False)["changed"]


def test_saved_queries_that_are_not_asked_for_are_not_even_read(stub: Stubber) -> None:
    add_workgroup(stub)
    add_tags(stub, a="1")

    params = {**PARAMS, "named_queries": None}
    assert not workgroups.ensure_present(workgroup(stub), params, check_mode=False)["changed"]


def test_only_the_difference_is_applied(stub: Stubber) -> None:
    add_workgroup(stub, Description="Old", Configuration={**CONFIGURATION, "BytesScannedCutoffPerQuery": 10_000_000})
    add_queries(stub, saved(QueryString="SELECT 0"))
    add_tags(stub, b="2")
    updates = {"RemoveBytesScannedCutoffPerQuery": True}
    stub.add_response("update_work_group", {}, {**WHO, "Description": "Logs", "ConfigurationUpdates": updates})
    add_saving(stub)
    stub.add_response("delete_named_query", {}, {"NamedQueryId": "1"})
    stub.add_response("untag_resource", {}, {"ResourceARN": ARN, "TagKeys": ["b"]})
    stub.add_response("tag_resource", {}, {"ResourceARN": ARN, "Tags": [{"Key": "a", "Value": "1"}]})

    result = workgroups.ensure_present(workgroup(stub), {**PARAMS, "bytes_scanned_cutoff": 0}, check_mode=False)

    assert result["diff"]["before"]["named_queries"]["errors"]["query"] == "SELECT 0"
    assert result["diff"]["after"]["named_queries"]["errors"]["query"] == "SELECT 1"
    assert result["diff"]["after"]["tags"] == {"a": "1"}


def test_check_mode_changes_nothing(stub: Stubber) -> None:
    add_workgroup(stub, Configuration={})
    add_queries(stub)
    add_tags(stub)

    assert workgroups.ensure_present(workgroup(stub), PARAMS, check_mode=True)["changed"]


def test_queries_of_others_go_when_asked_for(stub: Stubber) -> None:
    add_workgroup(stub)
    add_queries(stub, saved(), saved("9", Name="by hand"))
    add_tags(stub, a="1")
    stub.add_response("delete_named_query", {}, {"NamedQueryId": "9"})

    result = workgroups.ensure_present(workgroup(stub), {**PARAMS, "purge_named_queries": True}, check_mode=False)

    assert sorted(result["diff"]["before"]["named_queries"]) == ["by hand", "errors"]
    assert sorted(result["diff"]["after"]["named_queries"]) == ["errors"]


def test_a_replaced_query_takes_those_of_its_name_along(stub: Stubber) -> None:
    add_workgroup(stub)
    add_queries(stub, saved("1"), saved("2", QueryString="SELECT 0"))
    add_tags(stub, a="1")
    add_saving(stub)
    for identifier in ("2", "1"):
        stub.add_response("delete_named_query", {}, {"NamedQueryId": identifier})

    assert workgroups.ensure_present(workgroup(stub), PARAMS, check_mode=False)["changed"]


def test_a_query_given_twice_is_refused(stub: Stubber) -> None:
    with pytest.raises(AthenaError, match="more than one saved query errors"):
        workgroups.ensure_present(workgroup(stub), {**PARAMS, "named_queries": [QUERY, QUERY]}, check_mode=False)


def test_delete_takes_queries_and_history_along(stub: Stubber) -> None:
    add_workgroup(stub)
    add_tags(stub)
    stub.add_response("delete_work_group", {}, {**WHO, "RecursiveDeleteOption": True})

    assert workgroups.ensure_absent(workgroup(stub), check_mode=False)["changed"]


def test_check_mode_deletes_nothing(stub: Stubber) -> None:
    add_workgroup(stub)
    add_tags(stub)

    assert workgroups.ensure_absent(workgroup(stub), check_mode=True)["changed"]


def test_deleting_twice_is_no_change(stub: Stubber) -> None:
    add_missing(stub)

    assert not workgroups.ensure_absent(workgroup(stub), check_mode=False)["changed"]


def test_removing_is_said_in_so_many_words() -> None:
    assert workgroups.updates_to_api({"output_location": "", "encryption": "none"}) == {
        "ResultConfigurationUpdates": {"RemoveOutputLocation": True, "RemoveEncryptionConfiguration": True}
    }
