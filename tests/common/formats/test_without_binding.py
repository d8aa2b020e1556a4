"""A credential that is shown without its holder's signature shows what was chosen, and no more."""

from collections.abc import Mapping
from typing import Any

import pytest

from common.did import did_key
from common.errors import MalformedInputError
from common.formats import FORMATS
from common.formats.base import Holder
from common.formats.data_integrity.ldp_vc import LdpVc
from common.formats.sd_jwt import compact
from common.keys import PrivateKey
from tests.common.formats.sd_jwt.salts import salts
from tests.common.verification.farmers_fixture import FARMER, P256, SOURCES, issue
from tests.conftest import NOW

DISTRICT = ("credentialSubject", "district")


def claims(format_: str, secured: Any) -> Mapping[str, Any]:
    return FORMATS[format_].verify_credential(secured, sources=SOURCES, now=NOW).claims


def test_a_token_with_the_disclosures_that_were_chosen(ana: PrivateKey) -> None:
    secured = issue("dc+sd-jwt", ana)
    for disclose, names in (
        ([("district",)], {"district"}), ([], set()), (None, {"district", "given_name"}),
    ):  # fmt: skip
        shown = FORMATS["dc+sd-jwt"].show_without_binding(secured, disclose=disclose, sources=SOURCES)
        assert compact.parse(str(shown)).key_binding is None
        assert {"district", "given_name"} & claims("dc+sd-jwt", shown).keys() == names


def test_a_document_with_what_is_derived_from_it(ana: PrivateKey) -> None:
    bound = Holder(ana.public_key, did_key.encode(ana.public_key))
    base = LdpVc("ecdsa-sd-2023").issue(
        FARMER, signer=P256, holder=bound, sources=SOURCES, now=NOW, salt=salts()
    )
    some = FORMATS["ldp_vc"].show_without_binding(base, disclose=[DISTRICT], sources=SOURCES)
    assert dict(claims("ldp_vc", some)) == {"district": "Pisac"}
    whole = FORMATS["ldp_vc"].show_without_binding(base, disclose=None, sources=SOURCES)
    assert dict(claims("ldp_vc", whole)) == {"district": "Pisac", "given_name": "Ana"}


def test_a_document_that_is_whole_stays_so(ana: PrivateKey) -> None:
    secured = issue("ldp_vc", ana)
    for disclose in (None, [DISTRICT]):
        assert FORMATS["ldp_vc"].show_without_binding(secured, disclose=disclose, sources=SOURCES) is secured


def test_a_format_that_is_always_signed_by_its_holder() -> None:
    with pytest.raises(MalformedInputError, match="mso_mdoc is always shown with its holder's signature"):
        FORMATS["mso_mdoc"].show_without_binding("x", disclose=None, sources=SOURCES)
    assert {name for name, each in FORMATS.items() if not each.traits.without_binding} == {"mso_mdoc"}
