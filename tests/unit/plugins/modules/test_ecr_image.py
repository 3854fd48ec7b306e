"""The module, with a stubbed ECR and an engine that only takes notes."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._ecr.api import Login
from ansible_collections.airflow.fargate.plugins.module_utils._ecr.common import ECRError
from ansible_collections.airflow.fargate.plugins.module_utils._ecr.engine import Build
from ansible_collections.airflow.fargate.plugins.modules import ecr_image

URI = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/airflow-test"
DIGEST = "sha256:0a"

Run = Callable[..., dict[str, Any]]


class FakeEngine:
    def __init__(self) -> None:
        self.images: set[str] = set()
        self.built: list[Build] = []
        self.pushed: list[str] = []
        self.push_fails = False

    def has(self, name: str, content: str) -> bool:
        return name in self.images

    def build(self, build: Build) -> None:
        assert (build.context / "Containerfile").read_text() == "FROM scratch\n"
        self.built.append(build)

    def push(self, name: str, login: Login, scratch: Path) -> str:
        assert login.password == "the-password"
        self.pushed.append(name)
        if self.push_fails:
            raise ECRError(message="tag invalid: The image tag already exists")
        return DIGEST


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    fake = FakeEngine()
    monkeypatch.setattr(ecr_image, "find_engine", lambda _run, _wanted: fake)
    monkeypatch.setattr(ecr_image, "get_aws_account_info", lambda _module: ("123456789012", "aws"))
    return fake


@pytest.fixture
def ensure(run_module: Run, engine: FakeEngine, tmp_path: Path) -> Run:
    (tmp_path / "Containerfile").write_text("FROM scratch\n")
    options = {"context": str(tmp_path), "repository": "airflow-test", "tag": "0a1b"}
    return lambda **more: run_module(ecr_image.main, **{**options, **more})


@pytest.fixture
def ecr(aws: Any) -> Any:
    return aws["ecr"]


def add_repository(ecr: Any) -> None:
    repository = {"repositoryName": "airflow-test", "repositoryUri": URI}
    ecr.add_response("describe_repositories", {"repositories": [repository]}, {"repositoryNames": ["airflow-test"]})


def add_image(ecr: Any, digest: str | None) -> None:
    expected = {"repositoryName": "airflow-test", "imageIds": [{"imageTag": "0a1b"}]}
    if digest is None:
        ecr.add_client_error("describe_images", "ImageNotFoundException", expected_params=expected)
    else:
        ecr.add_response(
            "describe_images", {"imageDetails": [{"imageDigest": digest, "registryId": "123456789012"}]}, expected
        )


def add_login(ecr: Any) -> None:
    token = base64.b64encode(b"AWS:the-password").decode()
    data = {"authorizationToken": token, "proxyEndpoint": "http://127.0.0.1:4566"}
    ecr.add_response("get_authorization_token", {"authorizationData": [data]}, {})


def test_an_image_in_ecr_is_neither_built_nor_pushed(ensure: Run, ecr: Any, engine: FakeEngine) -> None:
    add_image(ecr, DIGEST)

    result = ensure()

    assert (result["changed"], result["built"]) == (False, False)
    assert (result["image"], result["tag"], result["digest"]) == (f"{URI}:0a1b", "0a1b", DIGEST)
    assert (engine.built, engine.pushed) == ([], [])


def test_a_new_image_is_built_and_pushed(ensure: Run, ecr: Any, engine: FakeEngine) -> None:
    add_image(ecr, None)
    add_repository(ecr)
    add_login(ecr)
    add_image(ecr, DIGEST)

    result = ensure(build_args={"A": 1}, platform="linux/arm64", ca_bundle="/ca.pem")

    assert (result["changed"], result["built"], result["digest"]) == (True, True, DIGEST)
    (build,) = engine.built
    assert (build.name, build.build_args) == ("127.0.0.1:4566/airflow-test:0a1b", {"A": "1"})
    assert (build.platform, build.ca_bundle) == ("linux/arm64", "/ca.pem")
    assert not build.context.exists()
    assert engine.pushed == [build.name]
    assert "the-password" not in str(result)


def test_an_image_that_was_built_before_is_only_pushed(ensure: Run, ecr: Any, engine: FakeEngine) -> None:
    engine.images.add("127.0.0.1:4566/airflow-test:0a1b")
    add_image(ecr, None)
    add_repository(ecr)
    add_login(ecr)
    add_image(ecr, DIGEST)

    result = ensure()

    assert (result["changed"], result["built"], engine.built) == (True, False, [])


def test_losing_the_race_to_another_run_is_fine(ensure: Run, ecr: Any, engine: FakeEngine) -> None:
    engine.push_fails = True
    add_image(ecr, None)
    add_repository(ecr)
    add_login(ecr)
    add_image(ecr, "sha256:other")

    result = ensure()

    assert (result["changed"], result["digest"]) == (False, "sha256:other")


def test_a_failed_push_is_a_failure(ensure: Run, ecr: Any, engine: FakeEngine) -> None:
    engine.push_fails = True
    add_image(ecr, None)
    add_repository(ecr)
    add_login(ecr)
    add_image(ecr, None)

    result = ensure()

    assert result["failed"]
    assert "tag already exists" in result["msg"]


def test_another_digest_in_ecr_is_a_failure(ensure: Run, ecr: Any, engine: FakeEngine) -> None:
    add_image(ecr, None)
    add_repository(ecr)
    add_login(ecr)
    add_image(ecr, "sha256:other")

    result = ensure()

    assert result["failed"]
    assert "was pushed as sha256:0a, but ECR has sha256:other" in result["msg"]


def test_check_mode_builds_nothing(ensure: Run, ecr: Any, engine: FakeEngine) -> None:
    add_image(ecr, None)
    add_repository(ecr)

    result = ensure(check_mode=True)

    assert (result["changed"], result["built"], result["digest"]) == (True, True, None)
    assert result["diff"] == {"before": "", "after": f"{URI}:0a1b\n"}
    assert (engine.built, engine.pushed) == ([], [])


def test_check_mode_computes_the_name_in_a_repository_yet_to_be_made(ensure: Run, ecr: Any) -> None:
    ecr.add_client_error("describe_images", "RepositoryNotFoundException")
    ecr.add_client_error("describe_repositories", "RepositoryNotFoundException")

    result = ensure(check_mode=True)

    assert (result["changed"], result["image"]) == (True, f"{URI}:0a1b")


def test_a_missing_repository_is_a_failure(ensure: Run, ecr: Any) -> None:
    ecr.add_client_error("describe_images", "RepositoryNotFoundException")
    ecr.add_client_error("describe_repositories", "RepositoryNotFoundException")

    assert ensure()["msg"] == "There is no ECR repository airflow-test"


def test_a_missing_containerfile_is_a_failure(ensure: Run) -> None:
    assert "has no Dockerfile" in ensure(containerfile="Dockerfile")["msg"]


def test_the_tag_comes_from_the_content(ensure: Run, ecr: Any, tmp_path: Path) -> None:
    tags = []
    for content in ["FROM scratch\n", "FROM scratch\n", "FROM other\n"]:
        (tmp_path / "Containerfile").write_text(content)
        ecr.add_client_error("describe_images", "RepositoryNotFoundException")
        ecr.add_client_error("describe_repositories", "RepositoryNotFoundException")
        tags.append(ensure(check_mode=True, tag=None)["tag"])

    assert tags[0] == tags[1] != tags[2]
    assert {len(tag) for tag in tags} == {16}
