"""The calls that the module makes, and that no value leaves it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.modules.generated_secret import main
from botocore.stub import ANY

PASSWORD = "correct/horse@battery"
ENCODED = "correct%2Fhorse%40battery"
URL = f"postgresql://airflow:{ENCODED}@db/airflow"
SOURCE = "airflow-x/database-password"
TEMPLATE: dict[str, Any] = {
    "name": "airflow-x/config/sql_alchemy_conn",
    "kind": "template",
    "template": "postgresql://airflow:{password}@db/airflow",
    "source_secret": SOURCE,
}

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def secrets(aws: Any) -> Any:
    return aws["secretsmanager"]


def arn(name: str) -> str:
    return f"arn:aws:secretsmanager:eu-west-1:123456789012:secret:{name}-a1b2c3"


def described(secrets: Any, name: str, **more: Any) -> None:
    answer = {"ARN": arn(name), "Name": name, "VersionIdsToStages": {"v" * 32: ["AWSCURRENT"]}, **more}
    secrets.add_response("describe_secret", answer, {"SecretId": name})


def missing(secrets: Any) -> None:
    secrets.add_client_error("describe_secret", "ResourceNotFoundException")


def value(secrets: Any, name: str, text: str) -> None:
    secrets.add_response("get_secret_value", {"SecretString": text}, {"SecretId": name})


def random_password(secrets: Any, text: str = PASSWORD, length: int = 32) -> None:
    secrets.add_response(
        "get_random_password", {"RandomPassword": text}, {"PasswordLength": length, "ExcludePunctuation": True}
    )


def assert_no_value(result: dict[str, Any]) -> None:
    for text in (PASSWORD, ENCODED, URL):
        assert text not in str(result)


def test_a_password_is_created_by_aws_in_one_call(secrets: Any, run_module: Run) -> None:
    missing(secrets)
    random_password(secrets, length=64)
    secrets.add_response(
        "create_secret",
        {},
        {
            "Name": SOURCE,
            "SecretString": PASSWORD,
            "KmsKeyId": "alias/airflow",
            "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "3"}],
        },
    )
    described(secrets, SOURCE)

    result = run_module(
        main,
        secrets=[{"name": SOURCE, "password_length": 64, "tags": {"b": "3"}}],
        tags={"a": "1", "b": "2"},
        kms_key_id="alias/airflow",
    )

    assert result["changed"]
    assert result["secrets"] == [
        {"name": SOURCE, "arn": arn(SOURCE), "version_id": "v" * 32, "changed": True},
    ]
    assert_no_value(result)


def test_a_fernet_key_is_made_here(secrets: Any, run_module: Run) -> None:
    missing(secrets)
    secrets.add_response("create_secret", {}, {"Name": "x", "SecretString": ANY, "Tags": []})
    described(secrets, "x")

    assert run_module(main, secrets=[{"name": "x", "kind": "fernet"}])["changed"]


def test_a_user_has_the_first_name_and_a_random_password(secrets: Any, run_module: Run) -> None:
    missing(secrets)
    random_password(secrets)
    user = json.dumps({"username": "one", "password": PASSWORD})
    secrets.add_response("create_secret", {}, {"Name": "x", "SecretString": user, "Tags": []})
    described(secrets, "x")

    result = run_module(main, secrets=[{"name": "x", "kind": "user", "usernames": ["one", "two"]}])

    assert result["changed"]
    assert_no_value(result)


def test_a_user_without_a_name(secrets: Any, run_module: Run) -> None:
    result = run_module(main, secrets=[{"name": "x", "kind": "user", "usernames": []}])

    assert result["msg"] == "usernames of x must have at least one name"


def test_two_keys_that_sign_in_turn(secrets: Any, run_module: Run) -> None:
    missing(secrets)
    random_password(secrets, PASSWORD)
    random_password(secrets, "other")
    secrets.add_response("create_secret", {}, {"Name": "x", "SecretString": f"{PASSWORD},other", "Tags": []})
    described(secrets, "x")

    assert run_module(main, secrets=[{"name": "x", "kind": "jwt", "exclude_punctuation": False}])["changed"]


def test_a_template_whose_source_is_no_user(secrets: Any, run_module: Run) -> None:
    missing(secrets)
    value(secrets, SOURCE, PASSWORD)

    result = run_module(main, secrets=[{**TEMPLATE, "template": "{username}:{password}"}])

    assert result["msg"].startswith(f"Secret {SOURCE} does not fit the template of {TEMPLATE['name']}: ")
    assert_no_value(result)


def test_a_password_is_written_once(secrets: Any, run_module: Run) -> None:
    described(secrets, SOURCE)

    result = run_module(main, secrets=[{"name": SOURCE}])

    assert not result["changed"]
    assert result["diff"] == []


def test_an_interrupted_creation_is_completed(secrets: Any, run_module: Run) -> None:
    described(secrets, SOURCE, VersionIdsToStages={})
    random_password(secrets)
    secrets.add_response("put_secret_value", {}, {"SecretId": SOURCE, "SecretString": PASSWORD})
    described(secrets, SOURCE)

    assert run_module(main, secrets=[{"name": SOURCE}])["changed"]


def test_a_template_is_rendered_after_its_source_in_the_same_list(secrets: Any, run_module: Run) -> None:
    missing(secrets)
    random_password(secrets)
    secrets.add_response("create_secret", {}, {"Name": SOURCE, "SecretString": PASSWORD, "Tags": []})
    described(secrets, SOURCE)
    missing(secrets)
    value(secrets, SOURCE, PASSWORD)
    secrets.add_response("create_secret", {}, {"Name": TEMPLATE["name"], "SecretString": URL, "Tags": []})
    described(secrets, TEMPLATE["name"])

    result = run_module(main, secrets=[TEMPLATE, {"name": SOURCE}])

    assert [secret["name"] for secret in result["secrets"]] == [TEMPLATE["name"], SOURCE]
    assert_no_value(result)


def test_a_template_is_left_alone_while_its_value_is_right(secrets: Any, run_module: Run) -> None:
    described(secrets, TEMPLATE["name"])
    value(secrets, TEMPLATE["name"], URL)
    value(secrets, SOURCE, PASSWORD)

    result = run_module(main, secrets=[TEMPLATE])

    assert not result["changed"]
    assert_no_value(result)


def test_a_template_is_written_again_when_the_endpoint_changes(secrets: Any, run_module: Run) -> None:
    described(secrets, TEMPLATE["name"])
    value(secrets, TEMPLATE["name"], URL.replace("@db/", "@old/"))
    value(secrets, SOURCE, PASSWORD)
    secrets.add_response("put_secret_value", {}, {"SecretId": TEMPLATE["name"], "SecretString": URL})
    described(secrets, TEMPLATE["name"])

    result = run_module(main, secrets=[TEMPLATE])

    assert result["changed"]
    assert result["diff"][0]["after"]["value"] == "<written>"
    assert_no_value(result)


def test_a_deleted_template_is_restored_and_then_compared(secrets: Any, run_module: Run) -> None:
    described(secrets, TEMPLATE["name"], DeletedDate=datetime(2026, 1, 1))
    secrets.add_response("restore_secret", {}, {"SecretId": TEMPLATE["name"]})
    value(secrets, TEMPLATE["name"], "outdated")
    value(secrets, SOURCE, PASSWORD)
    secrets.add_response("put_secret_value", {}, {"SecretId": TEMPLATE["name"], "SecretString": URL})
    described(secrets, TEMPLATE["name"])

    assert run_module(main, secrets=[TEMPLATE])["changed"]


def test_a_deleted_password_is_restored_with_its_value(secrets: Any, run_module: Run) -> None:
    described(secrets, SOURCE, DeletedDate=datetime(2026, 1, 1))
    secrets.add_response("restore_secret", {}, {"SecretId": SOURCE})
    described(secrets, SOURCE)

    assert run_module(main, secrets=[{"name": SOURCE}])["changed"]


def test_settings_and_tags_are_updated(secrets: Any, run_module: Run) -> None:
    described(secrets, SOURCE, Description="old", Tags=[{"Key": "a", "Value": "1"}])
    secrets.add_response("update_secret", {}, {"SecretId": SOURCE, "Description": "new"})
    secrets.add_response("untag_resource", {}, {"SecretId": SOURCE, "TagKeys": ["a"]})
    secrets.add_response("tag_resource", {}, {"SecretId": SOURCE, "Tags": [{"Key": "b", "Value": "2"}]})
    described(secrets, SOURCE)

    result = run_module(main, secrets=[{"name": SOURCE, "description": "new"}], tags={"b": "2"})

    assert result["changed"]


def test_check_mode_on_an_empty_account(secrets: Any, run_module: Run) -> None:
    missing(secrets)
    missing(secrets)

    result = run_module(main, check_mode=True, secrets=[TEMPLATE, {"name": SOURCE}])

    assert result["changed"]
    assert all(secret["changed"] and secret["arn"] is None for secret in result["secrets"])


def test_check_mode_with_a_template_whose_source_is_missing(secrets: Any, run_module: Run) -> None:
    described(secrets, TEMPLATE["name"])
    secrets.add_client_error("get_secret_value", "ResourceNotFoundException")

    assert run_module(main, check_mode=True, secrets=[TEMPLATE])["changed"]


def test_check_mode_with_a_template_whose_source_will_be_written(secrets: Any, run_module: Run) -> None:
    missing(secrets)
    described(secrets, TEMPLATE["name"])

    result = run_module(main, check_mode=True, secrets=[{"name": SOURCE}, TEMPLATE])

    assert all(secret["changed"] for secret in result["secrets"])


def test_check_mode_compares_values_but_writes_nothing(secrets: Any, run_module: Run) -> None:
    described(secrets, TEMPLATE["name"])
    value(secrets, SOURCE, PASSWORD)
    value(secrets, TEMPLATE["name"], "outdated-value")

    result = run_module(main, check_mode=True, secrets=[TEMPLATE])

    assert result["changed"]
    assert_no_value(result)


def test_a_missing_source_is_an_error(secrets: Any, run_module: Run) -> None:
    missing(secrets)
    secrets.add_client_error("get_secret_value", "ResourceNotFoundException")

    result = run_module(main, secrets=[TEMPLATE])

    assert result["msg"] == f"Secret {SOURCE} does not exist or has no value yet"


def test_an_error_that_quotes_the_value_is_blanked(secrets: Any, run_module: Run) -> None:
    missing(secrets)
    random_password(secrets)
    secrets.add_client_error("create_secret", "InvalidParameterException", f"bad value {PASSWORD}")

    result = run_module(main, secrets=[{"name": SOURCE}])

    assert f"Failed to create secret {SOURCE}" in result["msg"]
    assert_no_value(result)


def test_absent_schedules_the_deletion(secrets: Any, run_module: Run) -> None:
    described(secrets, SOURCE)
    secrets.add_response("delete_secret", {}, {"SecretId": SOURCE, "RecoveryWindowInDays": 7})

    result = run_module(main, secrets=[{"name": SOURCE}], state="absent", recovery_window_in_days=7)

    assert result["changed"]


def test_absent_is_idempotent(secrets: Any, run_module: Run) -> None:
    missing(secrets)
    described(secrets, "deleted", DeletedDate=datetime(2026, 1, 1))

    assert not run_module(main, secrets=[{"name": SOURCE}, {"name": "deleted"}], state="absent")["changed"]


def test_absent_by_force_ends_the_recovery_window(secrets: Any, run_module: Run) -> None:
    described(secrets, SOURCE, DeletedDate=datetime(2026, 1, 1))
    secrets.add_response("delete_secret", {}, {"SecretId": SOURCE, "ForceDeleteWithoutRecovery": True})

    assert run_module(main, secrets=[{"name": SOURCE}], state="absent", force_delete=True)["changed"]


def test_absent_in_check_mode(secrets: Any, run_module: Run) -> None:
    described(secrets, SOURCE)

    assert run_module(main, check_mode=True, secrets=[{"name": SOURCE}], state="absent")["changed"]


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        ([{"name": "x"}, {"name": "x"}], "each secret may be listed once, but more often are: x"),
        ([{**TEMPLATE, "template": "no placeholder"}], f"the template of {TEMPLATE['name']} does not contain"),
        ([{"name": "x", "kind": "template"}], "kind is template but all of the following are missing"),
    ],
)
def test_a_wrong_list_is_refused(listed: list[dict[str, Any]], message: str, aws: Any, run_module: Run) -> None:
    assert message in run_module(main, secrets=listed)["msg"]
