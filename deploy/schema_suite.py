"""The W3C's suite of VC JSON Schema: one of its cases, answered by what the product's verification does.

`python -m deploy.schema_suite … validate --format F --schema FILE --credential FILE --output FILE`, called as
the suite calls docker-compose; see docs/conformance.md. Its credentials have no proofs: schemas alone count.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from common.encoding import strict_json
from common.errors import SelloError, UndeterminedError
from common.vcdm.schemas import check_schemas


def outcome(credential: dict[str, object], schema: bytes, *, kind: str) -> str:
    """`success`, `failure` or `indeterminate` (VC JSON Schema §4.2) for the schema of that kind."""
    entry = credential.get("credentialSchema")
    if not isinstance(entry, dict) or entry.get("type") != kind:
        return "failure"  # of that kind there is none
    try:
        check_schemas(
            credential,
            fetch=lambda url: schema,
            open_credential=strict_json.loads_object,
        )
    except UndeterminedError:
        return "indeterminate"
    except SelloError as error:
        print(error, file=sys.stderr)
        return "failure"
    return "success"


def main() -> None:
    """Answer one case; whatever stands before `validate` is docker-compose's."""
    arguments = argparse.ArgumentParser(prog="python -m deploy.schema_suite", description=__doc__)
    for name in ("format", "schema", "credential", "output"):
        arguments.add_argument(f"--{name}", required=True)
    asked = arguments.parse_args(
        sys.argv[sys.argv.index("validate") + 1 :] if "validate" in sys.argv else None
    )
    suite = Path(os.environ.get("SUITE", "."))
    schema, credential, output = (
        suite / path.removeprefix("/") for path in (asked.schema, asked.credential, asked.output)
    )
    found = outcome(
        dict(strict_json.loads_object(credential.read_bytes())), schema.read_bytes(), kind=asked.format
    )
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps({"result": found}))


if __name__ == "__main__":
    main()
