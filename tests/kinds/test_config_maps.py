"""ConfigMaps are listed by keys and sizes; no value is ever kept or listed."""

from __future__ import annotations

import base64
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from apimachinery.resources import CONFIG_MAPS
from tests.api.world import ADMIN, A, B, build, populate, serving
from yurt_console.kinds.config_maps import ConfigMap
from yurt_console.kinds.registry import DECODERS

META = {"name": "x", "namespace": "a", "uid": "u", "creationTimestamp": "2024-03-01T08:00:00Z"}
VALUE = "s3cret-välue\n"


def row(**body: Any) -> Any:
    return DECODERS[CONFIG_MAPS].row(json.dumps({"metadata": META, **body}).encode())


@given(
    st.dictionaries(st.text("abc.", min_size=1, max_size=4), st.text(max_size=20), max_size=4),
    st.dictionaries(st.text("xyz.", min_size=1, max_size=4), st.binary(max_size=20), max_size=4),
)
def test_keys_and_bytes_are_counted(data: dict[str, str], binary: dict[str, bytes]) -> None:
    encoded = {key: base64.b64encode(value).decode() for key, value in binary.items()}
    data = {key: value.encode("utf-8", "ignore").decode() for key, value in data.items()}
    found = row(data=data, binaryData={f"b{key}": value for key, value in encoded.items()})

    assert found.keys == tuple(sorted([*data, *(f"b{key}" for key in binary)]))
    assert found.size == sum(len(value.encode()) for value in data.values()) + sum(map(len, binary.values()))


def test_no_value_is_kept() -> None:
    found = row(data={"app.conf": VALUE, "empty": ""})

    assert found == ConfigMap(
        "a", "x", "u", "2024-03-01T08:00:00Z", {}, ("app.conf", "empty"), len(VALUE.encode())
    )
    assert "cret" not in repr(found)


async def test_each_tenant_lists_their_own_and_finds_them_by_key() -> None:
    async with serving(await populate(await build())) as browser:
        [found] = (await browser.get("/configmaps"))["items"]
        assert (found["namespace"], found["keys"], found["size"]) == (A, 1, 20)
        everybody = (await browser.get("/configmaps", ADMIN, sort="-size", q="app.conf"))["items"]
        assert {each["namespace"] for each in everybody} == {A, B}
        assert (await browser.get("/configmaps", ADMIN, q="other.conf"))["total"] == 0
