"""What a service's page says it asks: "and" and "or" as the query means them, in words."""

import re
from typing import Any

from django.template.loader import render_to_string

from verifier.models import Service
from verifier.services.requested import RequestedDocument, RequestedSet, requested_sets


def sd_jwt(id: str, type: str, *claims: str, **more: Any) -> dict[str, Any]:
    entries = [{"id": claim, "path": [claim]} for claim in claims]
    return {
        "id": id, "format": "dc+sd-jwt", "meta": {"vct_values": [f"https://example.org/types/{type}"]},
        **({"claims": entries} if entries else {}), **more,
    }  # fmt: skip


CREDENTIALS = [
    sd_jwt("a", "identity_card", "national_id"),
    sd_jwt("b", "death", "diedOn"),
    sd_jwt("c", "member"),
    {**sd_jwt("d", "identity_card", "national_id"), "format": "ldp_vc",
     "meta": {"type_values": [["https://example.org/types/identity_card"]]}},
]  # fmt: skip
IDENTITY = RequestedDocument("Identity card", (("National id",),))
DEATH = RequestedDocument("Death", (("Died on",),))
MEMBER = RequestedDocument("Member", ((),))


def service(*sets: Any, credentials: Any = CREDENTIALS, **parameters: Any) -> Service:
    query = {"credentials": credentials, **({"credential_sets": list(sets)} if sets else {})}
    return Service(slug="s", title="S", provider="P", query=query, parameters=parameters)


def text(found: Service) -> str:
    page = render_to_string("services/asked.html", {"documents": requested_sets(found)})
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_without_sets_everything_is_asked_together() -> None:
    found = service(credentials=CREDENTIALS[:2])
    assert requested_sets(found) == (RequestedSet(True, ((IDENTITY, DEATH),)),)
    assert text(found) == "All of these: Identity card National id and Death Died on"


def test_options_exclude_each_other_and_formats_are_no_option() -> None:
    found = service({"options": [["a"], ["d"], ["b", "c"]]})
    assert requested_sets(found) == (RequestedSet(True, ((IDENTITY,), (DEATH, MEMBER))),)
    assert text(found) == (
        "One of these: Identity card National id or Death Died on and Member "
        "Only that you hold it, and who issued it"
    )


def test_several_sets_are_asked_together_and_the_optional_ones_said_to_be_so() -> None:
    found = service({"options": [["c"], ["b"]], "required": False}, {"options": [["a"]]})
    assert [each.required for each in requested_sets(found)] == [True, False]
    assert text(found).startswith("This: Identity card")
    assert "If you like, and not required: one of these: Member" in text(found)


def test_sets_of_claims_are_alternatives() -> None:
    names = ("given_name", "birth_date")
    found = service(credentials=[sd_jwt("a", "identity", *names, claim_sets=[list(names), ["given_name"]])])
    assert requested_sets(found)[0].options[0][0].claims == (("Given name", "Birth date"), ("Given name",))
    assert text(found) == "Identity Given name Birth date or, where it does not say all of that: Given name"


def test_the_services_own_words_come_first_and_positions_in_lists_are_no_words() -> None:
    credentials = [sd_jwt("a", "identity", "national_id"), sd_jwt("b", "tool", multiple=True)]
    credentials[1]["claims"] = [{"path": ["nationalities", None]}, {"path": ["degrees", 0]}, {"path": [0]}]
    found = service(
        credentials=credentials, documents={"a": "Passport"}, claims={"national_id": "National ID"}
    )
    assert text(found) == (
        "All of these: Passport National ID and Tool , one or several Nationalities Degrees Everything"
    )


def test_a_document_without_words_is_called_by_its_type() -> None:
    licence = {"id": "x_1", "format": "mso_mdoc", "meta": {"doctype_value": "org.iso.18013.5.1.mDL"},
               "claims": [{"path": ["org.iso.18013.5.1", "birth_date"]}]}  # fmt: skip
    assert text(service(credentials=[licence])) == "Mobile driving licence Birth date"
