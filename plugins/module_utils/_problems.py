# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What AWS would refuse: the setting, its value, and the reason."""

from __future__ import annotations

import json
import typing as t
from collections import Counter


class Problem(t.NamedTuple):
    setting: str
    value: t.Any
    reason: str

    def __str__(self) -> str:
        return f"{self.setting} = {json.dumps(self.value, default=str)}: {self.reason}"


Problems = t.Iterator[Problem]
Options = t.Mapping[str, t.Any]


def repeated(setting: str, names: t.Iterable[str]) -> Problems:
    """Names that are there more than once."""
    for name, count in Counter(names).items():
        if count > 1:
            yield Problem(setting, name, "it is there more than once")


def at_least(setting: str, options: Options, name: str, least: int) -> Problems:
    """An option that has a value, and too small a one."""
    value = options[name]
    if value is not None and value < least:
        yield Problem(f"{setting}.{name}", value, f"it must be at least {least}")


def outside(setting: str, options: Options, names: t.Sequence[str], because: str) -> Problems:
    """Options that have a value and should not."""
    for name in names:
        if options[name] is not None:
            yield Problem(f"{setting}.{name}", options[name], because)


def missing(setting: str, options: Options, names: t.Sequence[str], because: str) -> Problems:
    """Options that have no value and should."""
    for name in names:
        if options[name] in (None, ""):
            yield Problem(f"{setting}.{name}", options[name], because)
