"""`python -m tests.mutants common/trust [PATTERN]…`: change that package in small ways, and see who notices.

Its own tests are run against each change, in a copy under `VAR_DIR/mutants`. Those that no test noticed are
listed by name; `mutmut show NAME`, in that copy, shows one. Many of them change only a sentence; and what a
test module works out while it is imported is worked out before any change.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPIES = Path(os.environ.get("VAR_DIR", ROOT / "var")).resolve() / "mutants"
SETTINGS = """
[tool.mutmut]
source_paths = ["{package}"]
pytest_add_cli_args_test_selection = ["tests/{package}"]
also_copy = ["common", "issuer", "wallet", "verifier", "deploy", "docs", "manage.py"]
use_git_change_detection = false
timeout_multiplier = 8.0
timeout_constant = 2.0
"""


def main() -> int:
    """The exit code of the run: 0 also where changes were left that no test noticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("package", help="a folder of code whose tests lie in the same place under tests/")
    parser.add_argument("patterns", nargs="*", help="of mutants' names, as in 'common.trust.paths.*' (all)")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="at once (one a processor)")
    options = parser.parse_args()
    package = options.package.strip("/")
    for folder in (package, f"tests/{package}"):
        if not (ROOT / folder).is_dir():
            parser.error(f"there is no folder {folder}")
    copy = copied(package)
    mutmut = [str(Path(sys.executable).with_name("mutmut"))]
    run = [*mutmut, "run", "--max-children", str(options.processes), *options.patterns]
    ended = subprocess.run(run, cwd=copy, check=False).returncode
    if not options.patterns:  # which mutmut answers with results of its own
        subprocess.run([*mutmut, "results"], cwd=copy, check=False)
    print(f"In {copy}.")
    return ended


def copied(package: str) -> Path:
    """The repository as it lies here, with the settings of a run over that package."""
    copy = COPIES / package.replace("/", ".")
    shutil.rmtree(copy, ignore_errors=True)
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\0"
    ):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    settings = copy / "pyproject.toml"
    settings.write_text(settings.read_text() + SETTINGS.format(package=package))
    return copy


if __name__ == "__main__":
    raise SystemExit(main())
