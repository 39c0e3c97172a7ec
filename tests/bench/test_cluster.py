"""The cluster that the bench fills: its size, its objects, and the tenant that a promise is about."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.cluster import scale
from bench.cluster.fill import contents
from bench.cluster.objects import NODE_TENANT_LABEL, node
from bench.cluster.scale import PODS_A_DEPLOYMENT, TENANT_PODS, Scale
from yurt_console.tenancy.accounts import user_objects

_SMALL = Scale(nodes=30, pods=420, tenants=3)
_SCALES = st.builds(Scale, st.integers(2, 5000), st.integers(1, 100_000), st.integers(1, 200)).filter(
    lambda size: not size.problem()
)


@given(_SCALES)
def test_tenants_share_all_pods_and_the_first_has_two_hundred(size: Scale) -> None:
    pods = [size.tenant_pods(tenant) for tenant in range(size.tenants)]

    assert pods[0] == TENANT_PODS
    assert sum(pods) == size.pods
    assert min(pods) > 0


@given(_SCALES)
def test_every_tenant_owns_the_nodes_its_pods_run_on(size: Scale) -> None:
    for tenant in range(size.tenants):
        nodes = size.tenant_nodes(tenant)
        assert len(nodes) > 0
        assert nodes[-1] < size.nodes
        assert {size.owner(number) for number in nodes} == {tenant}


@pytest.mark.parametrize("size", [Scale(tenants=1), Scale(nodes=10, tenants=11), Scale(pods=100)])
def test_an_impossible_size_is_refused_in_words(size: Scale) -> None:
    assert "there must be at least" in size.problem()


def test_the_filler_writes_what_was_asked_for_under_names_of_their_own() -> None:
    everything = [thing for wave in contents(_SMALL) for thing in wave]
    kinds = Counter(thing["kind"] for thing in everything)
    names = {
        (thing["kind"], thing["metadata"].get("namespace"), thing["metadata"]["name"]) for thing in everything
    }

    assert (kinds["Node"], kinds["Pod"], kinds["Namespace"]) == (30, 420, 3)
    assert kinds["Deployment"] == kinds["Pod"] // PODS_A_DEPLOYMENT
    assert len(names) == len(everything)


def test_the_same_cluster_is_made_each_time() -> None:
    first, second = ([msgspec.json.encode(list(wave)) for wave in contents(_SMALL)] for _ in range(2))

    assert first == second


def test_a_namespace_is_named_as_registering_its_email_would_name_it() -> None:
    assert scale.namespace(7) == user_objects.name_of(scale.email(7))
    assert node(_SMALL, 0)["metadata"]["labels"][NODE_TENANT_LABEL] == scale.namespace(0)
