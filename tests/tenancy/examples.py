"""Users for tests: valid ones, and arbitrary ones from Hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from yurt_console.rows import User

TENANT_NAME = "user-0123456789abcdef0123"


def user(**changes: Any) -> User:
    """A tenant with a ready account, with ``changes``."""
    fields: dict[str, Any] = {
        "namespace": "",
        "name": TENANT_NAME,
        "uid": "6a1f0c52-7c2d-4b36-9d43-1d4b35f2a111",
        "created": "2026-01-01T00:00:00Z",
        "labels": {},
        "email": "ann@example.com",
        "phone": "+8613800138000",
        "organization": "ACME",
        "role": "tenant",
        "approved": True,
        "suspended": False,
        "valid_period": 7,
        "max_node_num": 3,
        "tenant_namespace": TENANT_NAME,
        "token": "",
        "token_generation": 1,
        "kube_config": "",
        "node_add_script": "",
        "node_num": 0,
        "effective_time": "2026-01-01T00:00:10Z",
        "expired": False,
        "status_message": "",
        "conditions": (),
        "deleting": False,
    }
    return User(**{**fields, **changes})


names = st.sampled_from(["", "default", "kube-system", TENANT_NAME, "user-ffffffffffffffffffff"])
times = st.sampled_from(["", "nonsense", "2026-01-01T00:00:10Z", "2025-12-01T00:00:00Z"])


@st.composite
def users(draw: st.DrawFn) -> User:
    """Arbitrary Users, also invalid ones."""
    return user(
        role=draw(st.sampled_from(["", "tenant", "admin", "root"])),
        tenant_namespace=draw(names),
        suspended=draw(st.booleans()),
        deleting=draw(st.booleans()),
        expired=draw(st.booleans()),
        valid_period=draw(st.integers(0, 40)),
        effective_time=draw(times),
    )
