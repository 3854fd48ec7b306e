"""What is in the image."""

from __future__ import annotations

from tests.image.engine import Containers, wait_until
from tests.image.image_under_test import IMAGE_CONTEXT

MEGABYTE = 10**6


def test_it_has_the_locked_airflow(containers: Containers, image: str) -> None:
    result = containers.run(image, "airflow", "version")

    assert result.code == 0, result
    assert f"apache-airflow=={result.output.strip()} " in (IMAGE_CONTEXT / "requirements.txt").read_text()


def test_airflow_finds_nothing_to_complain_about_in_its_configuration(containers: Containers, image: str) -> None:
    # Lint tells everyone whose executor is not LocalExecutor that the default of this option has changed.
    result = containers.run(image, "airflow", "config", "lint", "--ignore-option", "executor")

    assert "No issues found" in result.output, result


def test_nothing_in_it_runs_as_root(containers: Containers, image: str) -> None:
    result = containers.run(
        image, "sh", "-c", "id -u; id -g; id -un; touch /etc/x || echo refused; touch logs/x && echo written"
    )

    assert result.output.split() == ["50000", "0", "airflow", "refused", "written"], result


def test_it_has_no_compiler_and_no_installer(containers: Containers, image: str) -> None:
    tools = "gcc cc c++ g++ make ld pip pip3 uv"

    result = containers.run(image, "sh", "-c", f"for tool in {tools} sh; do command -v $tool; done")

    assert result.output.split() == ["/usr/bin/sh"], result


def test_it_has_no_leftovers_of_the_build(containers: Containers, image: str) -> None:
    places = "/build /run/secrets /root/.cache /opt/airflow/.cache /var/lib/apt/lists /var/cache/apt"

    result = containers.run(image, "sh", "-c", f"find {places} -type f")

    assert result.output == "", result


def test_python_is_compiled_already(containers: Containers, image: str) -> None:
    script = "import airflow, airflow_fargate.cli as c; print(airflow.__cached__, c.__cached__)"

    result = containers.run(image, "sh", "-c", f"ls $(python -c '{script}')")

    assert len(result.output.split()) == 2, result


def test_the_certificate_authorities_of_rds_are_there(containers: Containers, image: str) -> None:
    script = """
import ssl, time
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.load_verify_locations("/etc/ssl/certs/rds-global-bundle.pem")
authorities = context.get_ca_certs()
next_year = time.time() + 365 * 86400
print(len(authorities), all(ssl.cert_time_to_seconds(one["notAfter"]) > next_year for one in authorities))
"""
    result = containers.run(image, "python", "-c", script)

    count, lasting = result.output.split()
    assert int(count) > 50
    assert lasting == "True"


def test_its_size(containers: Containers, image: str) -> None:
    size = int(containers.must("image", "inspect", "--format", "{{ .Size }}", image))
    # Layers are compressed better than this, but no engine says how well before they are pushed.
    archive = "tar --one-file-system --ignore-failed-read -cf - / 2>/dev/null | gzip -1 | wc -c"
    compressed = int(containers.run(image, "sh", "-c", archive).output)

    assert 300 * MEGABYTE < size < 800 * MEGABYTE
    assert 100 * MEGABYTE < compressed < 280 * MEGABYTE


def test_sigterm_reaches_the_main_process_only(containers: Containers, image: str) -> None:
    # A signal that the child had would be told by it before it looks for the file again.
    child = 'trap "echo child" TERM; echo ready; until [ -e /tmp/end ]; do sleep 0.5; done; echo child done'
    main = f"trap 'echo main' TERM; bash -c '{child}' & wait $!; wait"
    container = containers.start("signal", image, "bash", "-c", main)
    wait_until(lambda: "ready" in containers.logs(container), what=lambda: containers.logs(container))

    containers.must("kill", "--signal", "TERM", container)
    wait_until(lambda: "main" in containers.logs(container), what=lambda: containers.logs(container))
    containers.must("exec", container, "touch", "/tmp/end")
    containers.must("wait", container)

    assert containers.logs(container).split("\n")[:-1] == ["ready", "main", "child done"]
