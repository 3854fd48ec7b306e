# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.airflow.fargate.plugins.module_utils._cloudwatch_logs import times


def point_in_time(text: str) -> str:
    """An age or a time as "YYYY-MM-DD HH:MM:SS.mmm" in UTC, which is also how SQL writes a timestamp."""
    try:
        return times.from_milliseconds(times.milliseconds(times.point_in_time(str(text), datetime.now(UTC))))
    except ValueError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, Any]:
        return {"point_in_time": point_in_time}
