# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Step adjustments that follow a number of workers in one step.

AWS allows 20 steps a policy. Up to 20 workers each number has a step of its own; beyond that the steps become coarser.
"""

from __future__ import annotations

import typing as t

MOST_STEPS = 20
# The alarms' threshold: one worker missing, or one too many.
THRESHOLD = 1

Step = dict[str, t.Any]


def ladder(most: int) -> list[int]:
    """Numbers of workers from 1 to most, at most as many as there may be steps, each in about the same ratio."""
    if most <= MOST_STEPS:
        return list(range(1, max(most, 1) + 1))
    return sorted({round(most ** (step / (MOST_STEPS - 1))) for step in range(MOST_STEPS)})


def scale_out(most: int) -> list[Step]:
    """Add what is missing. Between two rungs the higher one: a task never waits for a second step."""
    rungs = ladder(most)
    lowest = [THRESHOLD, *(rung + 1 for rung in rungs[:-1])]
    highest = [*rungs[:-1], None]
    return [_step(low, high, rung) for low, high, rung in zip(lowest, highest, rungs, strict=True)]


def scale_in(most: int) -> list[Step]:
    """Remove what is too much. Between two rungs the lower one: what remains is removed a minute later."""
    rungs = ladder(most)
    highest = [*(rung - 1 for rung in rungs[1:]), None]
    return [_step(low, high, -low) for low, high in zip(rungs, highest, strict=True)]


def _step(lowest: int, highest: int | None, adjustment: int) -> Step:
    """The step of the whole numbers from lowest to highest. Bounds are differences to the threshold."""
    upper = None if highest is None else float(highest + 1 - THRESHOLD)
    return {"lower_bound": float(lowest - THRESHOLD), "upper_bound": upper, "adjustment": adjustment}
