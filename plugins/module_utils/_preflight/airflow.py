# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Airflow's own settings and the tags."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._preflight.problems import Problem

_OWN_TAGS = ("airflow:environment", "airflow:component", "Name")
# AWS allows 50 on a resource.
_MOST_TAGS = 50 - len(_OWN_TAGS)


def check_options(airflow_options: dict[str, t.Any]) -> t.Iterator[Problem]:
    """{section: {option: value}}."""
    return check_option_sections("airflow_options", airflow_options)


def check_option_sections(setting: str, options: dict[str, t.Any]) -> t.Iterator[Problem]:
    """Sections that hold no options."""
    for section, content in options.items():
        if not isinstance(content, dict):
            fix = "write {section: {option: value}}, for example {core: {parallelism: 64}}"
            yield Problem(setting, {section: content}, "a section of airflow.cfg holds options", fix)


def check_admin(airflow_admin_username: str, airflow_admin_email: str) -> t.Iterator[Problem]:
    """The first user."""
    if not re.fullmatch(r"\S+", str(airflow_admin_username)):
        fix = "write a name without blanks, for example admin"
        yield Problem("airflow_admin_username", airflow_admin_username, "it is no user name", fix)
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", str(airflow_admin_email)):
        fix = "write one, for example admin@example.com"
        yield Problem("airflow_admin_email", airflow_admin_email, "it is no mail address", fix)


def check_session_manager_plugin(airflow_session_manager_plugin: str) -> t.Iterator[Problem]:
    """A name or a path. Whether it is there matters to playbooks/exec.yml only."""
    if not airflow_session_manager_plugin.strip():
        fix = "write session-manager-plugin, or the path of it"
        yield Problem("airflow_session_manager_plugin", airflow_session_manager_plugin, "it names no program", fix)


def check_environment_variables(airflow_container_environment: dict[str, t.Any]) -> t.Iterator[Problem]:
    """Names that a shell can read."""
    for name in airflow_container_environment:
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", str(name)):
            fix = "use letters, digits and underscores, no digit first"
            yield Problem("airflow_container_environment", name, "it is no name of an environment variable", fix)


def check_tags(airflow_tags: dict[str, t.Any]) -> t.Iterator[Problem]:
    """Tags that AWS refuses, or that would hide those by which things are found again."""
    setting = "airflow_tags"
    if len(airflow_tags) > _MOST_TAGS:
        why = f"AWS has room for {_MOST_TAGS} besides those that the collection writes"
        yield Problem(setting, f"{len(airflow_tags)} tags", why, f"keep {_MOST_TAGS}")
    for key, value in airflow_tags.items():
        if key in _OWN_TAGS:
            yield Problem(setting, key, "the collection writes this tag itself", "choose another key")
        elif str(key).lower().startswith("aws:"):
            yield Problem(setting, key, "keys with aws: are reserved", "choose another key")
        elif not 1 <= len(str(key)) <= 128 or len(str(value)) > 256:
            yield Problem(setting, {key: value}, "a key has 1 to 128 characters, a value 256 at most", "shorten it")


RULES = (check_options, check_session_manager_plugin, check_admin, check_environment_variables, check_tags)
