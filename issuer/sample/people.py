"""The invented people of the sample world: households of an Andean country that does not exist.

Everything is drawn from hashes of fixed words, so that every start makes the same people in the same
order, whatever the Python version. They are as untidy as a real register: two surnames or one or none,
years without days, dates and telephones that nobody wrote down, somebody born in 1911, some who died.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any, Final, TypeVar

HOUSEHOLDS: Final = 100
HUSBAND: Final = 407  # Ana's: the last number, whoever else there is
TODAY: Final = date(2026, 6, 30)  # the sample's own present, so that it does not age with the clock
T = TypeVar("T")

WOMEN: Final = (
    "María Elena", "Ñusta", "Rosa", "Killa", "Luz Marina", "Juana", "Sisa", "Carmen Rosa", "Urpi", "Begoña",
    "Ch'aska", "Teresa", "Nayra", "Lucía", "Wayra", "Dominga", "Illari", "Yolanda", "Quyllur", "Inés",
    "Saywa", "Martha Ñusta", "Sami", "Concepción", "T'ika", "Graciela", "Achanqara", "Mónica", "Irupé",
)  # fmt: skip
MEN: Final = (
    "José Luis", "Qhispi", "Pedro", "Sinchi", "Inti", "Víctor Hugo", "Amaru", "Íñigo", "Rumi", "Julián",
    "Wari", "Benigno", "Atoq", "Carlos", "Yawar", "Andrés", "Kuntur", "Simón", "Illapa", "Nicolás",
    "Puma", "Óscar", "Tupaq", "Eusebio", "Ninan", "Martín", "Sayri", "Félix", "Wayna", "Ángel",
)  # fmt: skip
SURNAMES: Final = (
    "Quispe", "Mamani", "Núñez", "Choque", "Ñahui", "Condori", "Peña", "Huamán", "Yupanqui", "de la Cruz",
    "Qhispi", "Roca", "Apaza", "Ibáñez", "Ticona", "Chuquimia", "Muñoz", "Ccori", "Llanos", "Sucasaca",
    "Ñaupari", "Vargas", "Cusi", "O'Brien", "Acuña", "Tito", "Zárate", "Wallpa", "Calderón", "Inquillay",
)  # fmt: skip
MUNICIPALITIES: Final = (
    "Valle Hondo", "Ñuñuma", "Qullpa Alta", "Puerto Sereno", "San Isidro del Páramo", "Wayrapampa",
    "Santa Rosa de Ch'alla", "Tres Cruces",
)  # fmt: skip
STREETS: Final = ("Calle Ñandú", "Avenida del Maíz", "Pasaje Killa", "Camino Real", "Jirón Amauta")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, as the population register knows them; what it does not know is empty."""

    number: int
    household: int
    role: str  # in the household: head, spouse, child, parent
    national_id: str
    given_names: str
    family_names: str
    sex: str
    birth_date: str  # YYYY-MM-DD, YYYY, or empty
    municipality: str
    place_of_birth: str
    address: str = ""
    phone: str = ""
    mother: "Person | None" = None
    father: "Person | None" = None
    died_on: str = ""

    @property
    def name(self) -> str:
        """The name in one line."""
        return f"{self.given_names} {self.family_names}".strip()

    @property
    def age(self) -> int:
        """Years in the sample's own present; 0 where the birth is not known."""
        return TODAY.year - int(self.birth_date[:4]) if self.birth_date else 0


def draw_int(limit: int, *words: object) -> int:
    """A number below `limit` that these words always give."""
    digest = hashlib.sha256("|".join(map(str, words)).encode()).digest()
    return int.from_bytes(digest[:8], "big") % limit


def pick(choices: Sequence[T], *words: object) -> T:
    """One of `choices`, always the same for these words."""
    return choices[draw_int(len(choices), *words)]


def sample_people() -> list[Person]:
    """Everybody, household by household; the first is Ana, whom the demo follows, the last her husband."""
    *found, husband = _anas_household()
    for number in range(2, HOUSEHOLDS + 1):
        found += _household(number, first=len(found) + 1)
    return [*found, husband]


def _anas_household() -> list[Person]:
    somebody = partial(Person, household=1, municipality="Valle Hondo", address="Camino Real 14")
    mother = somebody(
        number=4, role="parent", national_id=_national_id(4), given_names="Sebastiana",
        family_names="Ñahui Choque", sex="female", birth_date="1948", place_of_birth="Ñuñuma",
    )  # fmt: skip
    ana = somebody(
        number=1, role="head", national_id=_national_id(1), given_names="Ana María",
        family_names="Quispe Ñahui", sex="female", birth_date="1987-03-14", place_of_birth="Ñuñuma",
        phone="+999 712 345 678", mother=mother,
    )  # fmt: skip
    husband = somebody(
        number=HUSBAND, role="spouse", national_id=_national_id(HUSBAND), given_names="Julián",
        family_names="Roca Mamani", sex="male", birth_date="1984-06-18", place_of_birth="Valle Hondo",
        phone="+999 712 345 679",
    )  # fmt: skip
    child = somebody(
        number=2, role="child", national_id=_national_id(2), given_names="Ñusta Belén",
        family_names="Roca Quispe", sex="female", birth_date="2014-11-02", place_of_birth="Valle Hondo",
        mother=ana, father=husband,
    )  # fmt: skip
    younger = replace(
        child, number=3, national_id=_national_id(3), given_names="Sinchi Roca", sex="male",
        birth_date="2019-07-21",
    )  # fmt: skip
    return [ana, child, younger, mother, husband]


def _household(number: int, *, first: int) -> list[Person]:
    """A head, often a spouse, their children, sometimes a grandmother; alone now and then."""
    home = ("household", number)
    woman_heads = draw_int(5, *home, "head") < 2
    age = 24 + draw_int(50, *home, "age")
    head = _person(first, number, "head", "female" if woman_heads else "male", TODAY.year - age)
    members = [head]
    spouse = None
    if draw_int(10, *home, "spouse") < 7:
        born = TODAY.year - max(19, age - 5 + draw_int(9, *home, "spouse age"))
        spouse = _person(first + 1, number, "spouse", "male" if woman_heads else "female", born)
        members.append(spouse)
    mother, father = (head, spouse) if woman_heads else (spouse, head)
    for index in range(draw_int(5, *home, "children")):
        parent_age = mother.age if mother else head.age
        born = TODAY.year - max(0, min(parent_age - 17, 40) - index * 3)
        if born < TODAY.year:
            sex = pick(("female", "male"), *home, "child", index)
            members.append(_child(first + len(members), number, sex, born, mother, father))
    if draw_int(4, *home, "grandmother") == 0:
        born = TODAY.year - min(age + 18 + draw_int(12, *home, "grandmother age"), 97)
        members.append(_person(first + len(members), number, "parent", "female", born))
    return [_untidy(member) for member in members]


def _person(number: int, household: int, role: str, sex: str, year: int) -> Person:
    me = ("person", number)
    surnames = (pick(SURNAMES, *me, "first surname"), pick(SURNAMES, *me, "second surname"))
    place = pick(MUNICIPALITIES, "household", household, "place")
    elsewhere = draw_int(3, *me, "moved") == 0
    return Person(
        number=number,
        household=household,
        role=role,
        national_id=_national_id(number),
        given_names=pick(WOMEN if sex == "female" else MEN, *me, "given"),
        family_names=" ".join(surnames),
        sex=sex,
        birth_date=(date(year, 1, 1) + timedelta(days=draw_int(365, *me, "birthday"))).isoformat(),
        municipality=place,
        place_of_birth=pick(MUNICIPALITIES, *me, "born") if elsewhere else place,
        address=" ".join(
            (pick(STREETS, "household", household), str(1 + draw_int(300, "household", household, "door")))
        ),
        phone=_phone(number) if year < TODAY.year - 15 else "",
    )


def _child(
    number: int, household: int, sex: str, year: int, mother: Person | None, father: Person | None
) -> Person:
    """A child bears the father's first surname and the mother's first, or the two of the one parent."""
    child = _person(number, household, "child", sex, year)
    parents = [parent for parent in (father, mother) if parent]
    if len(parents) == 2:
        surnames = " ".join(_first_surname(parent) for parent in parents).strip()
    else:
        surnames = parents[0].family_names
    return replace(child, family_names=surnames, mother=mother, father=father)


def _first_surname(person: Person) -> str:
    return next((name for name in SURNAMES if person.family_names.startswith(name)), person.family_names)


def _untidy(person: Person) -> Person:
    """What real registers look like: a few fixed oddities, and gaps that grow with age."""
    me = ("untidy", person.number)
    if person.number in ODDITIES:
        return replace(person, **ODDITIES[person.number])
    if person.age > 55 and draw_int(6, *me, "year only") == 0:
        person = replace(person, birth_date=person.birth_date[:4])
    if person.age > 70 and draw_int(5, *me, "died") == 0:
        person = replace(
            person, died_on=f"{TODAY.year - 1 - draw_int(4, *me)}-0{1 + draw_int(9, *me, 'm')}-17"
        )
    if person.role != "child" and draw_int(40, *me, "no date") == 0:
        person = replace(person, birth_date="")
    if draw_int(9, *me, "no address") == 0:
        person = replace(person, address="")
    if draw_int(7, *me, "one surname") == 0:
        person = replace(person, family_names=_first_surname(person))
    return person


ODDITIES: Final[dict[int, dict[str, Any]]] = {
    9: {"given_names": "Sinchi", "family_names": ""},  # one name is the whole name
    17: {"given_names": "Qhispi Ñusta", "sex": "female", "family_names": "Ñaupari Ñahui"},
    23: {"given_names": "Domitila", "sex": "female", "family_names": "Inquillay de la Cruz",
         "birth_date": "1911-05-02", "role": "parent"},
    31: {"died_on": "2025-08-30"},
    40: {"birth_date": ""},
    52: {"birth_date": "1963"},
}  # fmt: skip


def _national_id(number: int) -> str:
    """Eight digits and a check digit (weights 2 to 7 from the right, modulus 11, 10 written K)."""
    digits = f"{10_000_000 + number * 104_729 % 89_000_000:08d}"
    total = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(digits)))
    return f"{digits}-{'0123456789K'[-total % 11]}"


def _phone(number: int) -> str:
    """+999 belongs to no country. Some clerks group the digits, some leave the prefix out, some forget."""
    digits = f"7{draw_int(10**8, 'phone', number):08d}"
    grouped = f"{digits[:3]} {digits[3:6]} {digits[6:]}"
    return pick((f"+999 {grouped}", f"+999{digits}", grouped, ""), "phone style", number)
