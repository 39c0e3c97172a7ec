"""Reads the seed files of this package."""

from __future__ import annotations

from importlib import resources
from typing import Any

import msgspec
import yaml

from kubesim.seeds.format import Seed
from kubesim.seeds.names import SEEDS


def read(name: str) -> Seed:
    """The seed of that name. Raises ValueError for an unknown one."""
    if name not in SEEDS:
        raise ValueError(f"no seed {name!r}; there are {', '.join(SEEDS)}")
    return msgspec.convert(documents(f"{name}.yaml")[0], Seed)


def documents(file: str) -> list[Any]:
    """The YAML documents of a file of this package."""
    text = resources.files(__package__).joinpath(file).read_text(encoding="utf-8")
    return [document for document in yaml.safe_load_all(text) if document is not None]
