# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Independent calls side by side. boto3's clients may be shared by threads, unlike its sessions and resources."""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor

# As many as botocore keeps connections for, and fewer than what AWS throttles.
WORKERS = 10

Found = t.TypeVar("Found")
Item = t.TypeVar("Item")
Result = t.TypeVar("Result")


def side_by_side(function: t.Callable[[Item], Result], items: t.Sequence[Item]) -> list[Result]:
    """function(item) for each item, in the order of the items. What has begun ends before the first error is raised."""
    if len(items) < 2:
        return [function(item) for item in items]
    with ThreadPoolExecutor(min(WORKERS, len(items))) as pool:
        return list(pool.map(function, items))


def with_details(
    find: t.Callable[[], Found | None], *reads: t.Callable[[], t.Any]
) -> tuple[Found | None, tuple[t.Any, ...]]:
    """find(), and at the same time the reads of what it finds, for which its name is enough.

    :returns: What find() returned, and the results of the reads. When that is None there are no results: the reads came
        to nothing, and so did their errors.
    """
    with ThreadPoolExecutor(min(WORKERS, 1 + len(reads))) as pool:
        found = pool.submit(find)
        details = [pool.submit(read) for read in reads]
        there = found.result()
        if there is None:
            for detail in details:
                detail.cancel()
            return None, ()
        return there, tuple(detail.result() for detail in details)
