"""The files of the web page, read once: what the build made, with the compressed copies it made of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

FOLDER: Final = Path(__file__).parent / "page"
"""Where the build puts the page."""


class File(NamedTuple):
    """A file as it is and, where the build found that worth it, its gzip."""

    plain: bytes
    packed: bytes


def load(folder: Path = FOLDER) -> Mapping[str, File]:
    """The files in ``folder`` by path, ``/index.html`` among them; none when the page is not built."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".gz":
            packed = path.with_name(f"{path.name}.gz")
            file = File(path.read_bytes(), packed.read_bytes() if packed.exists() else b"")
            found[f"/{path.relative_to(folder).as_posix()}"] = file
    return found
