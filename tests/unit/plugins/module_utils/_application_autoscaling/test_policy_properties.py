"""Any policy: it survives the way to AWS and back, and no change of a setting gets lost on it."""

from __future__ import annotations

import copy
import random
from itertools import pairwise
from typing import Any

from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling import policies
from hypothesis import given
from hypothesis import strategies as st

Options = dict[str, Any]

NAMES = st.text("abcdefghij", min_size=1, max_size=8)
DIMENSIONS = st.dictionaries(NAMES, NAMES, max_size=4)
COOLDOWNS = st.sampled_from([0, 60, policies.COOLDOWN, 900])
NO_METRIC = {"namespace": None, "metric_name": None, "dimensions": None, "statistic": None, "unit": None}
IDENTITY = {"namespace": NAMES, "metric_name": NAMES, "dimensions": DIMENSIONS, "statistic": st.just("Average")}
UNITS = st.sampled_from([None, "Count", "Percent"])


@st.composite
def step_scaling(draw: st.DrawFn) -> Options:
    ends = [None, *map(float, sorted(draw(st.sets(st.integers(-50, 50), min_size=1, max_size=6)))), None]
    steps = [
        {"lower_bound": lower, "upper_bound": upper, "adjustment": draw(st.integers(0, 9))}
        for lower, upper in pairwise(ends)
    ]
    relative = draw(st.booleans())
    return {
        "name": "policy",
        "target_tracking": None,
        "step_scaling": {
            "adjustment_type": "PercentChangeInCapacity" if relative else "ExactCapacity",
            "steps": draw(st.permutations(steps)),
            "min_adjustment_magnitude": draw(st.integers(1, 5)) if relative else None,
            "cooldown": draw(COOLDOWNS),
            "aggregation_type": draw(st.sampled_from(policies.AGGREGATION_TYPES)),
            "alarm": None,
        },
    }


@st.composite
def customized_metrics(draw: st.DrawFn) -> Options:
    if draw(st.booleans()):
        return draw(st.fixed_dictionaries({**IDENTITY, "unit": UNITS, "metrics": st.none()}))
    several: list[Options] = [
        {
            **draw(st.fixed_dictionaries({**IDENTITY, "unit": UNITS})),
            "id": f"m{number}",
            "label": None,
            "expression": None,
            "return_data": False,
        }
        for number in range(draw(st.integers(1, 4)))
    ]
    total = " + ".join(f"m{number}" for number in range(len(several)))
    several.append({**NO_METRIC, "id": "total", "label": "all", "expression": total, "return_data": True})
    return {**NO_METRIC, "metrics": draw(st.permutations(several))}


@st.composite
def target_tracking(draw: st.DrawFn) -> Options:
    customized = draw(st.none() | customized_metrics())
    predefined = {"type": draw(st.sampled_from(policies.PREDEFINED[:4])), "resource_label": None}
    return {
        "name": "policy",
        "step_scaling": None,
        "target_tracking": {
            "target_value": draw(st.integers(1, 1000)),
            "predefined_metric": None if customized else predefined,
            "customized_metric": customized,
            "scale_out_cooldown": draw(COOLDOWNS),
            "scale_in_cooldown": draw(COOLDOWNS),
            "disable_scale_in": draw(st.booleans()),
        },
    }


POLICIES = st.one_of(step_scaling(), target_tracking())


def shuffled(value: Any, chance: random.Random) -> Any:
    """AWS keeps neither the order of lists of structures nor that of keys."""
    if isinstance(value, dict):
        keys = chance.sample(sorted(value), len(value))
        return {key: shuffled(value[key], chance) for key in keys}
    if isinstance(value, list):
        return [shuffled(item, chance) for item in chance.sample(value, len(value))]
    return value


@given(POLICIES, st.randoms(use_true_random=False), st.booleans())
def test_what_aws_describes_of_a_policy_is_what_was_wanted(policy: Options, chance: random.Random, terse: bool) -> None:
    sent = policies.wanted(policy)
    described = shuffled(sent, chance)
    kind = described["PolicyType"]
    configuration = described[policies.CONFIGURATION[kind]]
    for key, value in policies.DEFAULTS[kind].items():
        if terse and configuration[key] == value:
            del configuration[key]

    assert policies.observed({**described, "PolicyARN": "arn", "CreationTime": 1, "Alarms": []}) == sent


@given(POLICIES)
def test_a_sound_policy_has_no_problems_and_is_left_as_it_is(policy: Options) -> None:
    before = copy.deepcopy(policy)

    assert list(policies.problems("policies", [policy], "cluster", "service")) == []
    policies.wanted(policy)
    assert policy == before


@given(POLICIES, st.data())
def test_no_change_gets_lost(policy: Options, data: st.DataObject) -> None:
    changed = copy.deepcopy(policy)
    options = changed["step_scaling"] or changed["target_tracking"]
    numbers = [name for name, value in options.items() if isinstance(value, int) and not isinstance(value, bool)]
    name = data.draw(st.sampled_from(sorted(numbers)))
    options[name] += data.draw(st.integers(1, 100))

    assert policies.wanted(changed) != policies.wanted(policy)


@given(step_scaling(), st.data())
def test_no_changed_adjustment_gets_lost(policy: Options, data: st.DataObject) -> None:
    changed = copy.deepcopy(policy)
    data.draw(st.sampled_from(changed["step_scaling"]["steps"]))["adjustment"] += 1

    assert policies.wanted(changed) != policies.wanted(policy)
