# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Independent calls side by side. boto3's clients may be shared by threads, unlike its sessions and resources."""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor

# As many as botocore keeps connections for, and fewer than what AWS throttles.
WORKERS = 10

Item = t.TypeVar("Item")
Result = t.TypeVar("Result")


def side_by_side(function: t.Callable[[Item], Result], items: t.Sequence[Item]) -> list[Result]:
    """function(item) for each item, in the order of the items. What has begun ends before the first error is raised."""
    if len(items) < 2:
        return [function(item) for item in items]
    with ThreadPoolExecutor(min(WORKERS, len(items))) as pool:
        return list(pool.map(function, items))
