# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""When a delivery stream is as it should be. Pure judgements."""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._polling import DONE, Verdict, failed, not_yet

Description = t.Mapping[str, t.Any]


def judge_active(description: Description | None) -> Verdict:
    if description is None:
        return failed("it has been deleted meanwhile")
    status = description["DeliveryStreamStatus"]
    encryption = description.get("DeliveryStreamEncryptionConfiguration", {})
    for state, failure in ((status, description), (encryption.get("Status", "DISABLED"), encryption)):
        if state.endswith("_FAILED"):
            return failed(
                f"it is {state}: {failure.get('FailureDescription', {}).get('Details', 'no reason is given')}"
            )
    if status == "ACTIVE" and encryption.get("Status", "DISABLED") in ("ENABLED", "DISABLED"):
        return DONE
    return not_yet(f"it is {status}, encryption {encryption.get('Status', 'DISABLED')}")


def judge_gone(description: Description | None) -> Verdict:
    if description is None:
        return DONE
    status = description["DeliveryStreamStatus"]
    return failed(f"it is {status}") if status == "DELETING_FAILED" else not_yet(f"it is {status}")
