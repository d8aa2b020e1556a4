"""The template tags: what they draw, and what they escape."""

from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

from common.adapters import qr
from common.site.templatetags.sello import STATUSES

EVIL = '"><script>alert(1)</script>'


def draw(source: str, **context: Any) -> str:
    return Template("{% load sello %}" + source).render(Context(context))


class Person(forms.Form):
    name = forms.CharField(
        label="Full name",
        help_text="As on the certificate",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    code = forms.CharField(required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    kind = forms.ChoiceField(label="Which one?", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    agree = forms.BooleanField(
        label="I agree", help_text="To all of it", error_messages={"required": "Say that you agree"}
    )
    token = forms.CharField(widget=forms.HiddenInput, initial="t")


def test_a_field_ties_label_hint_error_and_input_together() -> None:
    text = draw("{% field form.name %}", form=Person({}))
    for part in (
        '<label for="id_name">Full name</label>',
        '<p class="hint" id="id_name_helptext">As on the certificate</p>',
        '<p class="error" id="id_name_error"><span class="hidden">Error:</span> Fill in: Full name</p>',
        'aria-describedby="id_name_helptext id_name_error"',
        'aria-invalid="true"',
        'autocomplete="name"',
    ):
        assert part in text
    assert text.index("<label") < text.index("hint") < text.index("error") < text.index("<input")


def test_a_field_that_is_well_shows_no_error() -> None:
    text = draw("{% field form.code %}", form=Person({"code": EVIL}))
    assert "wrong" not in text
    assert 'inputmode="numeric"' in text
    assert "<script>" not in text


def test_a_group_of_choices_is_a_fieldset() -> None:
    text = draw("{% field form.kind %}", form=Person({}))
    assert '<fieldset aria-describedby="id_kind_error">' in text
    assert "<legend>Which one?</legend>" in text
    assert text.count('type="radio"') == 2


def test_a_tick_box_stands_before_its_label() -> None:
    text = draw("{% field form.agree %}", form=Person({}))
    assert text.index("<input") < text.index("I agree") < text.index("To all of it")
    assert text.count("<label") == 1


def test_a_hidden_field_is_only_itself() -> None:
    assert draw("{% field form.token %}", form=Person()).startswith('<input type="hidden"')


def test_the_error_summary_leads_to_each_field() -> None:
    form = Person({})
    form.add_error(None, EVIL)
    text = draw("{% error_summary form %}", form=form)
    assert 'role="alert"' in text
    assert '<a href="#id_name">Fill in: Full name</a>' in text
    assert '<a href="#id_kind_0">Fill in: Which one?</a>' in text
    assert '<a href="#id_agree">Say that you agree</a>' in text
    assert "<script>" not in text


def test_no_error_no_summary() -> None:
    assert draw("{% error_summary form %}", form=Person()).strip() == ""


def test_a_summary_list() -> None:
    rows = [("Name", EVIL), ("Born", None, "/born", "Change"), ("Zero", 0)]
    text = draw("{% summary_list rows %}", rows=rows)
    assert text.count("<dt>") == 3
    assert "<script>" not in text
    assert "Not recorded" in text
    assert '<a href="/born">Change<span class="hidden"> Born</span></a>' in text
    assert "<dd>0</dd>" in text


@pytest.mark.parametrize(
    ("status", "expected"),
    [("valid", '<strong class="tag good">Valid</strong>'),
     ("REVOKED", '<strong class="tag bad">Revoked</strong>'),
     ("undetermined", '<strong class="tag wait">Cannot be checked now</strong>'),
     ("never_seen", '<strong class="tag ">Never seen</strong>')],
)  # fmt: skip
def test_a_status_is_a_word_and_a_tone(status: str, expected: str) -> None:
    assert draw("{% status_tag status %}", status=status) == expected
    assert "<script>" not in draw("{% status_tag status %}", status=EVIL)


def test_every_state_has_words_of_its_own() -> None:
    assert {tone for _, tone in STATUSES.values()} <= {"good", "wait", "bad", ""}


def test_a_qr_code_is_named_for_those_who_do_not_see_it() -> None:
    text = draw("{% qr text label=label %}", text="openid4vp://x", label=EVIL)
    assert 'class="qr" role="img" aria-label="&quot;&gt;' in text
    assert qr.svg("openid4vp://x") in text
    assert "<script>" not in text


def test_a_panel_is_the_heading() -> None:
    assert draw('{% panel "Paid" text %}', text=EVIL).startswith('<div class="panel"><h1>Paid</h1><p>&quot;')


def test_pages_keep_the_rest_of_the_query() -> None:
    request = RequestFactory().get("/records", {"q": "Ñahui", "page": "2"})
    text = draw("{% pagination page %}", page=Paginator(range(30), 10).page(2), request=request)
    assert 'href="?q=%C3%91ahui&amp;page=1"' in text
    assert 'href="?q=%C3%91ahui&amp;page=3"' in text
    assert "Page 2 of 3" in text
    assert draw("{% pagination page %}", page=Paginator(range(3), 10).page(1), request=request).strip() == ""
