from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.load_balancer import (
    check_certificate,
    check_domain,
    check_port,
)

CERTIFICATE = "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"


@pytest.mark.parametrize("port", [80, 443, "4566", 1, 65535])
def test_ports(port: Any) -> None:
    assert list(check_port(port)) == []


@pytest.mark.parametrize("port", [0, 65536, -1, "", "http", 80.5, None])
def test_no_ports(port: Any) -> None:
    [problem] = check_port(port)
    assert problem.setting == "airflow_load_balancer_port"


@pytest.mark.parametrize("arn", ["", CERTIFICATE])
def test_certificates(arn: str) -> None:
    assert list(check_certificate(arn, "eu-central-1")) == []


@pytest.mark.parametrize(
    ("arn", "why"),
    [
        ("my-certificate", "no ARN of an ACM certificate"),
        (CERTIFICATE.replace(":acm:", ":iam:"), "no ARN of an ACM certificate"),
        (CERTIFICATE.replace("123456789012:", "1:"), "no ARN of an ACM certificate"),
        (CERTIFICATE.replace("eu-central-1", "us-east-1"), "the certificate is in us-east-1"),
    ],
)
def test_certificates_that_the_load_balancer_cannot_use(arn: str, why: str) -> None:
    [problem] = check_certificate(arn, "eu-central-1")
    assert why in problem.why


@pytest.mark.parametrize("domain", ["", "airflow.example.com"])
def test_domains(domain: str) -> None:
    assert list(check_domain(domain)) == []


@pytest.mark.parametrize("domain", ["https://a.example.com", "airflow", "airflow.example.com/", "a_b.example.com"])
def test_no_domains(domain: str) -> None:
    assert [problem.value for problem in check_domain(domain)] == [domain]
