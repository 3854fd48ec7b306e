"""A module that does what modules do, and what they should not do; the test installs it in a collection of its own."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from ansible.module_utils import _internal
from ansible.module_utils.basic import AnsibleModule


def surroundings(module: AnsibleModule) -> dict[str, Any]:
    """Whatever a module could take notice of."""
    return {
        "controller": _internal.is_controller,
        "environment": {
            name: value
            for name, value in os.environ.items()
            if name not in ("_", "AIRFLOW_FARGATE_MODULE_SERVER", "OLDPWD", "SHLVL")
        },
        "executable": sys.executable,
        "folder": os.getcwd(),
        "has_stdin": bool(sys.stdin.read()),
        "main": sys.modules["__main__"].__name__,
        "path": [entry for entry in sys.path if not entry.endswith(".zip")],
        "zone": time.tzname,
    }


def leave_thread(module: AnsibleModule) -> None:
    def late() -> None:
        time.sleep(0.2)
        Path(module.params["file"]).write_text("written by a thread")

    threading.Thread(target=late).start()


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "do": {"type": "str", "required": True},
            "file": {"type": "path"},
            "number": {"type": "int"},
            "password": {"type": "str", "no_log": True},
            "value": {"type": "raw"},
        },
        supports_check_mode=True,
    )
    do, result = module.params["do"], {"changed": not module.check_mode, "value": module.params["value"]}
    if do == "look around":
        result |= surroundings(module)
    elif do == "warn":
        module.warn("a warning")
        module.deprecate("a deprecation", version="9.0.0", collection_name="airflow.fargate")
        result["warnings"] = ["an old-fashioned warning"]
    elif do == "tell a secret":
        result |= {
            "said": f"it is {module.params['password']}",
            "diff": {"before": "", "after": module.params["password"]},
        }
    elif do == "fail":
        module.fail_json(msg="as asked", **result)
    elif do == "raise":
        raise RuntimeError("as asked")
    elif do == "exit":
        sys.exit(3)
    elif do == "exit with words":
        sys.exit("enough")
    elif do == "return":
        return
    elif do == "write before":
        sys.stdout.write("not JSON\n")
        sys.stderr.write("an error line\n")
    elif do == "write":
        sys.stdout.write("not JSON\n")
        sys.exit(0)
    elif do == "be killed":
        os.kill(os.getpid(), signal.SIGKILL)
    elif do == "leave a thread":
        leave_thread(module)
    elif do == "leave a file":
        result["temporary"] = module.tmpdir
        atexit.register(Path(module.params["file"]).write_text, "written at exit")
    elif do == "start processes":
        code, out, err = module.run_command(["sh", "-c", "echo out; echo err >&2; exit 4"])
        subprocess.run(["echo", "past the module's own output"], check=True)
        result |= {"rc": code, "stdout": out, "stderr": err}
    elif do == "return much":
        result["much"] = ["x" * 1000] * 1000
    module.exit_json(**result)


if __name__ == "__main__":
    main()
