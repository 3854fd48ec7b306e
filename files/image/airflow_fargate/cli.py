"""The command `airflow-fargate`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence

from airflow_fargate import admin, database_users, earlier_tasks, health
from airflow_fargate.admin import Admin, AdminError
from airflow_fargate.database_users import User, UserError
from airflow_fargate.earlier_tasks import EarlierTasks, NoAnswer, TasksRemain
from airflow_fargate.health import Unhealthy

MAX_AGE = 60.0
DATABASE = "AIRFLOW_FARGATE_DATABASE"


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    if options.command == "health":
        return check_health(options.component, options.max_age)
    if options.command == "wait-for-tasks":
        return wait_for_tasks(options.timeout)
    return COMMANDS[options.command]()


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(prog="airflow-fargate", description="Runs and checks Airflow on ECS Fargate.")
    commands = result.add_subparsers(dest="command", required=True)
    check = commands.add_parser("health", help="exit 0 when the component in this container is alive, else 1")
    check.add_argument("component", choices=health.COMPONENTS)
    check.add_argument(
        "--max-age",
        type=float,
        default=MAX_AGE,
        metavar="SECONDS",
        help="how old the last heartbeat may be (default: %(default).0f)",
    )
    commands.add_parser(
        "metrics",
        help="publish to CloudWatch, again and again, how many workers each queue needs; "
        "airflow_fargate/metrics/settings.py names the environment variables",
    )
    commands.add_parser(
        "create-admin",
        help="create the user AIRFLOW_ADMIN_USERNAME (admin) with the password AIRFLOW_ADMIN_PASSWORD, role "
        "AIRFLOW_ADMIN_ROLE (Admin) and AIRFLOW_ADMIN_EMAIL, _FIRST_NAME, _LAST_NAME; leave one that exists",
    )
    commands.add_parser(
        "set-admin-password",
        help="give the user AIRFLOW_ADMIN_USERNAME (admin) the password AIRFLOW_ADMIN_PASSWORD, and see that "
        "AIRFLOW_ADMIN_OLD_PASSWORD is refused",
    )
    commands.add_parser(
        "create-database-user",
        help="let the user AIRFLOW_FARGATE_DATABASE_USER (JSON: username, password) log in to the metadata database "
        "and own what is in it; as the master user, whose password AIRFLOW_FARGATE_DATABASE_MASTER_PASSWORD is",
    )
    commands.add_parser(
        "retire-database-user",
        help="let the user AIRFLOW_FARGATE_DATABASE_OLD_USER log in no more, and see that",
    )
    commands.add_parser(
        "check-old-password",
        help="see that the metadata database refuses AIRFLOW_FARGATE_DATABASE_OLD_PASSWORD, once the master user's",
    )
    wait = commands.add_parser("wait-for-tasks", help="wait until every task that is queued or runs now has ended")
    wait.add_argument("--timeout", type=float, required=True, metavar="SECONDS", help="how long to wait at most")
    return result


def check_health(component: str, max_age: float) -> int:
    try:
        print(health.check(component, max_age))
    except Unhealthy as reason:
        print(f"unhealthy: {reason}", file=sys.stderr)
        return 1
    return 0


def create_admin() -> int:
    try:
        print(admin.create(Admin.from_environment(os.environ)))
    except AdminError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def set_admin_password() -> int:
    try:
        old = os.environ.get("AIRFLOW_ADMIN_OLD_PASSWORD", "")
        print(admin.set_password(Admin.from_environment(os.environ), old))
    except AdminError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def create_database_user() -> int:
    return change_users(lambda database, master: database_users.create(database, master, secret("USER")))


def retire_database_user() -> int:
    return change_users(lambda database, master: database_users.retire(database, master, secret("OLD_USER")))


def check_old_password() -> int:
    return change_users(
        lambda database, master: database_users.check_old_password(
            database, master, User.master(f"{DATABASE}_OLD_PASSWORD", os.environ)
        )
    )


def secret(name: str) -> User:
    return User.of_secret(f"{DATABASE}_{name}", os.environ)


def change_users(change: Callable[[Mapping[str, str], User], str]) -> int:
    try:
        master = User.master(f"{DATABASE}_MASTER_PASSWORD", os.environ)
        print(change(health.database(os.environ), master))
    except (UserError, Unhealthy) as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 1
    return 0


def wait_for_tasks(timeout: float) -> int:
    try:
        print(earlier_tasks.wait(EarlierTasks(health.database(os.environ)), timeout))
    except (NoAnswer, TasksRemain, Unhealthy) as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 1
    return 0


def publish_metrics() -> int:
    # Imported here: no other command needs a client of AWS.
    from airflow_fargate.metrics import publisher
    from airflow_fargate.metrics.load import Database
    from airflow_fargate.metrics.settings import Settings, SettingsError

    try:
        settings = Settings.from_environment(os.environ)
        arguments = health.database(os.environ)
    except (SettingsError, Unhealthy) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    publisher.run(settings, Database(arguments, settings.default_queue, settings.heartbeat_timeout))
    return 0


COMMANDS = {
    "create-admin": create_admin,
    "set-admin-password": set_admin_password,
    "create-database-user": create_database_user,
    "retire-database-user": retire_database_user,
    "check-old-password": check_old_password,
    "metrics": publish_metrics,
}
