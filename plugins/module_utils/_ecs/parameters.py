# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Request parameters as the API's own model describes them: converted where that is safe, refused where it is not."""

from __future__ import annotations

from typing import Any

try:
    from botocore.validate import ParamValidator
except ImportError:
    # AnsibleAWSModule reports a missing botocore before this is used.
    ParamValidator = None


def coerce(value: Any, shape: Any) -> Any:
    """Numbers for numbers and text for text: templates give "8080" where the API wants 8080, and the other way round.

    A boolean never becomes text, because nobody can say whether "true" or "True" was meant.
    """
    if shape.type_name == "structure" and isinstance(value, dict):
        return {
            key: coerce(item, shape.members[key]) if key in shape.members else item
            for key, item in value.items()
            if item is not None
        }
    if shape.type_name == "list" and isinstance(value, list):
        return [coerce(item, shape.member) for item in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: coerce(item, shape.value) for key, item in value.items()}
    if shape.type_name == "string" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    if shape.type_name in ("integer", "long") and isinstance(value, str) and value.strip().lstrip("-").isdigit():
        return int(value)
    if shape.type_name == "boolean" and isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    return value


def invalid_parameters(parameters: dict[str, Any], shape: Any) -> str:
    """What botocore would refuse before sending, so that check mode refuses it too. Empty when all is well."""
    report = ParamValidator().validate(parameters, shape)
    return report.generate_report() if report.has_errors() else ""
