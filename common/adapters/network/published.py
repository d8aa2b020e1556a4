"""The mark of a view that publishes a document for everyone.

Only a view so marked is read in-process by `fetch`: it is called with a bare request, without session, user
or cookies, so whatever it answers is what a stranger would get.
"""

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def published(view: View) -> View:
    """Mark a view function (or what `as_view()` returned) as one that anyone may read without a session."""
    view.published = True  # type: ignore[attr-defined]
    return view


def is_published(view: Callable[..., Any]) -> bool:
    """Whether `view` bears the mark; decorators that keep a view's attributes keep it too."""
    return getattr(view, "published", False) is True
