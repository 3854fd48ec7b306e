"""The request log is read while it is written."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.embedded_aws import EmbeddedAws


def test_a_half_written_request_counts_later(tmp_path: Path) -> None:
    aws = EmbeddedAws(state=tmp_path, cache=tmp_path, port=1)
    log = tmp_path / "requests.jsonl"
    log.write_text('{"service": "ecs", "operation": "RunTask"}\n{"service": "ec')
    assert aws.calls(0) == {"ecs:RunTask"}
    with log.open("a") as more:
        more.write('s", "operation": "StopTask"}\n')
    assert aws.calls(0) == {"ecs:RunTask", "ecs:StopTask"}
