"""The cluster that the bench fills: the sizes it is asked for, and the tenant that a promise is about."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import scale
from bench.fill import contents
from bench.objects import NODE_TENANT_LABEL, node
from bench.scale import PODS_A_DEPLOYMENT, TENANT_PODS, Scale
from bench.views import pod_pages, views
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


def test_pages_of_pods_are_so_many_that_hardly_any_is_asked_twice() -> None:
    pages = pod_pages(Scale())

    assert len(set(pages)) > 0.5 * len(pages)
    assert len({page.partition("&q=")[2] for page in pages}) > 1000


def test_every_promise_of_a_page_is_about_a_number_of_clients_that_is_measured() -> None:
    assert {count for view in views(_SMALL) for count in view.promises} == {1, 20}
