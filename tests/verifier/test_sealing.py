"""Secrets of the verifier, as they are drawn."""

import pytest

from verifier import sealing


def test_a_secret_begins_with_no_hyphen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A session's identifier is typed after `--session`: one in 64 would be taken for an option."""
    drawn = iter(["-abc", "--de", "a-bc"])
    monkeypatch.setattr("secrets.token_urlsafe", lambda size: next(drawn))
    assert sealing.fresh_secret() == "a-bc"
