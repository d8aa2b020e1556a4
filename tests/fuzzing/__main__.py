"""`python -m tests.fuzzing [TARGET]… [--seconds N]`: each parser for N seconds, in a process of its own.

A parser ends in a value or in one of our errors, within a second and within bounds of memory. Whatever
else happens ends the run: the input is left in `VAR_DIR/fuzzing/TARGET/`, where the next run begins with it.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from tests.fuzzing.specimens import SPECIMENS

ROOT = Path(os.environ.get("VAR_DIR", "var")) / "fuzzing"
SECONDS_EACH = 1  # for one input
MEGABYTES = 2_048


def main() -> int:
    """The number of parsers that ended in something else than they may."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(SPECIMENS))
    parser.add_argument("--seconds", type=int, default=30, help="for each parser (30)")
    options = parser.parse_args()
    unknown = set(options.targets) - set(SPECIMENS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(SPECIMENS)}")
    failed = [name for name in options.targets or SPECIMENS if run(name, options.seconds) != 0]
    print(f"Failed: {', '.join(failed)}." if failed else "Every parser held.")
    return len(failed)


def run(name: str, seconds: int) -> int:
    """Fuzz one parser, beginning with honest specimens and with whatever was of interest before."""
    corpus = ROOT / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(SPECIMENS[name]):
        (corpus / f"specimen-{number}").write_bytes(data)
    print(f"{name}: {seconds} seconds …", flush=True)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.fuzzing.target", name, str(corpus)),
            *(f"-max_total_time={seconds}", f"-timeout={SECONDS_EACH}", f"-rss_limit_mb={MEGABYTES}"),
            *(f"-artifact_prefix={corpus}/found-", "-max_len=8192", "-verbosity=0", "-print_final_stats=1"),
        ],
        check=False,
        stderr=subprocess.PIPE,
        text=True,
    )
    told = [line for line in done.stderr.splitlines() if "number_of_executed_units" in line]
    print(f"  {told[0].split()[-1] if told else 'no'} inputs", flush=True)
    if done.returncode:
        print(done.stderr[-4_000:], file=sys.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
