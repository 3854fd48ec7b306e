"""Deployed once more with Ansible's own execution of modules: every result of every task is the same."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.conftest import Story
from tests.e2e.embedded_aws import EmbeddedAws
from tests.e2e.playbooks import Environment, Run
from tests.e2e.snapshot import Reader, Snapshot, differences
from tests.e2e.task_results import recording, results


@dataclass(frozen=True)
class Stock:
    environment: Environment
    run: Run
    record: Path
    deployed: Snapshot


@pytest.fixture(scope="module")
def stock(story: Story, folder: Path, environment: Environment, aws: EmbeddedAws) -> Stock:
    removed = environment.destroy()
    assert removed.code == 0, removed
    # A new one: ECS goes on counting the revisions of what was removed.
    again = Environment.create("e2e-again", folder, aws)
    record = folder / "stock.jsonl"
    run = again.deploy("-vvv", settings={**recording(record), "AIRFLOW_FARGATE_MODULE_SERVER": "false"})
    return Stock(again, run, record, Reader(aws, again.name).comparable())


def test_modules_were_run_both_ways(story: Story, stock: Stock) -> None:
    in_server = "EXEC in a fork of the module server"
    assert story.first.output.count(in_server) > 40
    assert in_server not in stock.run.output


def test_every_task_result_is_the_same(story: Story, stock: Stock, environment: Environment) -> None:
    served = results(story.record, environment.name)
    assert len(served) > 60
    assert differences(served, results(stock.record, stock.environment.name)) == []


def test_the_deployment_is_the_same(story: Story, stock: Stock) -> None:
    assert differences(story.deployed, stock.deployed) == []
