from __future__ import annotations

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.fargate import (
    check_ephemeral_storage,
    check_size,
)


@pytest.mark.parametrize(
    ("cpu", "memory"),
    [
        (256, 512),
        (256, 2048),
        (512, 1024),
        (512, 4096),
        (1024, 2048),
        (1024, 8192),
        (2048, 4096),
        (2048, 16384),
        (4096, 8192),
        (4096, 30720),
        (8192, 16384),
        (8192, 61440),
        (16384, 32768),
        (16384, 122880),
    ],
)
def test_sizes_that_fargate_has(cpu: int, memory: int) -> None:
    assert list(check_size(cpu, memory)) == []


@pytest.mark.parametrize(
    ("cpu", "memory"),
    [
        (256, 3072),
        (256, 1536),
        (512, 512),
        (512, 5120),
        (1024, 1024),
        (1024, 2049),
        (1024, 9216),
        (2048, 3072),
        (2048, 17408),
        (4096, 7168),
        (4096, 31744),
        (8192, 17408),
        (8192, 65536),
        (16384, 36864),
        (16384, 131072),
    ],
)
def test_memory_that_does_not_go_with_the_cpu(cpu: int, memory: int) -> None:
    [problem] = check_size(cpu, memory)
    assert problem.setting == "service_memory"
    assert problem.value == memory
    assert str(cpu) in problem.why


@pytest.mark.parametrize("cpu", [0, 1, 128, 1000, 32768])
def test_cpu_units_that_fargate_does_not_have(cpu: int) -> None:
    [problem] = check_size(cpu, 2048)
    assert problem.setting == "service_cpu"
    assert "256, 512, 1024" in problem.fix


def test_the_fix_names_memory_and_cpu() -> None:
    [problem] = check_size(512, 512)
    assert problem.fix == "choose 1024 to 4096 in steps of 1024 MiB, or service_cpu 256"


@pytest.mark.parametrize(("size", "problems"), [(20, 1), (21, 0), (200, 0), (201, 1)])
def test_ephemeral_storage(size: int, problems: int) -> None:
    assert len(list(check_ephemeral_storage(size))) == problems
