"""The names of tenants' nodes are known as such, whoever the tenant is or was."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apimachinery.validation import dns_label_problems
from yurt_console.tenancy import naming
from yurt_console.tenancy.accounts import user_objects

_accounts = st.one_of(
    st.from_regex(r"user-[0-9a-f]{20}", fullmatch=True),
    st.from_regex(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", fullmatch=True),
)
_rests = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?", fullmatch=True)


@given(_accounts, _accounts, _rests)
def test_every_name_under_the_prefix_is_that_accounts_and_nobody_elses(
    one: str, other: str, rest: str
) -> None:
    name = f"{naming.node_prefix(one)}-{rest}"
    assert naming.is_node_of(one, name)
    assert naming.is_tenant_node(name)
    assert naming.is_node_of(other, name) is (naming.node_prefix(one) == naming.node_prefix(other))
    assert not dns_label_problems(naming.node_prefix(one))


@given(st.text(max_size=60))
def test_the_api_servers_expression_says_the_same(name: str) -> None:
    for node in (name, f"user-0123456789abcdef0123-{name}", f"user-0123456789abcdef0123{name}"):
        found = re.match(naming.NODE_NAME_PATTERN, node) is not None
        assert found >= naming.is_tenant_node(node)
        assert found is naming.is_tenant_node(node) or node.endswith("-")


def test_a_registered_account_is_the_prefix_of_its_nodes() -> None:
    name = user_objects.name_of("ann@example.com")
    assert naming.node_prefix(name) == name


@pytest.mark.parametrize(
    "node", ["cloud-1", "user-1", "user-0123456789abcdef0123", "xuser-0123456789abcdef0123-x"]
)
def test_administrators_nodes_are_not_tenants(node: str) -> None:
    assert not naming.is_tenant_node(node)
