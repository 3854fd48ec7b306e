# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Compare what is wanted with what exists, where "the same" is not always the same text."""

from __future__ import annotations

import operator
import typing as t

from ansible_collections.amazon.aws.plugins.module_utils.tagging import compare_aws_tags

State = t.Mapping[str, t.Any]
Equivalence = t.Callable[[t.Any, t.Any], bool]


def target_state(wanted: State, observed: State, equivalences: t.Mapping[str, Equivalence]) -> dict[str, t.Any]:
    """The state to reach: the observed value wherever the option is not given or is already satisfied."""
    return {
        option: observed[option]
        if value is None or equivalences.get(option, operator.eq)(observed[option], value)
        else value
        for option, value in wanted.items()
    }


def changed_options(observed: State, target: State) -> list[str]:
    return [option for option, value in target.items() if value != observed[option]]


def given(wanted: State) -> dict[str, t.Any]:
    """The options that have a value: the state of a resource that does not exist yet."""
    return {option: value for option, value in wanted.items() if value is not None}


def version_satisfies(observed: str | None, wanted: str) -> bool:
    """Whether the running engine version is what "17" or "8.1" asks for.

    AWS upgrades minor versions by itself and cannot go back, so a newer minor version of the same major satisfies.
    """
    if not observed:
        return False
    have, want = observed.split("."), wanted.split(".")
    if have[: len(want)] == want:
        return True
    return have[0] == want[0] and _numbers(have) >= _numbers(want)


def _numbers(parts: list[str]) -> list[int]:
    """Comparable, and the same for "8.1" and "8.1.0"."""
    numbers = [int(part) if part.isdigit() else 0 for part in parts]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return numbers


def same_kms_key(observed: str | None, wanted: str) -> bool:
    """A key may be given by id or ARN. An alias is trusted: only KMS could say which key it stands for today."""
    key = _last(wanted, ":")
    if key.startswith("alias/"):
        return True
    return observed is not None and _last(observed, "/") == _last(key, "/")


def _last(text: str, separator: str) -> str:
    return text.rpartition(separator)[2]


def same_members(observed: t.Sequence[str], wanted: t.Sequence[str]) -> bool:
    return set(observed) == set(wanted)


class TagChanges(t.NamedTuple):
    """The tags to set and the tag keys to remove."""

    add: dict[str, str]
    remove: list[str]

    def applied_to(self, tags: t.Mapping[str, str]) -> dict[str, str]:
        return {key: value for key, value in {**tags, **self.add}.items() if key not in self.remove}


def tag_changes(observed: t.Mapping[str, str], wanted: t.Mapping[str, str] | None, purge: bool) -> TagChanges:
    """Nothing when no tags are wanted: unnamed tags belong to somebody else."""
    if wanted is None:
        return TagChanges({}, [])
    add, remove = compare_aws_tags(observed, wanted, purge_tags=purge)
    return TagChanges({key: str(value) for key, value in sorted(add.items())}, remove)


def merged_tags(common: t.Mapping[str, t.Any] | None, own: t.Mapping[str, t.Any] | None) -> dict[str, str] | None:
    """The tags of one thing of a list: its own win over those of all. None when there are neither."""
    if common is None and own is None:
        return None
    return {key: str(value) for key, value in {**(common or {}), **(own or {})}.items()}
