# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""How the values of generated secrets come to be. Nothing here calls AWS or keeps a value."""

from __future__ import annotations

import base64
import os
import typing as t
from urllib.parse import quote

PLACEHOLDER = "{password}"


def fernet_key() -> str:
    """Fernet takes exactly this form: 32 random bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode("ascii")


def render(template: str, password: str) -> str:
    """The template with the password URL-encoded, so that any password stands in a connection URL."""
    return template.replace(PLACEHOLDER, quote(password, safe=""))


def password_request(options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """GetRandomPassword's arguments."""
    request = {"PasswordLength": options["password_length"], "ExcludePunctuation": options["exclude_punctuation"]}
    if options.get("exclude_characters"):
        request["ExcludeCharacters"] = options["exclude_characters"]
    return request
