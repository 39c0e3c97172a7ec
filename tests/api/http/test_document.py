"""docs/contract.md names every address, parameter, field and sort field that there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from yurt_console.api.http.routing import openapi
from yurt_console.api.routes import ROUTES

TEXT = (Path(__file__).parents[3] / "docs" / "contract.md").read_text()
WORDS = set(re.findall(r"[A-Za-z-]+", " ".join(re.findall(r"`([^`]+)`", TEXT))))
DOCUMENT: dict[str, Any] = openapi.document(ROUTES)


def test_every_address_is_told() -> None:
    assert [
        route.path for route in ROUTES if not re.search(rf"`[A-Z]* ?{re.escape(route.path)}[?`]", TEXT)
    ] == []


def test_every_parameter_is_told() -> None:
    named = {parameter.name for route in ROUTES for parameter in (*route.parameters, *route.headers)}

    assert named - WORDS == set()


def test_every_field_of_every_reply_is_told() -> None:
    fields = {
        field for kind in DOCUMENT["components"]["schemas"].values() for field in kind.get("properties", {})
    }

    assert fields - WORDS == set()


def test_every_sort_field_stands_in_its_lists_row() -> None:
    for route in ROUTES:
        sort = next((parameter for parameter in route.parameters if parameter.name == "sort"), None)
        if sort is None:
            continue
        [row] = [line for line in TEXT.splitlines() if line.startswith("|") and f"{route.path}`" in line]
        told = set(re.findall(r"`(\w+)`", row.split("|")[3]))
        assert told == {name.removeprefix("-") for name in sort.schema["enum"]}, route.path


def test_every_code_that_the_document_names_is_told() -> None:
    told = {*re.findall(r"\b[45]\d\d\b", TEXT), "101", "200", "204", "307"}
    answered = {
        code for path in DOCUMENT["paths"].values() for each in path.values() for code in each["responses"]
    }

    assert answered - told == set()
