"""Every kind in every language, none with a claim, and an operator's own."""

import json
from pathlib import Path

import pytest

from common.notices import texts
from common.notices.texts import KINDS, OWN, NoticeTextsError, render

LANGUAGES = sorted(path.stem for path in OWN.glob("*.json"))
FACTS = {
    "document": "Carte d’agriculteur",
    "authority": "Registro",
    "date": "2026-11-21",
    "reference": "3F2A",
}


def test_at_least_four_languages_say_every_kind() -> None:
    assert {"en", "es", "fr", "ar"} <= set(LANGUAGES)
    for language in LANGUAGES:
        assert set(texts._read(OWN / f"{language}.json")) == {*KINDS, "document", "authority"}
    assert {
        "ready", "expiring", "changed", "suspended", "revoked", "reinstated", "data_read", "payment_sent",
        "payment_settled",
    } == set(KINDS)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_locked_screen_shows_neither_document_nor_office(kind: str, language: str) -> None:
    spoken, text = render(kind, language, FACTS)
    assert spoken == language
    assert "3F2A" in text.title
    assert FACTS["document"] not in text.title
    assert FACTS["authority"] not in text.title
    assert len(text.title) <= (70 if language == "ar" else 160)  # one SMS
    assert not {"{", "}"} & set(text.title + text.text)


def test_dates_and_missing_facts_in_that_language() -> None:
    assert "21 de noviembre de 2026" in render("revoked", "es", FACTS)[1].text
    assert "21 novembre 2026" in render("revoked", "fr", FACTS)[1].text
    assert "su documento" in render("ready", "es", {})[1].text


def test_each_fact_keeps_its_direction_where_the_script_runs_the_other_way() -> None:
    _, text = render("revoked", "ar", FACTS)
    assert "\u2068Carte d’agriculteur\u2069" in text.text
    assert "\u2068" not in render("revoked", "fr", FACTS)[1].text


def test_a_language_that_nobody_wrote_falls_back() -> None:
    assert render("ready", "sw", FACTS)[0] == "en"


def test_a_fact_is_never_a_template() -> None:
    _, text = render("ready", "en", {**FACTS, "document": "{authority.__class__} {0} %s"})
    assert "{authority.__class__} {0} %s" in text.text


def test_an_operator_adds_a_language_and_other_words(settings: object, tmp_path: Path) -> None:
    (tmp_path / "sw.json").write_text(json.dumps({"ready": ["Hati iko tayari ({reference})", "{document}."]}))
    (tmp_path / "en.json").write_text(json.dumps({"ready": ["Come ({reference})", "{document} waits."]}))
    settings.NOTICE_TEXTS = str(tmp_path)  # type: ignore[attr-defined]
    assert render("ready", "sw", FACTS) == ("sw", ("Hati iko tayari (3F2A)", "Carte d’agriculteur."))
    assert render("ready", "en", FACTS)[1].title == "Come (3F2A)"
    assert render("revoked", "sw", FACTS)[0] == "en"  # what it lacks is said in English


@pytest.mark.parametrize(
    "texts_",
    [
        {"ready": ["{document} for you", "x"]}, {"ready": ["a\nBcc: b", "x"]}, {"ready": ["x", "{amount}"]},
        {"ready": ["x"]}, {"ready": ["{", "x"]}, {"ready": ["x", "{document.__class__}"]}, ["ready"],
    ],
)  # fmt: skip
def test_an_operators_mistake_is_named(texts_: object, settings: object, tmp_path: Path) -> None:
    (tmp_path / "sw.json").write_text(json.dumps(texts_))
    settings.NOTICE_TEXTS = str(tmp_path)  # type: ignore[attr-defined]
    with pytest.raises(NoticeTextsError, match="sw"):
        render("ready", "sw", FACTS)
