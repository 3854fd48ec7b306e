"""The keys of Airflow's tokens take turns, and nobody's token is refused meanwhile."""

from __future__ import annotations

import base64
import json
import secrets

import pytest

from tests.image.airflow_stack import Stack
from tests.image.engine import Containers, Result, wait_until

SHOWN = "AIRFLOW__API_AUTH__JWT_SECRET AIRFLOW__API_AUTH__JWT_KID AIRFLOW__API_AUTH__TRUSTED_JWKS_URL"
SHOW = f"""
for name in {SHOWN}; do printenv $name || echo none; done
stat --format %a "$AIRFLOW__API_AUTH__TRUSTED_JWKS_URL" && cat "$AIRFLOW__API_AUTH__TRUSTED_JWKS_URL"
"""


def show(containers: Containers, image: str, **environment: str) -> Result:
    return containers.run(image, "sh", "-c", SHOW, environment=environment)


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def key_id(token: str) -> str:
    return str(json.loads(decoded(token.partition(".")[0]))["kid"])


def test_airflow_signs_with_the_first_key_and_takes_each(containers: Containers, image: str) -> None:
    keys = ["first*[a-z]?-key" * 5, "second/key+ \\n" * 8]
    shown = show(containers, image, AIRFLOW_FARGATE_JWT_KEYS=",".join(keys))
    signing, kid, _path, mode, *key_set = shown.output.splitlines()
    taken = {one["kid"]: decoded(one["k"]).decode() for one in json.loads("".join(key_set))["keys"]}
    assert (signing, taken[kid], mode) == (keys[0], keys[0], "600")
    assert list(taken.values()) == keys


@pytest.mark.parametrize("keys", [{}, {"AIRFLOW_FARGATE_JWT_KEYS": "ours,next"}])
@pytest.mark.parametrize(
    ("own", "options"),
    [
        ({"AIRFLOW__API_AUTH__JWT_SECRET": "own"}, ["own", "none", "none"]),
        ({"AIRFLOW__API_AUTH__JWT_PRIVATE_KEY_PATH": "/own"}, ["none", "none", "none"]),
        ({"AIRFLOW__API_AUTH__TRUSTED_JWKS_URL": "https://own"}, ["none", "none", "https://own"]),
    ],
)
def test_options_of_ones_own_stay(
    containers: Containers, image: str, keys: dict[str, str], own: dict[str, str], options: list[str]
) -> None:
    assert show(containers, image, **keys, **own).output.splitlines() == options


def test_tokens_of_either_key_are_taken_until_the_old_one_goes(stack: Stack) -> None:
    first, second = stack.jwt_keys
    third = secrets.token_hex(44)
    old = stack.token

    def renewed(*keys: str) -> str:
        stack.replace("api-server", AIRFLOW_FARGATE_JWT_KEYS=",".join(keys))
        stack.log_in()
        return stack.token

    def answer(token: str) -> str:
        result = stack.call("GET", "/api/v2/dags", token)
        return result.errors.partition(":")[0] or "taken"

    # Signed by the next key, before the api-server that takes it here knows that it is the first.
    new = renewed(second, third, first)
    assert key_id(new) != key_id(old)
    assert answer(old) == "taken"
    renewed(first, second)
    assert answer(new) == "taken"
    last = renewed(second, third)
    assert answer(old) == "HTTP 403"
    assert key_id(last) == key_id(new)
    renewed(first, second)


def test_a_task_that_runs_is_waited_for(stack: Stack) -> None:
    stack.request("PATCH", "/api/v2/dags/hello_fargate", {"is_paused": False})
    # It ends when it is told to: after a time of its own it might have ended before anybody looks.
    run = stack.trigger("hello_fargate", sleep_seconds=3600)
    wait_until(lambda: stack.task_states(run)["greet"] == ["running"], what=lambda: str(stack.task_states(run)))
    gone = stack.run("airflow-fargate", "wait-for-tasks", "--timeout", "0")
    assert (gone.code, gone.output) == (1, "")
    assert gone.errors.startswith("error: waited 0 s for ")
    assert "hello_fargate.greet" in gone.errors
    waiting = stack.start_task("waiting", "airflow-fargate", "wait-for-tasks", "--timeout", "600")

    def said() -> str:
        return stack.containers.logs(waiting)

    wait_until(lambda: "hello_fargate.greet" in said(), what=said)
    stack.request("PATCH", run, {"state": "failed"})
    assert stack.containers.must("wait", waiting).strip() == "0", said()
    assert said().splitlines()[-1] == "every task that was queued before has ended"
