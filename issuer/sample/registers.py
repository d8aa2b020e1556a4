"""What each of the six registries knows of the sample's people, in rows under its own numbers."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any, Final

from issuer.sample.people import HUSBAND, TODAY, Person, draw_int, pick

Row = dict[str, Any]
ANA: Final = 1
COUPLE: Final = ("head", "spouse")
PROGRAMMES: Final = (
    ("Programa Semilla Ñusta", "45.00"),
    ("Renta Digna", "120.50"),
    ("Desayuno Escolar", "18.75"),
)
CROPS: Final = ("Maize", "Quinoa", "Potato", "Broad beans", "Oca", "Barley", "Coffee", "Cañihua")
DISABILITIES: Final = ("hearing", "visual", "mobility", "intellectual", "psychosocial", "multiple")
DEVICES: Final = {
    "hearing": "hearing aid",
    "visual": "white cane",
    "mobility": "wheelchair",
    "multiple": "wheelchair",
}


def population(people: list[Person]) -> Iterator[Row]:
    """Everybody."""
    for person in people:
        yield {
            "population_id": f"P-{person.number:04d}",
            "national_id": person.national_id,
            "given_names": person.given_names,
            "family_names": person.family_names,
            "birth_date": person.birth_date,
            "sex": person.sex,
            "place_of_birth": person.place_of_birth,
            "address": person.address,
            "municipality": person.municipality,
            "phone": person.phone,
            "died_on": person.died_on,
        }


def births(people: list[Person]) -> Iterator[Row]:
    """Whose birth was written down; a parent is named as the clerk heard it, or not at all."""
    registered = [p for p in people if p.number == ANA or (p.birth_date[4:] and draw_int(8, "act", p.number))]
    for index, person in enumerate(registered, start=1):
        name = person.family_names
        if draw_int(25, "clerk in capitals", person.number) == 0:
            name = name.upper()
        delay = draw_int(60, "delay", person.number) if draw_int(10, "late", person.number) else 900
        year, month, day = (int(part) for part in person.birth_date.split("-"))
        yield {
            "birth_id": f"B-{index:04d}",
            "act_number": f"{year}/{1 + draw_int(900, 'act number', person.number):03d}",
            "national_id": person.national_id,
            "given_names": person.given_names,
            "family_names": name,
            "birth_date": person.birth_date,
            "sex": person.sex,
            "place_of_birth": person.place_of_birth,
            "mother_name": person.mother.name if person.mother else "",
            "mother_national_id": person.mother.national_id if person.mother else "",
            "father_name": person.father.name if person.father else "",
            "father_national_id": person.father.national_id if person.father else "",
            "registered_on": _after(year, month, day, days=delay),
        }


def social(people: list[Person]) -> Iterator[Row]:
    """The households that were surveyed, member by member, with the programme that one of them draws."""
    surveyed = [
        p for p in people if p.number == ANA or draw_int(10, "surveyed", p.household) < 6 or p.household == 1
    ]
    sizes = {p.household: sum(q.household == p.household for q in surveyed) for p in surveyed}
    for index, person in enumerate(surveyed, start=1):
        programme, amount = PROGRAMMES[0] if person.number == ANA else pick(PROGRAMMES, "p", person.household)
        enrolled = person.role == "head" and not person.died_on
        state = "active" if person.number == ANA or draw_int(6, "state", person.number) else "suspended"
        yield {
            "social_id": f"S-{index:04d}",
            "national_id": person.national_id,
            "given_names": person.given_names,
            "family_names": person.family_names,
            "household_id": f"H-{person.household:03d}",
            "household_role": person.role,
            "household_size": sizes[person.household],
            "municipality": person.municipality,
            "programme": programme if enrolled else "",
            "enrolment_status": state if enrolled else "",
            "enrolled_on": _after(2023, 1, 9, days=draw_int(900, "enrolled", person.number))
            if enrolled
            else "",
            "monthly_amount": amount if enrolled else "",
        }


def farmers(people: list[Person]) -> Iterator[Row]:
    """Who works land: one parcel each, its crops and its last harvest."""
    grown = [p for p in people if 18 <= p.age <= 80 and not p.died_on]
    working = [p for p in grown if p.number in (ANA, HUSBAND) or draw_int(5, "farms", p.number) < 2]
    for index, person in enumerate(working, start=1):
        me = ("farm", person.number)
        hundredths = 25 + draw_int(900, *me, "area")
        second = pick(("", *CROPS), *me, "second crop")
        yield {
            "farmer_id": f"F-{index:04d}",
            "national_id": person.national_id,
            "given_names": person.given_names,
            "family_names": person.family_names,
            "municipality": person.municipality,
            "parcel_id": f"{person.municipality[:2].upper()}-{1000 + index * 7}",
            "parcel_area_ha": f"{hundredths // 100}.{hundredths % 100:02d}",
            "tenure": pick(("owner", "tenant", "communal"), *me, "tenure"),
            "irrigated": pick(("yes", "no", "no", ""), *me, "irrigated") if person.number != ANA else "yes",
            "main_crop": pick(CROPS, *me, "crop") if person.number != ANA else "Quinoa",
            "second_crop": second if person.number != ANA else "Maize",
            "harvest_season": "2025/2026",
            "harvest_kg": 180 + draw_int(4200, *me, "harvest")
            if draw_int(8, *me, "weighed") or index == 1
            else "",
            "farmer_since": "2009"
            if person.number == ANA
            else str(TODAY.year - draw_int(person.age - 17, *me)),
        }


def disabilities(people: list[Person]) -> Iterator[Row]:
    """Who was assessed by the commission, with its finding and how long it holds."""
    assessed = [
        p for p in people if p.number == ANA or (not p.died_on and draw_int(9, "assessed", p.number) == 0)
    ]
    for index, person in enumerate(assessed, start=1):
        me = ("disability", person.number)
        kind = pick(DISABILITIES, *me, "kind") if person.number != ANA else "hearing"
        permanent = draw_int(3, *me, "permanent") > 0 or person.number == ANA
        assessed_on = _after(2019, 2, 4, days=draw_int(2400, *me, "assessed"))
        yield {
            "disability_id": f"D-{index:04d}",
            "national_id": person.national_id,
            "given_names": person.given_names,
            "family_names": person.family_names,
            "disability_type": kind,
            "degree_percent": 40 + 5 * draw_int(11, *me, "degree"),
            "assessed_on": assessed_on,
            "permanent": "yes" if permanent else "no",
            "review_due": "" if permanent else f"{int(assessed_on[:4]) + 8}{assessed_on[4:8]}01",
            "assistive_device": DEVICES.get(kind, ""),
        }


def deaths(people: list[Person]) -> Iterator[Row]:
    """Who died, and whom they left behind. X-0001 is free, for the death that the demo has registered."""
    couples = {
        p.household: [q for q in people if q.household == p.household and q.role in COUPLE] for p in people
    }
    for index, person in enumerate((p for p in people if p.died_on), start=2):
        left = [p for p in couples[person.household] if person in couples[person.household] and p != person]
        year, month, day = (int(part) for part in person.died_on.split("-"))
        yield {
            "death_id": f"X-{index:04d}",
            "national_id": person.national_id,
            "given_names": person.given_names,
            "family_names": person.family_names,
            "died_on": person.died_on,
            "spouse_national_id": left[0].national_id if left and not left[0].died_on else "",
            "registered_on": _after(year, month, day, days=1 + draw_int(12, "buried", person.number)),
        }


REGISTERS: Final[dict[str, Callable[[list[Person]], Iterator[Row]]]] = {
    "population": population,
    "births": births,
    "social": social,
    "farmers": farmers,
    "disabilities": disabilities,
    "deaths": deaths,
}


def _after(year: int, month: int, day: int, *, days: int) -> str:
    return min(date(year, month, day) + timedelta(days=days), TODAY).isoformat()
