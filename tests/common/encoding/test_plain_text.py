import pytest

from common.encoding import plain_text


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("ශ්\u200dරී", "ශ්\u200dරී"),
        ("José\u00a0Luis", "José Luis"),
        ("Jean\u202fMarie\u2009Paul", "Jean Marie Paul"),
        ("first\r\nsecond\u2028third", "first second third"),
        ("\u200fليلى\u200f", "ليلى"),
        ("\ufeffAna\u200b Pérez", "Ana Pérez"),
        ("A\x00na", "Ana"),
    ],
)
def test_a_text_in_one_line_keeps_its_letters(written: str, plain: str) -> None:
    assert plain_text.plain_line(written) == plain


@pytest.mark.parametrize(("name", "is_name"), [("Ana\u00a0M", True), ("ශ්\u200dරී", True), ("A\x07", False)])
def test_what_is_no_name_is_seen(name: str, is_name: bool) -> None:
    assert plain_text.is_plain(name) is is_name


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("شهریهٔ می\u200cنویسم", True), ("ශ්\u200dරී", True), ("Aide\u00a0à", True), ("", True),
        ("\u202eevil", False), ("a\u200bb", False), ("a\nb", False), ("\ufeffa", False), ("a\u2028b", False),
    ],
)  # fmt: skip
def test_what_is_shown_and_signed_hides_nothing(text: str, shown: bool) -> None:
    assert plain_text.is_shown(text) is shown
