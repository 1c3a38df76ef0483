"""Chinese and English are both complete, and every key the code names exists."""

import ast
import string
from pathlib import Path

import pytest

from greenmap import i18n

ROOT = Path(__file__).parents[1] / "greenmap"
PARTS = sorted(p.stem for p in (ROOT / "locales" / "zh").glob("*.toml"))


def places(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_parts():
    assert sorted(p.stem for p in (ROOT / "locales" / "en").glob("*.toml")) == PARTS


@pytest.mark.parametrize("part", PARTS)
def test_both_languages_are_complete(part):
    zh, en = i18n.table(part, "zh"), i18n.table(part, "en")
    assert set(zh) == set(en)
    for name in zh:
        assert places(zh[name]) == places(en[name]), f"{part}.{name}"


def test_every_key_named_in_the_code_exists():
    """A literal "part.name" whose part is a locale must be in it."""
    missing = []
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(
                node.func, "id", "")
            if name not in ("text", "add", "report", "Fault") and not name.endswith("Error"):
                continue
            for argument in node.args:
                value = argument.value if isinstance(argument, ast.Constant) else None
                if not isinstance(value, str) or "." not in value or " " in value:
                    continue
                part, _, key = value.partition(".")
                if part in PARTS and key not in i18n.table(part, "zh"):
                    missing.append(f"{path.name}:{node.lineno}: {value}")
    assert not missing, "\n".join(missing)
