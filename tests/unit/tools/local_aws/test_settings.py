from __future__ import annotations

from pathlib import Path

from tools.local_aws.settings import Settings


def settings(tmp_path: Path) -> Settings:
    return Settings(
        port=4600,
        state_dir=tmp_path / "state",
        cache_dir=tmp_path / "cache",
        docker_host="unix:///run/engine.sock",
        network="local-aws-4600",
        subnet="10.17.248.0/24",
        gateway="10.17.248.1",
        images_from=tmp_path / "other-cache",
    )


def test_survives_json(tmp_path: Path) -> None:
    assert Settings.from_json(settings(tmp_path).to_json()) == settings(tmp_path)


def test_endpoints(tmp_path: Path) -> None:
    assert settings(tmp_path).endpoint == "http://127.0.0.1:4600"
    assert settings(tmp_path).container_endpoint == "http://10.17.248.1:4600"


def test_server_works_with_our_engine_and_network(tmp_path: Path) -> None:
    environment = settings(tmp_path).ministack_environment()

    assert environment["DOCKER_HOST"] == "unix:///run/engine.sock"
    assert environment["DOCKER_NETWORK"] == "local-aws-4600"
    assert environment["GATEWAY_PORT"] == "4600"
    assert f"{environment['MINISTACK_HOSTNAME']}:4600" == settings(tmp_path).instance


def test_scratch_files_stay_in_the_state_folder(tmp_path: Path) -> None:
    environment = settings(tmp_path).ministack_environment()

    folders = [environment[name] for name in ("STATE_DIR", "S3_DATA_DIR", "TMPDIR")]
    assert all(Path(folder).is_relative_to(tmp_path / "state") for folder in folders)


def test_run_folder_is_short_and_one_per_cache(tmp_path: Path) -> None:
    deep = tmp_path / ("long" * 40)
    here = Settings(port=1, state_dir=deep, cache_dir=deep / "a")
    there = Settings(port=1, state_dir=deep, cache_dir=deep / "b")

    # 50 is the longest podman takes, and it appends "/storage".
    assert len(f"{here.run_dir}/storage") <= 50
    assert here.run_dir != there.run_dir
