"""The house plan as a test: imports go down only, and pure floors stay pure."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Each floor may import itself and what lies below it; rooms on one floor are apart from one another.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("common.errors",),
    ("common.purse",),
    ("common.encoding",),
    ("common.keys",),
    ("common.did", "common.rdf", "common.exchange"),
    ("common.vcdm",),
    ("common.formats", "common.status"),
    ("common.trust",),
    ("common.verification",),
    ("common.oid4vci", "common.oid4vp", "common.registries", "common.payments"),
    ("common.adapters",),
    ("common.site", "common.notices"),
    ("issuer", "wallet", "verifier"),
    ("common.config",),
)
DJANGO_ROOMS = (
    "common.adapters",
    "common.site",
    "common.notices",
    "common.config",
    "issuer",
    "wallet",
    "verifier",
)
IMPURE = {
    "django", "rest_framework", "drf_spectacular", "requests", "httpx", "httpcore", "urllib3", "aiohttp",
    "socket", "http", "urllib.request", "random", "secrets", "time",
}  # fmt: skip
SECRETS_MAY = {"common.keys.private_key"}  # makes keys; everything else is handed its randomness


def modules() -> Iterator[tuple[str, Path]]:
    for top in ("common", "issuer", "wallet", "verifier"):
        for path in sorted((ROOT / top).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if "migrations" not in parts:
                yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports; `from a import b` counts as `a.b` too where that is a module."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            assert node.module
            yield node.module
            for alias in node.names:
                target = ROOT / Path(*node.module.split(".")) / alias.name
                if target.is_dir() or target.with_suffix(".py").exists():
                    yield f"{node.module}.{alias.name}"


def floor(module: str) -> tuple[int, str] | None:
    for number, rooms in enumerate(FLOORS):
        for room in rooms:
            if module == room or module.startswith(room + "."):
                return number, room
    return None


MODULES = list(modules())


@pytest.mark.parametrize(("name", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_imports_go_down_only(name: str, path: Path) -> None:
    here = floor(name)
    if here is None:
        assert name == "common", f"{name} stands on no floor"
        return
    for target in imports(path):
        there = floor(target)
        if there is None or there[1] == here[1]:
            continue
        assert there[0] < here[0], f"{name} imports {target}: imports go down only"


@pytest.mark.parametrize(("name", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_pure_floors_stay_pure(name: str, path: Path) -> None:
    if name.startswith(DJANGO_ROOMS) or name in SECRETS_MAY:
        return
    for target in imports(path):
        roots = {target, target.split(".")[0]}
        assert not roots & IMPURE, (
            f"{name} imports {target}: time, randomness and network arrive as arguments"
        )


def test_parties_share_no_foreign_key() -> None:
    """A relation may lead into its own app alone; auth and content types serve the officers' desk."""
    from django.apps import apps

    parties = {"issuer", "wallet", "verifier"}
    for model in apps.get_models():
        here = model._meta.app_label
        for field in model._meta.get_fields():
            related = getattr(field, "related_model", None)
            if here in parties and related is not None and related != "self":
                there = related._meta.app_label
                assert there not in parties - {here}, f"{here}.{model.__name__}.{field.name} leads to {there}"


def test_only_config_names_the_apps() -> None:
    for name, path in MODULES:
        if name.startswith("common") and not name.startswith("common.config"):
            for target in imports(path):
                assert target.split(".")[0] not in ("issuer", "wallet", "verifier"), f"{name} names {target}"
