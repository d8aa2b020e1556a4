"""Every command in the README runs, in the order in which it stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]


def test_every_command_is_of_a_kind_that_is_tried() -> None:
    """A new kind of command in the README needs a test of its own."""
    assert {line.split()[0] for line in COMMANDS} == {"make", "python", "."}


@pytest.mark.parametrize("line", [line for line in COMMANDS if line.startswith("make ")])
def test_each_target_exists_and_is_run_by_ci(line: str) -> None:
    target = line.removeprefix("make ")
    assert re.search(rf"^{target}:.*## ", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    run_elsewhere = {"run", "bench"}  # serves until it is stopped; takes its time and asserts nothing
    assert target in run_elsewhere or f"make {target}" in (ROOT / ".ci" / "run").read_text()


def test_each_command_of_manage_py_runs(tmp_path: Path) -> None:
    for name in ("manage.py", "docs"):
        (tmp_path / name).symlink_to(ROOT / name)
    ours = ("DATABASE_URL", "BASE_URL", "ROLES", "PRODUCTION", "DEBUG", "DJANGO_SETTINGS_MODULE")
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    environment["VAR_DIR"] = str(tmp_path / "var")
    for line in COMMANDS:
        if not line.startswith("python "):
            continue
        command = line.replace("python", f'"{sys.executable}"', 1)
        done = subprocess.run(
            command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stderr}"


@pytest.mark.parametrize("path", re.findall(r"\]\((?!https?:)([^)#]+)\)", README))
def test_what_the_readme_points_to_is_there(path: str) -> None:
    assert (ROOT / path).exists()
