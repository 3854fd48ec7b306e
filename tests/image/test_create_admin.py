"""The first user."""

from __future__ import annotations

from tests.image.airflow_stack import Stack


def test_the_password_is_in_no_command_line_and_no_output(stack: Stack) -> None:
    result = stack.admin_creation

    assert "user admin created with the role Admin" in result.output
    assert "/opt/venv/bin/airflow-fargatecreate-admin" in result.output
    assert stack.admin_password not in str(result)


def test_an_existing_user_keeps_the_password(stack: Stack) -> None:
    again = stack.run("airflow-fargate", "create-admin", AIRFLOW_ADMIN_PASSWORD="another-password")

    assert again.code == 0, again
    assert again.output.splitlines()[-1] == "user admin exists already and was left unchanged"
    stack.log_in()
