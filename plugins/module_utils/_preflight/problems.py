# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a rule says about a setting, and how the terminal shows it."""

from __future__ import annotations

import dataclasses
import difflib
import inspect
import json
import typing as t

_LONGEST_VALUE = 120

# The value of a variable that nobody should show: an unknown one may be a secret.
UNREAD = object()


@dataclasses.dataclass(frozen=True)
class Problem:
    """One setting that cannot work: what it is, why AWS or Airflow would refuse it, and what to write instead."""

    setting: str
    value: t.Any
    why: str
    fix: str
    host: str = ""

    def __str__(self) -> str:
        subject = f"{self.setting} of {self.host}" if self.host else self.setting
        value = "" if self.value is UNREAD else f" = {show(self.value)}"
        return f"{subject}{value}: {self.why}.\n    Fix: {self.fix}."


Rule = t.Callable[..., t.Iterator[Problem]]


def show(value: t.Any) -> str:
    """A value as one would write it in YAML, shortened."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."


def describe(problems: t.Sequence[Problem]) -> str:
    """All problems as one readable text; what several hosts have in common is said once."""
    problems = _join_hosts(problems)
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return "\n".join([f"{count}; nothing was touched.", *(f"- {problem}" for problem in problems)])


def _join_hosts(problems: t.Sequence[Problem]) -> list[Problem]:
    hosts: dict[str, list[str]] = {}
    anywhere: dict[str, Problem] = {}
    for problem in problems:
        common = dataclasses.replace(problem, host="")
        anywhere[str(common)] = common
        hosts.setdefault(str(common), []).append(problem.host)
    return [dataclasses.replace(common, host=", ".join(hosts[text])) for text, common in anywhere.items()]


def did_you_mean(name: str, known: t.Iterable[str]) -> str:
    """The known name that was probably meant, as the start of a fix; else what to do without one."""
    close = difflib.get_close_matches(name, sorted(known), n=1)
    return f"did you mean {close[0]}? Correct or remove it" if close else "remove it"


def apply_rules(rules: t.Iterable[Rule], values: t.Mapping[str, t.Any]) -> t.Iterator[Problem]:
    """Run the rules whose settings are all there; a rule's parameters are the settings that it reads."""
    for rule in rules:
        names = list(inspect.signature(rule).parameters)
        if all(name in values for name in names):
            yield from rule(**{name: values[name] for name in names})
