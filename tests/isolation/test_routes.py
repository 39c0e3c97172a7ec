"""Every address of the console, asked by one tenant about the other, and by nobody about either."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from operator import contains
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest

from apimachinery.resources import CLUSTER_ROLE_BINDINGS, CRON_JOBS, EVENTS, NODES, SERVICES
from tests import requests
from tests.isolation.tenants import WORKLOADS, Tenant, Two, create_objects, marks, state
from tests.journeys.machines import Machines
from tests.journeys.product import Product
from tests.planes.waiting import until
from yurt_console.api.objects import namespaced
from yurt_console.api.routes import SERVED
from yurt_console.cli.simulate import join_values
from yurt_console.custom_resources import NODE_POOLS, USERS
from yurt_console.tenancy.provisioning import node_view_role
from yurt_console.yurt.well_known_labels import TENANT_LABEL, TENANT_NODE_LABEL


class Entry(NamedTuple):
    """What a route answers to who asks about another tenant, and to nobody."""

    theirs: int
    nobody: int
    places: tuple[str, ...] = ()
    """The addresses that are about the other tenant, when the path has parts."""
    body: Mapping[str, str] | None = None
    query: Mapping[str, str] | None = None


_LISTED = Entry(403, 401)
_PUBLIC = Entry(200, 200)
_OBJECTS = tuple(f"/objects/{kind}/{{name}}/{{word}}-web" for kind in namespaced.KINDS)
ENTRIES: dict[tuple[str, str], Entry] = {
    **{
        ("GET", path): _LISTED
        for path in (
            "/nodes", "/nodepools", "/deployments", "/statefulsets", "/jobs", "/daemonsets", "/cronjobs",
            "/pods", "/services", "/configmaps", "/namespaces", "/resourcequotas", "/clusterEvents",
            "/clusterOverview", "/changes", "/users",
        )
    },
    ("GET", "/objects/{kind}/{namespace}/{name}"): Entry(403, 401, _OBJECTS),
    ("GET", "/pods/{namespace}/{name}/exec"): Entry(403, 401, ("/pods/{name}/{word}-web/exec",)),
    ("GET", "/objects/{kind}/{name}"): Entry(
        404, 401, ("/objects/nodes/{node}", "/objects/nodepools/{name}", "/objects/users/{name}")
    ),
    ("GET", "/users/{name}"): Entry(403, 401, ("/users/{name}",)),
    **{
        ("POST", f"/users/{{name}}/{verb}"): Entry(403, 401, (f"/users/{{name}}/{verb}",), {"reason": "x"})
        for verb in ("approve", "renew", "limits", "suspend", "resume", "token")
    },
    ("DELETE", "/users/{name}"): Entry(403, 401, ("/users/{name}",), {"name": "{name}"}),
    # whose token it is decides whom these are about, whatever else is sent
    ("GET", "/session"): Entry(200, 401),
    ("DELETE", "/session"): Entry(204, 204),
    ("DELETE", "/account"): Entry(400, 401, body={"email": "{email}", "name": "{name}"}),
    ("POST", "/account/token"): Entry(200, 401),
    # the other's e-mail with any token but the other's
    ("POST", "/session"): Entry(401, 401, body={"email": "{email}", "token": "{token}"}),
    ("GET", "/login"): Entry(401, 401, query={"email": "{email}", "token": "{token}"}),
    ("POST", "/register"): Entry(
        409, 409, body={"email": "{email}", "phone": "13800138000", "organization": "o"}
    ),
    ("GET", "/"): Entry(307, 307),
    **{("GET", path): _PUBLIC for path in ("/healthz", "/readyz", "/version", "/schema", "/console")},
    ("GET", "/registration"): _PUBLIC,
    ("GET", "/console/{path:path}"): Entry(200, 200, ("/console/users/{name}",)),
}  # fmt: skip
LISTS = {
    "/nodes": NODES,
    "/nodepools": NODE_POOLS,
    **{f"/{each.plural}": each for each in WORKLOADS},
}
"""Addresses of rows that can be counted at the API server."""


def test_every_route_has_an_entry_here() -> None:
    assert {(route.method, route.path) for route in SERVED} == set(ENTRIES)


class Seen(NamedTuple):
    """What came back."""

    code: int
    text: str
    cookie: str


class Caller(NamedTuple):
    """A way to say who one is."""

    headers: Mapping[str, str]
    query: Mapping[str, str]


def send(
    product: Product,
    method: str,
    path: str,
    caller: Caller,
    *,
    body: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
) -> Seen:
    """One request; of a stream only its beginning."""
    connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=40)
    try:
        parameters = urlencode({**(query or {}), **caller.query})
        headers = {"Origin": f"http://127.0.0.1:{product.port}", **caller.headers}
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            headers["Content-Type"] = "application/json"
        connection.request(method, f"{path}?{parameters}", data, headers)
        reply = connection.getresponse()
        streams = reply.getheader("Content-Type", "").startswith("text/event-stream")
        text = "" if streams else reply.read().decode()
        return Seen(reply.status, text, reply.getheader("Set-Cookie", "").partition(";")[0])
    finally:
        connection.close()


NOBODY = Caller({}, {})
DISGUISES = {
    "Impersonate-User": "system:admin",
    "Impersonate-Group": "system:masters",
    "X-Remote-User": "system:admin",
    "X-Remote-Group": "system:masters",
}


def callers(product: Product, tenant: Tenant) -> dict[str, Caller]:
    """Every way in which a tenant can say who they are."""
    body = {"email": tenant.email, "token": tenant.token}
    login = send(product, "POST", "/session", NOBODY, body=body)
    assert login.code == 200, login
    bearer = {"Authorization": f"Bearer {tenant.token}"}
    return {
        "token": Caller({}, {"token": tenant.token}),
        "bearer": Caller(bearer, {}),
        "cookie": Caller({"Cookie": login.cookie}, {}),
        "disguised": Caller({**bearer, **DISGUISES}, {}),
    }


@pytest.fixture(scope="module")
def furnished(two: Two) -> Iterator[Two]:
    """Both tenants have one of everything, and a machine that asks to join."""
    machines = Machines(two.platform.plane)
    try:
        for tenant in (two.first, two.second):
            script = two.platform.user(tenant.name)["spec"]["nodeAddScript"]
            values = join_values.read(script, f"{tenant.word}-late")
            machines.ask_for(values.invitation, requests.body(requests.pem(f"system:node:{values.name}")))
            if not two.api.find(SERVICES, f"{tenant.word}-web", tenant.name):
                create_objects(two.platform.tenant(tenant.name), tenant)
            until(partial(two.api.find, NODES, values.name), 20, "its Node is there")
    finally:
        machines.stop()
    for tenant in (two.first, two.second):
        for path in LISTS:
            until(partial(is_even, two, tenant, path), 30, f"{path} shows all of {tenant.word}")
    yield two


def is_even(two: Two, tenant: Tenant, path: str) -> bool:
    """Whether a list has exactly what the API server has of the tenant, and something."""
    shown, there = counts(two, tenant, path)
    return shown == there > 0


def counts(two: Two, tenant: Tenant, path: str) -> tuple[int, int]:
    """How many rows a list says there are, and how many there are."""
    shown = json.loads(send(two.product, "GET", path, callers_token(tenant)).text)["total"]
    label = {"/nodes": TENANT_NODE_LABEL, "/nodepools": TENANT_LABEL}.get(path)
    if label is None:
        return shown, len(two.api.list(LISTS[path], tenant.name))
    there = [one["metadata"].get("labels") or {} for one in two.api.list(LISTS[path])]
    return shown, sum(labels.get(label) == tenant.name for labels in there)


def callers_token(tenant: Tenant) -> Caller:
    return Caller({}, {"token": tenant.token})


def pairs(two: Two) -> tuple[tuple[Tenant, Tenant], ...]:
    return (two.first, two.second), (two.second, two.first)


def filled(texts: Mapping[str, str] | None, about: Tenant, token: str) -> dict[str, str] | None:
    """An entry's body or query about a tenant."""
    if texts is None:
        return None
    known = {"name": about.name, "email": about.email, "token": token}
    return {key: text.format(**known) for key, text in texts.items()}


def test_a_tenant_who_asks_about_another_in_any_address_and_any_way_learns_nothing(furnished: Two) -> None:
    two, product = furnished, furnished.product
    for asking, other in pairs(two):
        before, hidden = state(two.api, other), marks(two.api, other)
        said = {other.name, other.email, other.word}  # what was asked about may stand in a refusal
        for who, caller in callers(product, asking).items():
            for (method, path), entry in ENTRIES.items():
                if path == "/account/token":
                    continue  # has a test of its own: it does what it is asked, to who asks
                for place in entry.places or (path,):
                    address = place.format(**other._asdict())
                    query = {"namespace": other.name, **(filled(entry.query, other, asking.token) or {})}
                    body = filled(entry.body, other, asking.token)
                    seen = send(product, method, address, caller, body=body, query=query)
                    assert seen.code == entry.theirs, (who, method, address, seen)
                    forbidden = hidden - said if seen.code >= 400 else hidden
                    assert not [one for one in forbidden if one in seen.text], (who, method, address)
        assert state(two.api, other) == before


def test_nobody_learns_or_changes_anything(furnished: Two) -> None:
    two = furnished
    for other in (two.first, two.second):
        before, hidden = (
            state(two.api, other),
            marks(two.api, other) - {other.name, other.email, other.word},
        )
        for caller in (NOBODY, Caller(DISGUISES, {}), Caller({"Authorization": "Bearer x.y"}, {})):
            for (method, path), entry in ENTRIES.items():
                for place in entry.places or (path,):
                    address = place.format(**other._asdict())
                    query = {"namespace": other.name, **(filled(entry.query, other, "wrong") or {})}
                    body = filled(entry.body, other, "wrong")
                    seen = send(two.product, method, address, caller, body=body, query=query)
                    assert seen.code == entry.nobody, (method, address, seen)
                    assert not [one for one in hidden if one in seen.text], (method, address)
        assert state(two.api, other) == before


def test_what_a_tenant_is_shown_holds_and_counts_nothing_of_anothers(furnished: Two) -> None:
    two = furnished
    for asking, other in pairs(two):
        hidden = marks(two.api, other)
        for who, caller in callers(two.product, asking).items():
            for (method, path), entry in ENTRIES.items():
                if method != "GET" or entry.places or path in ("/users", "/login", "/"):
                    continue
                seen = send(two.product, method, path, caller)
                assert seen.code == 200, (who, path, seen)
                assert not [one for one in hidden if one in seen.text], (who, path)
        for path in LISTS:
            until(partial(is_even, two, asking, path), 10, f"{path} counts its own")
        overview = json.loads(send(two.product, "GET", "/clusterOverview", callers_token(asking)).text)
        shown = {one["kind"]: one["totalNum"] for one in overview["clusterStatus"]}
        own = {path[1:]: counts(two, asking, path)[1] for path in LISTS if path != "/services"}
        assert shown == own
        nodes = json.loads(send(two.product, "GET", "/nodes", callers_token(asking)).text)
        assert [one["name"] for one in nodes["joins"]] == [f"{asking.name}-{asking.word}-late"]
        assert any(asking.word in event["name"] for event in shown_events(two, asking))


def test_the_console_shows_a_node_by_the_tenants_right_and_by_none_of_its_own(two: Two) -> None:
    name = node_view_role.name_of(two.a)
    caller = callers_token(two.first)

    def shown() -> set[int]:
        own = (f"/objects/nodes/{two.node_a}", f"/objects/nodepools/{two.a}")
        return {send(two.product, "GET", path, caller).code for path in own}

    until(lambda: shown() == {200}, 15, "the own node and pool are shown")
    binding = two.api.get(CLUSTER_ROLE_BINDINGS, name)
    two.api.delete(CLUSTER_ROLE_BINDINGS, name)
    try:
        until(lambda: shown() == {503}, 15, "without the tenant's right nothing is shown")
    finally:
        kept = {key: binding["metadata"][key] for key in ("name", "labels", "ownerReferences")}
        two.api.create(CLUSTER_ROLE_BINDINGS, {**binding, "metadata": kept})
    until(lambda: shown() == {200}, 15, "with the right it is shown again")


def shown_events(two: Two, tenant: Tenant) -> list[dict[str, Any]]:
    found = json.loads(send(two.product, "GET", "/clusterEvents", callers_token(tenant)).text)["items"]
    assert found or not two.api.list(EVENTS, tenant.name)
    return list(found)


@contextmanager
def listening(product: Product, caller: Caller) -> Iterator[list[str]]:
    """The kinds that a stream names, as they come; "end" when it ends."""
    connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=90)
    received: list[str] = []

    def read() -> None:
        try:
            while line := reply.readline():
                if line.startswith(b"data:"):
                    received.append(json.loads(line[5:])["kind"])
        except (OSError, ValueError, http.client.HTTPException):
            pass
        received.append("end")

    connection.request("GET", f"/changes?{urlencode(caller.query)}", headers=dict(caller.headers))
    reply = connection.getresponse()
    assert reply.status == 200, reply.status
    reader = threading.Thread(target=read, name="stream")
    sock = connection.sock
    reader.start()
    try:
        yield received
    finally:
        if sock is not None:
            sock.shutdown(2)
        reader.join(10)
        connection.close()


def test_a_stream_tells_nobody_of_anothers_changes(furnished: Two) -> None:
    two = furnished
    for asking, other in pairs(two):
        for caller in callers(two.product, asking).values():
            with (
                listening(two.product, caller) as own_changes,
                listening(two.product, callers_token(other)) as other_changes,
            ):
                for value in ("x", None):
                    labels = {"metadata": {"labels": {"told": value}}}
                    two.api.patch(SERVICES, f"{other.word}-web", labels, other.name)
                until(partial(contains, other_changes, "services"), 10, "the other is told")
                for suspend in (True, False):
                    patch = {"spec": {"suspend": suspend}}
                    two.api.patch(CRON_JOBS, f"{asking.word}-web", patch, asking.name)
                until(partial(contains, own_changes, "cronjobs"), 10, "the own change is told")
                assert "services" not in own_changes


def test_registering_with_more_fields_than_three_makes_an_ordinary_account(two: Two) -> None:
    more: dict[str, object] = {
        "role": "admin",
        "namespace": two.b,
        "approved": True,
        "validPeriod": 0,
        "maxNodeNum": 99,
        "name": two.b,
        "token": "a:b:c",
        "kubeConfig": "x",
        "spec": {"role": "admin", "namespace": two.b},
        "metadata": {"name": two.b},
    }
    body = {"email": "more@fields.example", "phone": "13800138000", "organization": "o", **more}
    before = two.platform.user(two.b)["spec"]
    reply = two.product.send("POST", "/register", body)
    assert reply.status == 200, reply
    [user] = [one for one in two.api.list(USERS) if one["spec"]["email"] == "more@fields.example"]
    spec, name = user["spec"], user["metadata"]["name"]
    assert (spec["role"], spec["namespace"], spec["validPeriod"], spec["maxNodeNum"]) == (
        "tenant",
        name,
        7,
        3,
    )
    assert spec["kubeConfig"] != "x"
    assert two.platform.user(two.b)["spec"] == before
    assert two.product.send("GET", "/pods", token=reply.body["token"], namespace=two.b).status == 403
    assert two.product.send("GET", "/users", token=reply.body["token"]).status == 403


def test_a_new_token_is_ones_own_whoever_is_named(furnished: Two) -> None:
    two = furnished
    asking, other = two.first, two.second
    record = two.platform.user(asking.name)["spec"]["token"]
    for who in callers(two.product, asking):
        before = two.platform.user(other.name)["spec"]
        caller = callers(two.product, asking)[who]
        body = {"email": other.email, "name": other.name, "namespace": other.name}
        seen = send(two.product, "POST", "/account/token", caller, body=body, query={"namespace": other.name})
        assert seen.code == 200, seen
        assert two.platform.user(other.name)["spec"] == before
        token = json.loads(seen.text)["token"]
        asking = asking._replace(token=token)
        until(partial(is_token_of, two, token, asking.name), 10, "the new token is A's")
    assert is_token_of(two, other.token, other.name)
    two.api.patch(USERS, asking.name, {"spec": {"token": record}})  # the one that other tests know
    until(partial(is_token_of, two, two.first.token, asking.name), 10, "the old token is back")


def is_token_of(two: Two, token: str, name: str) -> bool:
    reply = two.product.send("GET", "/session", token=token)
    return reply.status == 200 and reply.body["name"] == name
