"""Credentials of the registry, issued with a change where a test wants one."""

import dataclasses
from typing import Any

from common.formats import FORMATS
from common.keys import PrivateKey
from tests.common.formats.data_integrity.conftest import CREDENTIAL, holder, no_salt
from tests.common.formats.fakes import StaticSources
from tests.conftest import NOW

FORMAT = FORMATS["ldp_vc"]
Document = dict[str, Any]


def issue(key: PrivateKey, sources: StaticSources, bound_to: PrivateKey | None = None, **change: Any) -> Any:
    return FORMAT.issue(
        dataclasses.replace(CREDENTIAL, **change),
        signer=key,
        holder=holder(bound_to) if bound_to else None,
        sources=sources,
        now=NOW,
        salt=no_salt,
    )
