"""Makes a home directory in which ansible-test can build its tools' environments.

ansible-test hides PIP_* and certificate settings from pip, and fetches get-pip.py from its own server. So the settings
in force here become pip's configuration file there, and get-pip.py is one that uses the pip that came with Python.
"""

from __future__ import annotations

import ast
import configparser
import subprocess
import sys
from pathlib import Path

from ansible_test._internal.host_configs import NativePythonConfig
from ansible_test._internal.python_requirements import get_venv_packages

GET_PIP = """\
import subprocess
import sys

# In processes of their own: ensurepip switches pip's configuration off for the one it runs in.
subprocess.run([sys.executable, "-m", "ensurepip", "--default-pip"], check=True, stdout=subprocess.DEVNULL)
arguments = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
subprocess.run([sys.executable, "-m", "pip", "install", *arguments], check=True)
"""


def pip_settings() -> dict[str, str]:
    """pip's settings from its files and the environment; the environment wins, as it does in pip."""
    listing = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], check=True, capture_output=True, text=True
    ).stdout
    settings: dict[str, str] = {}
    for scope in ("global.", "install.", ":env:."):
        for line in listing.splitlines():
            if line.startswith(scope):
                name, value = line.removeprefix(scope).split("=", 1)
                settings[name] = ast.literal_eval(value)
    return settings


def main(home: Path) -> None:
    configuration = configparser.RawConfigParser()
    configuration["global"] = {"quiet": "1", **pip_settings()}
    pip_conf = home / ".config/pip/pip.conf"
    pip_conf.parent.mkdir(parents=True, exist_ok=True)
    with pip_conf.open("w") as file:
        configuration.write(file)

    version = "{}.{}".format(*sys.version_info)
    pip_version = get_venv_packages(NativePythonConfig(version=version, path=sys.executable))["pip"]
    get_pip = home / f".ansible/test/cache/get_pip_{pip_version.replace('.', '_')}.py"
    get_pip.parent.mkdir(parents=True, exist_ok=True)
    get_pip.write_text(GET_PIP)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
