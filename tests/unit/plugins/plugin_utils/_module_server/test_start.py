"""Collections are imported whole, from the first search path that holds them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ansible_collections.airflow.fargate.plugins.plugin_utils._module_server import start

FOLDER = Path(start.__file__).parent


def write(root: Path, collection: str, module: str, content: str) -> None:
    file = root / "ansible_collections" / collection / "plugins/module_utils" / f"{module}.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)


def run(roots: list[Path], code: str) -> str:
    """Runs code in a Python of its own, whose collections are those of the roots."""
    program = f"""
import sys
sys.path.insert(0, {str(FOLDER)!r})
from start import CollectionFinder
sys.meta_path.insert(0, CollectionFinder({[str(root) for root in roots]!r}))
sys.path.remove({str(FOLDER)!r})
{code}
"""
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout


def test_a_collection_comes_from_the_first_root_that_holds_it(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    write(first, "some/thing", "here", "origin = 'first'")
    write(second, "some/thing", "here", "origin = 'second'")
    write(second, "some/thing", "elsewhere", "")
    write(second, "some/other", "here", "origin = 'second'")
    output = run(
        [first, second],
        """
import importlib.util
from ansible_collections.some.thing.plugins.module_utils.here import origin
from ansible_collections.some.other.plugins.module_utils.here import origin as other
melted = importlib.util.find_spec("ansible_collections.some.thing.plugins.module_utils.elsewhere")
print(origin, other, melted)
""",
    )
    assert output == "first second None\n"


def test_a_collection_that_is_nowhere_cannot_be_imported(tmp_path: Path) -> None:
    output = run(
        [tmp_path],
        """
try:
    import ansible_collections.airflow
except ModuleNotFoundError as error:
    print(error.name)
""",
    )
    assert output == "ansible_collections.airflow\n"
