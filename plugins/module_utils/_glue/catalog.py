# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A Glue database with its tables: read them, compare them, bring them to the wanted state."""

from __future__ import annotations

import typing as t
from collections import Counter

from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, find, list_all
from ansible_collections.airflow.fargate.plugins.module_utils._glue.common import GlueError, GlueErrorHandler
from ansible_collections.airflow.fargate.plugins.module_utils._glue.tables import (
    observed_table,
    parameters_of_others,
    table_input,
    wanted_table,
)
from ansible_collections.airflow.fargate.plugins.module_utils._parallel import with_details
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import TagChanges, merged_tags, tag_changes

State = dict[str, t.Any]


class Database:
    """One database of the account's catalog."""

    def __init__(self, client: t.Any, name: str, arn: str) -> None:
        self.client = client
        self.name = name
        self.arn = arn

    def get(self) -> State | None:
        answer = find(GlueErrorHandler, f"get Glue database {self.name}", self.client.get_database, Name=self.name)
        return answer["Database"] if answer else None

    def tables(self) -> dict[str, State]:
        tables = list_all(GlueErrorHandler, self.client, "get_tables", "TableList", DatabaseName=self.name)
        return {table["Name"]: table for table in tables}

    def tags(self) -> dict[str, str]:
        return self._call("get the tags of", self.client.get_tags, ResourceArn=self.arn)["Tags"]

    def _call(self, description: str, method: t.Callable[..., t.Any], **arguments: t.Any) -> t.Any:
        return aws_call(GlueErrorHandler, f"{description} Glue database {self.name}", method, **arguments)

    def create(self, description: str, tags: t.Mapping[str, str]) -> None:
        request = {"Name": self.name, "Description": description}
        self._call("create", self.client.create_database, DatabaseInput=request, **({"Tags": tags} if tags else {}))

    def describe(self, described: State, description: str) -> None:
        """UpdateDatabase replaces the whole description: what is not ours goes along."""
        kept = {key: described[key] for key in ("LocationUri", "Parameters") if described.get(key)}
        request = {"Name": self.name, "Description": description, **kept}
        self._call("update", self.client.update_database, Name=self.name, DatabaseInput=request)

    def tag(self, changes: TagChanges) -> None:
        if changes.remove:
            self._call("untag", self.client.untag_resource, ResourceArn=self.arn, TagsToRemove=changes.remove)
        if changes.add:
            self._call("tag", self.client.tag_resource, ResourceArn=self.arn, TagsToAdd=changes.add)

    def create_table(self, name: str, state: State) -> None:
        request = table_input(name, state, {})
        self._call(f"create table {name} in", self.client.create_table, DatabaseName=self.name, TableInput=request)

    def update_table(self, table: State, state: State) -> None:
        request = table_input(table["Name"], state, parameters_of_others(table, state))
        self._call(
            f"update table {table['Name']} in", self.client.update_table, DatabaseName=self.name, TableInput=request
        )

    def delete_table(self, name: str) -> None:
        self._call(f"delete table {name} of", self.client.delete_table, DatabaseName=self.name, Name=name)

    def delete(self) -> None:
        """Takes its tables along; the data in S3 stays."""
        self._call("delete", self.client.delete_database, Name=self.name)


def ensure_present(database: Database, params: t.Mapping[str, t.Any], check_mode: bool) -> State:
    wanted = _wanted_tables(params["tables"])
    described, details = with_details(database.get, database.tables, database.tags)
    if described is None:
        new_description, new_tags = params["description"] or "", merged_tags(params["tags"], None) or {}
        if not check_mode:
            database.create(new_description, new_tags)
            for name, state in wanted.items():
                database.create_table(name, state)
        return _result(database, {}, {"description": new_description, "tables": wanted, "tags": new_tags})
    tables, there = details
    observed = {
        "description": described.get("Description", ""),
        "tables": _observed_tables(tables, wanted, params["purge_tables"]),
        "tags": there,
    }
    tags = tag_changes(observed["tags"], params["tags"], params["purge_tags"])
    description = observed["description"] if params["description"] is None else params["description"]
    after = {"description": description, "tables": wanted, "tags": tags.applied_to(observed["tags"])}
    if not check_mode:
        if description != observed["description"]:
            database.describe(described, description)
        _apply_tables(database, tables, observed["tables"], wanted)
        database.tag(tags)
    return _result(database, observed, after)


def _wanted_tables(options: t.Sequence[t.Mapping[str, t.Any]]) -> dict[str, State]:
    twice = [name for name, count in Counter(option["name"].lower() for option in options).items() if count > 1]
    if twice:
        raise GlueError(message=f"The list has more than one table {', '.join(twice)}")
    return {option["name"].lower(): wanted_table(option) for option in options}


def _observed_tables(tables: t.Mapping[str, State], wanted: t.Mapping[str, State], purge: bool) -> dict[str, State]:
    """Those that are wanted; the others, which are only named, when they are to go."""
    observed = {name: observed_table(tables[name], state) for name, state in wanted.items() if name in tables}
    others: dict[str, State] = {name: {} for name in tables if name not in wanted} if purge else {}
    return {**observed, **others}


def _apply_tables(
    database: Database,
    tables: t.Mapping[str, State],
    observed: t.Mapping[str, State],
    wanted: t.Mapping[str, State],
) -> None:
    for name, state in wanted.items():
        if name not in observed:
            database.create_table(name, state)
        elif state != observed[name]:
            database.update_table(tables[name], state)
    for name in observed:
        if name not in wanted:
            database.delete_table(name)


def ensure_absent(database: Database, check_mode: bool) -> State:
    described, details = with_details(database.get, database.tables, database.tags)
    if described is None:
        return _result(database, {}, {})
    tables, tags = details
    observed = {
        "description": described.get("Description", ""),
        "tables": {name: {} for name in tables},
        "tags": tags,
    }
    if not check_mode:
        database.delete()
    return _result(database, observed, {})


def _result(database: Database, before: State, after: State) -> State:
    return {
        "changed": before != after,
        "database": {"name": database.name, "arn": database.arn, "tables": sorted(after["tables"])} if after else {},
        "diff": {"before": before, "after": after},
    }
