"""Tiny trees of Python on which a rule is seen to break."""

from collections.abc import Mapping
from pathlib import Path

from deploy.rooms.modules import Tree, read_modules


def grown(root: Path, files: Mapping[str, str]) -> Tree:
    """The tree of these files (`common/errors.py` to its text), with an `__init__` in every folder."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        for folder in path.relative_to(root).parents:
            if folder != Path("."):
                (root / folder / "__init__.py").touch()
    return read_modules(root)
