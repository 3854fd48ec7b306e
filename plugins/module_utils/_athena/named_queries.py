# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The saved queries of a workgroup."""

from __future__ import annotations

import typing as t
from collections import Counter

from ansible_collections.airflow.fargate.plugins.module_utils._athena.common import AthenaError, AthenaErrorHandler
from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, list_all

State = dict[str, t.Any]

# BatchGetNamedQuery takes no more at a time.
QUERIES_PER_CALL = 50


class NamedQueryChanges(t.NamedTuple):
    """The queries to create, and the ids of those to delete. Athena cannot change a query's database."""

    create: dict[str, State]
    delete: list[str]


def list_named_queries(client: t.Any, workgroup: str) -> dict[str, State]:
    """By name. Athena allows a name twice: the last one counts, and the others are in its `duplicates`."""
    ids = list_all(AthenaErrorHandler, client, "list_named_queries", "NamedQueryIds", WorkGroup=workgroup)
    found: dict[str, State] = {}
    for start in range(0, len(ids), QUERIES_PER_CALL):
        answer = aws_call(
            AthenaErrorHandler,
            f"get the saved queries of Athena workgroup {workgroup}",
            client.batch_get_named_query,
            NamedQueryIds=ids[start : start + QUERIES_PER_CALL],
        )
        for query in answer["NamedQueries"]:
            earlier = found.get(query["Name"])
            duplicates = [*earlier["duplicates"], earlier["id"]] if earlier else []
            found[query["Name"]] = {**_state(query), "id": query["NamedQueryId"], "duplicates": duplicates}
    return found


def _state(query: t.Mapping[str, t.Any]) -> State:
    return {
        "database": query["Database"],
        "description": query.get("Description", ""),
        "query": query["QueryString"].strip(),
    }


def wanted_queries(options: t.Sequence[t.Mapping[str, t.Any]]) -> dict[str, State]:
    twice = [name for name, count in Counter(option["name"] for option in options).items() if count > 1]
    if twice:
        raise AthenaError(message=f"The list has more than one saved query {', '.join(twice)}")
    return {
        option["name"]: {
            "database": option["database"],
            "description": option["description"] or "",
            "query": option["query"].strip(),
        }
        for option in options
    }


def comparable(query: t.Mapping[str, t.Any]) -> State:
    return {key: query[key] for key in ("database", "description", "query")}


def query_changes(
    observed: t.Mapping[str, State], wanted: t.Mapping[str, State] | None, purge: bool
) -> NamedQueryChanges:
    if wanted is None:
        return NamedQueryChanges({}, [])
    create = {
        name: query for name, query in wanted.items() if name not in observed or comparable(observed[name]) != query
    }
    delete = [
        identifier
        for name, query in observed.items()
        if name in create or (purge and name not in wanted)
        for identifier in (query["id"], *query["duplicates"])
    ]
    return NamedQueryChanges(create, delete)


def apply_changes(client: t.Any, workgroup: str, changes: NamedQueryChanges) -> None:
    # The new one first: a killed run must not leave the workgroup without the query.
    for name, query in changes.create.items():
        aws_call(
            AthenaErrorHandler,
            f"save query {name} in Athena workgroup {workgroup}",
            client.create_named_query,
            Name=name,
            # Athena refuses an empty description.
            **({"Description": query["description"]} if query["description"] else {}),
            Database=query["database"],
            QueryString=query["query"],
            WorkGroup=workgroup,
        )
    for identifier in changes.delete:
        aws_call(
            AthenaErrorHandler,
            f"delete saved query {identifier} of Athena workgroup {workgroup}",
            client.delete_named_query,
            NamedQueryId=identifier,
        )
