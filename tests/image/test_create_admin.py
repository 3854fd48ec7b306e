"""The first user."""

from __future__ import annotations

from airflow_stack import Stack

PASSWORD = "correct-horse-battery"
# Every command line of the container, again and again while create-admin runs.
WATCHED = """
airflow-fargate create-admin & admin=$!
while kill -0 $admin 2>/dev/null; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '; done > /tmp/command-lines
wait $admin; echo "exit code $?"
cat /tmp/command-lines
"""


def test_the_password_is_in_no_command_line(empty_stack: Stack) -> None:
    result = empty_stack.run("bash", "-c", WATCHED, AIRFLOW_ADMIN_USERNAME="watched", AIRFLOW_ADMIN_PASSWORD=PASSWORD)

    assert "user watched created with the role Admin" in result.output, result
    assert "exit code 0" in result.output
    assert "airflow-fargate create-admin" in result.output
    assert PASSWORD not in str(result)


def test_an_existing_user_is_left_alone(empty_stack: Stack) -> None:
    user = {"AIRFLOW_ADMIN_USERNAME": "twice", "AIRFLOW_ADMIN_PASSWORD": PASSWORD}
    first = empty_stack.run("airflow-fargate", "create-admin", **user)
    second = empty_stack.run("airflow-fargate", "create-admin", **user)

    assert (first.code, second.code) == (0, 0), f"{first}\n{second}"
    assert "user twice created" in first.output
    assert "user twice exists already and was left unchanged" in second.output


def test_an_unknown_role_is_an_error(empty_stack: Stack) -> None:
    user = {"AIRFLOW_ADMIN_USERNAME": "x", "AIRFLOW_ADMIN_PASSWORD": PASSWORD, "AIRFLOW_ADMIN_ROLE": "Emperor"}
    result = empty_stack.run("airflow-fargate", "create-admin", **user)

    assert result.code == 1
    assert "error: there is no role Emperor; there are: Admin, " in result.errors
