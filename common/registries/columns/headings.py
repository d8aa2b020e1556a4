"""What a column's heading tells of it: that it has days, numbers that name something, answers, or names."""

import re
from collections.abc import Set
from functools import lru_cache
from typing import Final

from common.registries.claims.mapping import label_of

_DATES: Final = frozenset({
    "date", "dob", "dod", "born", "birth", "birthdate", "birthday", "died", "death", "expiry", "expires",
    "expiration", "until", "since", "issued", "registered", "fecha", "nacimiento", "defuncion", "defunción",
    "vencimiento", "data", "nascimento", "obito", "óbito", "validade", "naissance", "décès", "deces",
    "tanggal", "lahir", "datum", "geburtsdatum", "tarehe", "дата", "تاريخ", "दिनांक", "तारीख", "তারিখ", "日期",
})  # fmt: skip
# Digits that name something are text: nobody adds them up, and their leading zeros count.
_REACHING: Final = frozenset({
    "phone", "mobile", "tel", "telephone", "telefono", "teléfono", "telefone", "celular", "postal",
    "postcode", "postleitzahl", "zip", "pin", "year", "año", "ano", "année", "fax", "whatsapp", "iban",
})  # fmt: skip
_KEYS: Final = frozenset({
    "id", "key", "no", "nº", "n°", "num", "nr", "nro", "number", "numero", "número", "numéro",
    "code", "codigo", "código", "cod", "account", "cuenta", "card", "tarjeta", "dni", "nid", "cedula",
    "cédula",
    "curp", "uin", "folio", "uuid", "guid", "identifier", "identificador", "identifiant", "passport",
    "pasaporte", "passaporte", "matricula", "matrícula", "matricule", "cnic", "cpf", "nik", "nin",
    "ssn", "nida",
    "aadhaar", "epic", "номер", "код", "رقم", "क्रमांक", "编号", "編號", "号码", "番号",
})  # fmt: skip
# Whose numbers and codes many people share, or that move from one to another.
_SHARED: Final = (_REACHING - {"pin", "year", "iban"}) | frozenset({
    "country", "pais", "país", "pays", "nationality", "region", "región", "state", "estado", "province",
    "provincia", "county", "district", "distrito", "municipality", "municipio", "ward", "village", "town",
    "city", "zone", "sector", "area", "house", "room", "street", "block", "bank", "banco", "branch",
    "sucursal", "currency",
    "language", "lang", "gender", "sex", "status", "reason", "disease", "crop", "school", "office", "page",
})  # fmt: skip
_COUNTING: Final = frozenset(
    {"no", "nº", "n°", "nr", "nro", "num", "number", "numero", "número", "numéro", "номер"}
)
# Of what there is one to a person, so that `numero_documento` is a key and `numero_de_hijos` is none.
_PAPERS: Final = frozenset({
    "documento", "document", "identidad", "identity", "identidade", "identificacion", "identificación",
    "identification", "persona", "person", "pessoa", "personne", "registro", "registration", "socio",
    "member", "beneficiario", "beneficiary", "productor", "afiliado", "expediente", "national",
    "nacional", "citizen",
})  # fmt: skip
# Numbers of acts and files, which often look like days.
_FILES: Final = frozenset({
    "registration", "registro", "reg", "ref", "reference", "referencia", "file", "expediente", "acta", "act",
    "acte", "case", "caso", "certificate", "certificado", "entry", "partida", "legajo", "dossier", "record",
    "licence", "license", "licencia", "serial", "serie", "plot", "parcel", "parcela", "section", "version",
})  # fmt: skip
# Where NO is Norway, N an initial and Y a code.
_NO_ANSWERS: Final = frozenset({
    "name", "nombre", "nom", "nome", "surname", "apellido", "apellidos", "sobrenome", "prénom", "prenom",
    "initial", "initials", "inicial", "country", "pais", "país", "pays", "nationality", "nacionalidad",
    "nacionalidade", "nationalité", "citizenship", "lang", "language", "idioma", "lengua", "langue", "locale",
    "code", "codigo", "código", "category", "group", "grade", "class", "type", "tipo", "symbol", "iso",
    "region", "first", "last", "given", "family", "middle", "maiden",
})  # fmt: skip
_PEOPLE: Final = frozenset(
    {"name", "names", "nombre", "nombres", "nom", "nome", "holder", "title", "titular"}
)
_ROWS: Final = frozenset({"row", "line", "serial", "sl", "sr", "s", "order", "orden", "fila", "ord"})
_PARTING: Final = re.compile(r"[\s_\-/.,:;()\[\]'’#]+")
_NO_IDS: Final = frozenset({
    "paid", "unpaid", "grid", "said", "valid", "invalid", "void", "covid", "solid", "rapid", "fluid", "acid",
    "aid", "kid", "bid", "raid", "madrid", "did", "hybrid", "humid", "avoid", "prepaid",
})  # fmt: skip


@lru_cache(maxsize=4_096)
def words(name: str) -> tuple[str, ...]:
    """The words of a heading, folded."""
    return tuple(word for word in _PARTING.split(label_of(name).casefold()) if word)


def speaks_of_days(name: str) -> bool:
    """Whether its cells are days, if they can be: `birth_date`, but not the `date` in a file's number."""
    said = words(name)
    return bool(_any(said, _DATES)) and not (said and said[-1] in _KEYS)


def speaks_of_files(name: str) -> bool:
    """Whether its cells are numbers of acts, files and the like, which may look like days."""
    return _any(words(name), _KEYS | _FILES)


@lru_cache(maxsize=4_096)
def names_identifier(name: str) -> bool:
    """Whether its cells name something by digits or letters, and are no amounts."""
    said = words(name)
    return (_any(said, _KEYS | _REACHING) or fused_key(name)) and not _any(said, _PEOPLE)


def is_yes_or_no(name: str) -> bool:
    """Whether yes and no can be answers in it."""
    return not _any(words(name), _NO_ANSWERS)


def key_word(name: str) -> bool:
    """Whether it ends as the heading of a key: `national_id`, `Número`."""
    said = words(name)
    return bool(said) and said[-1] in _KEYS and not _any(said[:-1], _SHARED)


def counts_rows(name: str) -> bool:
    """Whether it may be no more than the number of a row in a list: `No.`, `Row number`."""
    said = words(name)
    return bool(said) and said[-1] in _COUNTING and all(word in _COUNTING | _ROWS for word in said)


def fused_key(name: str) -> bool:
    """Whether it may be a key's heading: in one word, as `hhid`, or with what it is a number of behind."""
    said = words(name)
    if not said:
        return False
    named = said[0] == "id" or (said[0] in _KEYS and _any(said[1:], _PAPERS))
    return (named and is_yes_or_no(name)) or (
        said[-1] not in _NO_IDS and said[-1].endswith("id") and not _any(said[:-1], _SHARED)
    )


def _any(said: tuple[str, ...], known: Set[str]) -> bool:
    return any(word in known for word in said)
