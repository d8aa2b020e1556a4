"""How the sample registries stand in SPDCI's data objects."""

from typing import Any, Final

_EVENTS: Final = {"REGISTER": "created", "UPDATE": "changed", "DEREGISTER": "removed"}
_NATIONAL: Final = {
    "@type": "Identifier",
    "identifier_type": "NationalID",
    "identifier_value": "{national_id}",
}
_NAME: Final = {"@type": "Name", "surname": "{family_names}", "given_name": "{given_names}"}


def _identifier(kind: str, column: str) -> dict[str, str]:
    return {"@type": "Identifier", "identifier_type": kind, "identifier_value": f"{{{column}}}"}


def _context(extension: str) -> dict[str, str]:
    return {
        "@vocab": f"https://schema.spdci.org/extensions/{extension}/v1/",
        "common": "https://schema.spdci.org/common/v1/",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }


MAPPINGS: Final[dict[str, dict[str, Any]]] = {
    "population": {
        "kind": "crvs",
        "reg_type": "ns:org:RegistryType:Civil",
        "record_type": "spdci-extensions-dci:Person",
        "identifiers": {"UIN": "national_id", "NIN": "national_id", "POPULATION_ID": "population_id"},
        "names": {"date_of_birth": "birth_date", "date_of_death": "died_on", "gender": "sex"},
        "events": {
            **_EVENTS, "LiveBirth": "created", "live_birth": "created", "DEATH": "changed",
            "death": "changed",
        },
        "template": {
            "@context": _context("crvs"),
            "@type": "CRVS_Person",
            "identifier": [
                _identifier("UIN", "national_id"),
                _identifier("POPULATION_ID", "population_id"),
            ],
            "name": _NAME,
            "sex": "{sex}",
            "birth_date": "{birth_date}",
            "birth_place": {"@type": "Place", "name": "{place_of_birth}"},
            "death_date": "{died_on}",
            "address": {"@type": "Address", "address_line1": "{address}", "locality": "{municipality}"},
            "phone_number": ["{phone}"],
        },
    },
    "births": {
        "kind": "crvs",
        "reg_type": "ns:org:RegistryType:Civil",
        "record_type": "spdci-extensions-dci:Person",
        "identifiers": {
            "UIN": "national_id", "NIN": "national_id", "BRN": "act_number", "BIRTH_REG_NO": "act_number",
            "BIRTH_ID": "birth_id",
        },
        "names": {"date_of_birth": "birth_date", "gender": "sex", "registration_date": "registered_on"},
        "events": {**_EVENTS, "LiveBirth": "created", "live_birth": "created", "BIRTH": "created"},
        "template": {
            "@context": _context("crvs"),
            "@type": "CRVS_Person",
            "identifier": [
                _identifier("UIN", "national_id"),
                _identifier("BRN", "act_number"),
                _identifier("BIRTH_ID", "birth_id"),
            ],
            "name": _NAME,
            "sex": "{sex}",
            "birth_date": "{birth_date}",
            "birth_place": {"@type": "Place", "name": "{place_of_birth}"},
            "registration_date": "{registered_on}",
            "parent1": {"name": "{mother_name}", "identifier": [_identifier("UIN", "mother_national_id")]},
            "parent2": {"name": "{father_name}", "identifier": [_identifier("UIN", "father_national_id")]},
        },
    },
    "deaths": {
        "kind": "crvs",
        "reg_type": "ns:org:RegistryType:Civil",
        "record_type": "spdci-extensions-dci:Person",
        "identifiers": {"UIN": "national_id", "NIN": "national_id", "DRN": "death_id"},
        "names": {"date_of_death": "died_on", "registration_date": "registered_on"},
        "events": {**_EVENTS, "DEATH": "created", "death": "created", "Death": "created"},
        "template": {
            "@context": _context("crvs"),
            "@type": "CRVS_Person",
            "identifier": [_identifier("UIN", "national_id"), _identifier("DRN", "death_id")],
            "name": _NAME,
            "death_date": "{died_on}",
            "registration_date": "{registered_on}",
            "spouse": {"identifier": [_identifier("UIN", "spouse_national_id")]},
        },
    },
    "social": {
        "kind": "social",
        "reg_type": "ns:org:RegistryType:Social",
        "record_type": "spdci-extensions-social:Member",
        "identifiers": {
            "UIN": "national_id", "NIN": "national_id", "HOUSEHOLD_ID": "household_id",
            "SOCIAL_ID": "social_id",
        },
        "names": {
            "group_size": "household_size", "location": "municipality", "person_identifier": "national_id",
            "programme_identifier": "programme",
            "programme_identifier.program.programme_identifier": "programme",
        },
        "events": {**_EVENTS, "NewHouseHoldMember": "created"},
        "questions": {"enrolled": {"enrolment_status": ["active"]}},
        "template": {
            "@context": _context("social"),
            "@type": "Member",
            "member_identifier": [
                _identifier("NationalID", "national_id"),
                _identifier("SOCIAL_ID", "social_id"),
            ],
            "demographic_info": {
                "@type": "SRPerson",
                "identifier": [_NATIONAL],
                "name": _NAME,
                "address": {"@type": "Address", "city": "{municipality}"},
            },
            "relationship_head": "{household_role}",
            "group": {
                "@type": "Group",
                "group_identifier": [_identifier("HOUSEHOLD_ID", "household_id")],
                "group_size": "{household_size}",
            },
            "programme_identifier": {
                "programme": {"programme_name": "{programme}"},
                "enrolment_date": "{enrolled_on}",
                "enrolment_status": "{enrolment_status}",
                "benefits": {"benefit_value": "{monthly_amount}", "benefit_frequency": "Monthly"},
            },
        },
    },
    "farmers": {
        "kind": "fr",
        "reg_type": "ns:org:RegistryType:FR",
        "record_type": "spdci-extensions-dci:FRPerson",
        "identifiers": {
            "UIN": "national_id", "NIN": "national_id", "FARMER_ID": "farmer_id", "FARM_ID": "parcel_id",
        },
        "names": {
            "farm_size": "parcel_area_ha", "crop_type": "main_crop", "land_tenure": "tenure",
            "irrigation_type": "irrigated", "location": "municipality", "district": "municipality",
        },
        "events": {**_EVENTS, "FRPerson": "changed", "HARVEST": "changed"},
        "template": {
            "@context": _context("fr"),
            "@type": "Farmer",
            "farmer_personal_details": {
                "member_identifier": [_NATIONAL, _identifier("FARMER_ID", "farmer_id")],
                "demographic_info": {"identifier": [_NATIONAL], "name": _NAME},
            },
            "land_details": {
                "parcel_identifier": "{parcel_id}",
                "address": {"locality": "{municipality}"},
                "land_size": "{parcel_area_ha}",
                "tenure": "{tenure}",
                "irrigated": "{irrigated}",
            },
            "crop_details": {
                "main_crop": "{main_crop}",
                "second_crop": "{second_crop}",
                "season": "{harvest_season}",
                "harvest_kg": "{harvest_kg}",
            },
            "farmer_since": "{farmer_since}",
        },
    },
    "disabilities": {
        "kind": "dr",
        "reg_type": "ns:org:RegistryType:DR",
        "record_type": "spdci-extensions-dci:DisabledPerson",
        "identifiers": {"UIN": "national_id", "NIN": "national_id", "DISABILITY_ID": "disability_id"},
        "names": {"member.member_identifier": "national_id", "impairment_type": "disability_type"},
        "events": {**_EVENTS, "DisabledPerson": "changed"},
        "questions": {"disabled": {}},
        "details": {
            "details": {
                "disability_details": [
                    {"impairment_type": "{disability_type}", "impairment_level": "{degree_percent}"}
                ],
            },
            "support": {
                "assistive_technology": [{"type": "{assistive_device}", "support_status": "Recorded"}],
                "registration_date": "{assessed_on}",
            },
        },
        "template": {
            "@context": _context("dr"),
            "@type": "DisabledPerson",
            "member": {
                "member_identifier": [_NATIONAL, _identifier("DISABILITY_ID", "disability_id")],
                "demographic_info": {"identifier": [_NATIONAL], "name": _NAME},
            },
            "disability_details": [
                {
                    "impairment_type": "{disability_type}",
                    "impairment_level": "{degree_percent}",
                    "permanent": "{permanent}",
                }
            ],
            "assistive_technology": [{"type": "{assistive_device}"}],
            "registration_date": "{assessed_on}",
            "review_due": "{review_due}",
        },
    },
}  # fmt: skip
PLACES: Final = {"population": "municipality", "social": "municipality", "farmers": "municipality"}
