"""The documentation: what is cited exists, links lead somewhere, decisions are indexed, prose is wrapped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "packages").glob("*/*.md")])
DECISIONS = ROOT / "docs" / "decisions"
SOURCES = ("yurt_console", "packages", "bench", "tests", "deploy", "web/src", "web/tools", ".ci")
FILES = ("Makefile", "pyproject.toml", "hatch_build.py")
SUFFIXES = {".py", ".ts", ".tsx", ".css", ".sh", ".yaml", ".toml", ".md"}
COLUMNS = 100

CITED = re.compile(r"(?<![\w/.:-])docs/[\w./-]*\w\.(?:md|png)\b")
"""A path of the repository, not a part of an address."""
LINK = re.compile(r"\]\(([^()\s]+)\)")
ELSEWHERE = re.compile(r"\.\./shared|\bdesign(?:'s)? section|\bdesign §|\bdocs/api-design\b")
"""References to what is not in the repository."""
MODULE = re.compile(r"`([a-z][a-z\d_./-]*/[a-z\d_.-]+\.(?:py|tsx?|sh|yaml))`")
"""A file that a page names, from the root or from a package; capitals are placeholders."""
ROOTS = (
    "",
    "yurt_console",
    "packages/kubesim",
    "packages/kubesim/kubesim",
    "packages/apimachinery",
    "packages/apimachinery/apimachinery",
    "web/src",
)
WITHOUT_FORM = {3, 11}
"""Decisions that are lists of several."""


def texts() -> Iterator[Path]:
    """Every file that may cite a page."""
    yield from PAGES
    yield from (ROOT / name for name in FILES)
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in SUFFIXES and not {"node_modules", "page"} & set(path.parts):
                yield path


def width(text: str) -> int:
    """Columns of a terminal; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def prose(text: str) -> Iterator[tuple[int, str]]:
    """The numbered lines that are neither code nor tables nor headings."""
    code = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            code = not code
        elif not code and not line.startswith(("|", "    ", "#", "<")):
            yield number, line


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def place(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_every_page_that_is_cited_exists() -> None:
    missing = {
        f"{place(path)}: {cited}"
        for path in texts()
        for cited in CITED.findall(path.read_text(encoding="utf-8"))
        if not (ROOT / cited).is_file()
    }

    assert missing == set()


def test_nothing_is_cited_that_is_not_in_the_repository() -> None:
    cited = {
        f"{place(path)}: {found}"
        for path in texts()
        if path not in (Path(__file__), ROOT / "tests" / "control_plane.py")
        for found in ELSEWHERE.findall(path.read_text(encoding="utf-8"))
    }

    assert cited == set()


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_links_lead_to_files_and_headings(page: Path) -> None:
    broken = []
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)

    assert broken == []


def test_the_index_of_decisions_lists_each_once() -> None:
    listed = LINK.findall((DECISIONS / "README.md").read_text(encoding="utf-8"))
    there = sorted(path.name for path in DECISIONS.glob("0*.md"))

    assert listed == there
    assert len({name[:4] for name in there}) == len(there)


@pytest.mark.parametrize("page", sorted(DECISIONS.glob("0*.md")), ids=lambda page: page.stem)
def test_a_decision_has_its_number_context_decision_and_consequence(page: Path) -> None:
    text, number = page.read_text(encoding="utf-8"), int(page.stem[:4])

    assert text.startswith(f"# {number}. ")
    if number not in WITHOUT_FORM:
        assert all(f"**{part}.**" in text for part in ("Context", "Decision", "Consequence"))


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_files_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert [
        file for file in MODULE.findall(text) if not any((ROOT / r / file).is_file() for r in ROOTS)
    ] == []


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_prose_is_wrapped(page: Path) -> None:
    long = [
        f"{number}: {width(line)} columns"
        for number, line in prose(page.read_text(encoding="utf-8"))
        if width(line) > COLUMNS and len(line.split()) > 1 and not line.startswith("![")
    ]

    assert long == []
