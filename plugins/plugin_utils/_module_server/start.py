# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Entry of the server process, started as a script: makes collections importable, then serves.

A collection is imported as Ansible would find it: from the first of the search paths that holds it, whole. As namespace
packages alone, the same collection in two search paths would melt into one.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

TOP = "ansible_collections"


class CollectionFinder(MetaPathFinder):
    """Finds C(ansible_collections.<namespace>.<name>) and the packages around it; what is inside, Python finds itself.

    :param roots: The folders that hold C(ansible_collections), in the order of the search.
    """

    def __init__(self, roots: Sequence[str]) -> None:
        self.roots = [Path(root) for root in roots]

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        parts = fullname.split(".")
        if parts[0] != TOP or len(parts) > 3:
            return None
        folders = [folder for folder in (root.joinpath(*parts) for root in self.roots) if folder.is_dir()]
        if not folders:
            return None
        spec = ModuleSpec(fullname, None, is_package=True)
        spec.submodule_search_locations = [str(folders[0])] if len(parts) == 3 else []
        return spec


def main() -> None:
    settings = json.loads(sys.argv[1])
    # The folder of this script, which no module sees when it has an interpreter of its own.
    del sys.path[0]
    sys.meta_path.insert(0, CollectionFinder(settings["collection_roots"]))
    server = importlib.import_module(f"{settings['package']}.server")
    server.serve(settings["requests"])


if __name__ == "__main__":
    main()
