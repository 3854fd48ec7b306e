# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""How the values of generated secrets come to be. Nothing here calls AWS or keeps a value."""

from __future__ import annotations

import base64
import json
import os
import typing as t
from urllib.parse import quote

USERNAME, PLACEHOLDER = "{username}", "{password}"


def fernet_key() -> str:
    """Fernet takes exactly this form: 32 random bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode("ascii")


def user(username: str, password: str) -> str:
    """A database user in the form that AWS gives such secrets.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
    """
    return json.dumps({"username": username, "password": password})


def next_username(usernames: t.Sequence[str], current: str) -> str:
    """Whose turn it is after the user that this secret holds; the first one's when it holds none of them."""
    try:
        position = usernames.index(json.loads(current)["username"])
    except (KeyError, TypeError, ValueError):
        return usernames[0]
    return usernames[(position + 1) % len(usernames)]


def render(template: str, source: str) -> str:
    """The template with what the source holds URL-encoded, so that any password stands in a connection URL.

    Raises:
        ValueError: the template has a user name, and the source is not a user.
    """
    if USERNAME not in template:
        return template.replace(PLACEHOLDER, quote(source, safe=""))
    try:
        fields = json.loads(source)
        username, password = fields["username"], fields["password"]
    except (KeyError, TypeError, ValueError):
        # Without the cause: it would show the value.
        raise ValueError("the source is not a JSON object with username and password") from None
    return template.replace(USERNAME, quote(username, safe="")).replace(PLACEHOLDER, quote(password, safe=""))


def password_request(options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """GetRandomPassword's arguments."""
    request = {"PasswordLength": options["password_length"], "ExcludePunctuation": options["exclude_punctuation"]}
    if options.get("exclude_characters"):
        request["ExcludeCharacters"] = options["exclude_characters"]
    return request
