"""docs/glossary.md, second part: no retired word is left in names, routes, settings, log lines or pages."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
GLOSSARY = ROOT / "docs" / "glossary.md"
PRODUCT = ("yurt_console", "bench")
SIMULATOR = ("packages/kubesim", "packages/apimachinery")
WEB = ROOT / "web" / "src"

MODULE, CLASS, FUNCTION, VARIABLE, LITERAL, ROUTE, SETTING, SITE, TEXT, DOC = PLACES = (
    "module", "class", "function", "variable", "literal", "route", "setting", "web", "text", "docstring",
)  # fmt: skip
ANY = frozenset(PLACES) - {TEXT, LITERAL, DOC}
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
WHOLE = re.compile(r"[A-Za-z]+")
EXPORT = re.compile(
    r"^export (?:default )?(?:async )?(?:function|const|let|class|type|interface|enum) (\w+)", re.MULTILINE
)
LOGGERS = {"log", "_log", "logger"}
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}


class Entry(NamedTuple):
    """One row of the table: words in sequence, where they are looked for, what to use."""

    retired: str
    words: tuple[str, ...]
    places: frozenset[str]
    whole: frozenset[str]
    """Those of ``places`` where only the whole name counts."""
    product: bool
    instead: str


class Name(NamedTuple):
    """Something with a name, and where it is."""

    place: str
    text: str
    file: Path
    line: int
    product: bool


def words(name: str) -> tuple[str, ...]:
    """The words of a name or a text: "ListEndpoint" and "list_endpoint" are ("list", "endpoint")."""
    return tuple(word.lower() for word in WORD.findall(name))


def entries(text: str) -> Iterator[Entry]:
    """The table of retired words."""
    for line in text.partition("## Retired words")[2].splitlines():
        match = re.fullmatch(r"\| `(\w+)` \| ([^|]+) \| ([^|]+) \|", line)
        if match is None or match[1] in (*PLACES, "any"):
            continue
        places: set[str] = set()
        whole: set[str] = set()
        product = False
        for cell in match[2].split(","):
            *qualifiers, place = cell.split()
            assert {*qualifiers} <= {"whole", "product"} and place in (*PLACES, "any"), line
            found = ANY if place == "any" else {place}
            places |= found
            whole |= found if "whole" in qualifiers else set()
            product = product or "product" in qualifiers
        yield Entry(match[1], words(match[1]), frozenset(places), frozenset(whole), product, match[3].strip())


def holds(entry: Entry, name: Name) -> bool:
    """Whether a name has the retired words."""
    if name.place not in entry.places or (entry.product and not name.product):
        return False
    found, wanted = words(name.text), entry.words
    starts = [0] if name.place in entry.whole else range(len(found) - len(wanted) + 1)
    if name.place in entry.whole and len(found) != len(wanted):
        return False
    return any(_same(found[start : start + len(wanted)], wanted) for start in starts)


def _same(found: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return len(found) == len(wanted) and all(
        one in (word, f"{word}s") for one, word in zip(found, wanted, strict=True)
    )


def python(folders: Iterable[str], product: bool) -> Iterator[Name]:
    """Names, log messages and docstrings of Python code."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield Name(MODULE, path.parent.name if path.stem == "__init__" else path.stem, path, 1, product)
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                for place, text in defined(node):
                    yield Name(place, text, path, getattr(node, "lineno", 1), product)


def defined(node: ast.AST) -> Iterator[tuple[str, str]]:
    """What one node of a syntax tree defines or logs."""
    match node:
        case ast.ClassDef(name=name):
            yield CLASS, name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield FUNCTION, name
        case ast.arg(arg=name):
            yield VARIABLE, name
        case ast.Name(id=name, ctx=ast.Store()):
            yield VARIABLE, name
        case ast.Attribute(attr=name, ctx=ast.Store()):
            yield VARIABLE, name
        case ast.Constant(value=str(text)) if WHOLE.fullmatch(text):
            yield LITERAL, text
        case ast.Expr(value=ast.Constant(value=str(text))):
            yield DOC, text
        case ast.Call(func=ast.Attribute(value=ast.Name(id=logger), attr=level), args=[*arguments]) if (
            logger in LOGGERS and level in LEVELS
        ):
            for argument in arguments:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield TEXT, argument.value


def routes() -> Iterator[Name]:
    from yurt_console import settings
    from yurt_console.api.routes import ROUTES

    file = ROOT / "yurt_console" / "api" / "routes.py"
    for route in ROUTES:
        yield Name(ROUTE, route.path, file, 1, True)
        for parameter in route.parameters:
            yield Name(ROUTE, parameter.name, file, 1, True)
    for name in settings.Settings.__dataclass_fields__:
        yield Name(SETTING, name, ROOT / "yurt_console" / "settings.py", 1, True)


def pages() -> Iterator[Name]:
    """File names, exported names and English texts of the web page."""
    for path in sorted(WEB.rglob("*.ts*")):
        if path.name.endswith(".d.ts") or ".test." in path.name:
            continue
        yield Name(SITE, path.name.split(".")[0], path, 1, True)
        text = path.read_text(encoding="utf-8")
        for match in EXPORT.finditer(text):
            yield Name(SITE, match[1], path, text.count("\n", 0, match.start()) + 1, True)
    for path in sorted((WEB / "i18n" / "en").glob("*.json")):
        for text in _strings(json.loads(path.read_text(encoding="utf-8"))):
            yield Name(TEXT, text, path, 1, True)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)


@cache
def names() -> tuple[Name, ...]:
    return (*python(PRODUCT, True), *python(SIMULATOR, False), *routes(), *pages())


ENTRIES = tuple(entries(GLOSSARY.read_text(encoding="utf-8")))


def test_the_table_is_read_whole() -> None:
    rows = GLOSSARY.read_text(encoding="utf-8").partition("| retired |")[2].strip().splitlines()[2:]

    assert len(ENTRIES) == len(rows)
    assert len({(entry.retired, entry.places) for entry in ENTRIES}) == len(ENTRIES)


@pytest.mark.parametrize(
    ("retired", "where", "place", "text", "expected"),
    [
        ("lens", "any", CLASS, "PodLens", True),
        ("lens", "any", VARIABLE, "lens_cap", True),
        ("lens", "any", VARIABLE, "lenses", False),
        ("lens", "any", VARIABLE, "lensing", False),
        ("lens", "any", TEXT, "a lens", False),
        ("noun", "any", FUNCTION, "all_nouns", True),
        ("own_names", "module", MODULE, "own_names", True),
        ("own_names", "module", MODULE, "names_own", False),
        ("told", "whole variable", VARIABLE, "_told", True),
        ("told", "whole variable", VARIABLE, "told_once", False),
        ("front", "product whole class", CLASS, "Front", True),
        ("mend", "any, text", TEXT, "mend it", True),
        ("mend", "any, text", DOC, "Mends it.", False),
        ("tells_of", "docstring", DOC, "A stream that tells of changes.", True),
        ("leaving", "any", LITERAL, "leaving", False),
        ("AccountLeaving", "any, literal", LITERAL, "AccountLeaving", True),
    ],
)
def test_a_name_is_found_by_its_words(
    retired: str, where: str, place: str, text: str, expected: bool
) -> None:
    [entry] = entries(f"## Retired words\n| `{retired}` | {where} | other |\n")

    assert holds(entry, Name(place, text, ROOT, 1, True)) is expected


def test_a_word_of_the_product_may_stand_in_the_simulator() -> None:
    [entry] = entries("## Retired words\n| `front` | product class | other |\n")

    assert not holds(entry, Name(CLASS, "Front", ROOT, 1, False))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.retired)
def test_no_retired_word_is_left(entry: Entry) -> None:
    found = sorted(
        {f"{name.file.relative_to(ROOT)}:{name.line}: {name.text}" for name in names() if holds(entry, name)}
    )

    assert not found, f"{entry.retired} is retired, use {entry.instead}:\n" + "\n".join(found)
