"""Every verb, against a real API server."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import msgspec
import pytest
import yaml
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from apimachinery.errors import BadRequestError
from apimachinery.resources import (
    CONFIG_MAPS,
    CRON_JOBS,
    CUSTOM_RESOURCE_DEFINITIONS,
    DEPLOYMENTS,
    NAMESPACES,
    NODES,
    ROLE_BINDINGS,
    ROLES,
    SECRETS,
    SERVICE_ACCOUNTS,
    Resource,
)
from tests.kube.fake_server import answering
from tests.planes.plane import POOLS, Plane
from tests.planes.targets import kubectl
from tests.planes.waiting import eventually
from yurt_console.custom_resources import NODE_POOLS
from yurt_console.kinds.registry import DECODERS
from yurt_console.kube import kubeconfig
from yurt_console.kube.client import Client, Object
from yurt_console.kube.credentials import Credential, Credentials, Fixed
from yurt_console.kube.errors import (
    AlreadyExists,
    BadRequest,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    MalformedReply,
    NotFound,
    Unauthorized,
)
from yurt_console.kube.watching import parse

_numbers = itertools.count()
REQUESTS = Resource(
    "certificates.k8s.io", "certificatesigningrequests", "CertificateSigningRequest", False, ("v1",)
)


@pytest.fixture
async def kube(plane: Plane) -> AsyncIterator[Client]:
    async with Client(kubeconfig.load(plane.kubeconfig)) as client:
        yield client


@pytest.fixture
async def namespace(kube: Client) -> AsyncIterator[str]:
    """A namespace of the test's own."""
    name = f"client-{next(_numbers)}"
    await kube.create(NAMESPACES, {"metadata": {"name": name}})
    yield name
    await kube.delete(NAMESPACES, name)


def config_map(name: str, **data: str) -> Object:
    return {"metadata": {"name": name}, "data": data}


async def test_an_object_is_created_read_changed_and_deleted(kube: Client, namespace: str) -> None:
    created = await kube.create(CONFIG_MAPS, config_map("a", x="1"), namespace)
    assert (created["apiVersion"], created["kind"]) == ("v1", "ConfigMap")
    created["data"]["x"] = "2"
    await kube.replace(CONFIG_MAPS, created)
    assert (await kube.get(CONFIG_MAPS, "a", namespace))["data"] == {"x": "2"}
    await kube.delete(CONFIG_MAPS, "a", namespace)
    with pytest.raises(NotFound) as raised:
        await kube.get(CONFIG_MAPS, "a", namespace)
    assert raised.value.status.details.name == "a"


async def test_an_object_is_decoded_once_from_the_bytes_that_came(kube: Client, namespace: str) -> None:
    await kube.create(CONFIG_MAPS, config_map("a", x="1"), namespace)
    decoder = DECODERS[CONFIG_MAPS]

    row = await kube.get(CONFIG_MAPS, "a", namespace, decode=decoder.row)
    assert (row.key, row.keys, row.size) == ((namespace, "a"), ("x",), 1)
    found, again = await kube.get(CONFIG_MAPS, "a", namespace, decode=decoder.object_and_row)
    assert (found["data"], again) == ({"x": "1"}, row)
    with pytest.raises(MalformedReply):
        await kube.get(CONFIG_MAPS, "a", namespace, decode=lambda body: decoder.row(bytes(body)[:-5]))


async def test_a_stale_replacement_is_a_conflict(kube: Client, namespace: str) -> None:
    stale = await kube.create(CONFIG_MAPS, config_map("a"), namespace)
    await kube.merge_patch(CONFIG_MAPS, "a", {"data": {"x": "1"}}, namespace)
    with pytest.raises(Conflict) as raised:
        await kube.replace(CONFIG_MAPS, stale)
    assert not isinstance(raised.value, AlreadyExists)


async def test_a_second_object_of_one_name_already_exists(kube: Client, namespace: str) -> None:
    await kube.create(CONFIG_MAPS, config_map("a"), namespace)
    with pytest.raises(AlreadyExists) as raised:
        await kube.create(CONFIG_MAPS, config_map("a"), namespace)
    details = raised.value.status.details
    assert (details.name, details.kind) == ("a", "configmaps")


async def test_what_the_schema_refuses_is_invalid_and_names_the_field(kube: Client, namespace: str) -> None:
    with pytest.raises(Invalid) as raised:
        await kube.create(CONFIG_MAPS, config_map("Not A Name"), namespace)
    assert [cause.field for cause in raised.value.status.details.causes] == ["metadata.name"]


async def test_a_merge_patch_sets_and_removes(kube: Client, namespace: str) -> None:
    await kube.create(CONFIG_MAPS, config_map("a", x="1", y="2"), namespace)
    patched = await kube.merge_patch(CONFIG_MAPS, "a", {"data": {"x": None, "z": "3"}}, namespace)
    assert patched["data"] == {"y": "2", "z": "3"}


async def test_a_json_patch_tests_before_it_changes(kube: Client, namespace: str) -> None:
    await kube.create(CONFIG_MAPS, config_map("a", x="1"), namespace)
    change = {"op": "replace", "path": "/data/x", "value": "2"}
    patched = await kube.json_patch(CONFIG_MAPS, "a", [change], namespace)
    assert patched["data"] == {"x": "2"}
    with pytest.raises(Invalid):
        await kube.json_patch(
            CONFIG_MAPS, "a", [{"op": "test", "path": "/data/x", "value": "1"}, change], namespace
        )


async def test_apply_creates_then_changes_then_drops_what_is_no_longer_said(
    kube: Client, namespace: str
) -> None:
    await kube.apply(CONFIG_MAPS, config_map("a", x="1", y="1"), namespace)
    applied = await kube.apply(CONFIG_MAPS, config_map("a", x="2"), namespace)
    assert applied["data"] == {"x": "2"}
    with pytest.raises(Conflict):
        await kube.apply(CONFIG_MAPS, config_map("a", x="3"), namespace, field_manager="other", force=False)
    taken = await kube.apply(CONFIG_MAPS, config_map("a", x="3"), namespace, field_manager="other")
    assert taken["data"] == {"x": "3"}


async def test_only_the_object_we_mean_is_deleted(kube: Client, namespace: str) -> None:
    created = await kube.create(CONFIG_MAPS, config_map("a"), namespace)
    with pytest.raises(Conflict):
        await kube.delete(CONFIG_MAPS, "a", namespace, uid="another")
    await kube.delete(CONFIG_MAPS, "a", namespace, uid=created["metadata"]["uid"], propagation="Background")


async def test_a_status_is_changed_without_the_rest(kube: Client) -> None:
    name = f"node-{next(_numbers)}"
    await kube.create(NODES, {"metadata": {"name": name}})
    try:
        condition = {"type": "Ready", "status": "True"}
        patch = {"status": {"conditions": [condition]}, "spec": {"unschedulable": True}}
        patched = await kube.merge_patch(NODES, name, patch, subresource="status")
        assert patched["status"]["conditions"][0]["type"] == "Ready"
        assert "unschedulable" not in patched["spec"]
    finally:
        await kube.delete(NODES, name)


async def test_a_token_is_requested_and_works(kube: Client, namespace: str, plane: Plane) -> None:
    await kube.create(SERVICE_ACCOUNTS, {"metadata": {"name": "tenant"}}, namespace)
    request = {"spec": {"expirationSeconds": 3600}}
    granted = await kube.create(SERVICE_ACCOUNTS, request, namespace, name="tenant", subresource="token")
    token = granted["status"]["token"]
    credentials = Credentials(plane.server, Fixed(Credential(token)), kube.credentials.ca)
    async with Client(credentials) as tenant:
        with pytest.raises(Forbidden, match=f"system:serviceaccount:{namespace}:tenant") as raised:
            await tenant.list(SECRETS, namespace)
    assert token not in str(raised.value)


async def test_what_we_hand_out_works_with_kubectl(
    kube: Client, namespace: str, plane: Plane, tmp_path: Path
) -> None:
    await kube.create(SERVICE_ACCOUNTS, {"metadata": {"name": "tenant"}}, namespace)
    granted = await kube.create(SERVICE_ACCOUNTS, {}, namespace, name="tenant", subresource="token")
    await kube.create(
        ROLES,
        {
            "metadata": {"name": "tenant"},
            "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"]}],
        },
        namespace,
    )
    await kube.create(
        ROLE_BINDINGS,
        {
            "metadata": {"name": "tenant"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "tenant"},
            "subjects": [{"kind": "ServiceAccount", "name": "tenant", "namespace": namespace}],
        },
        namespace,
    )
    await kube.create(CONFIG_MAPS, config_map("mine"), namespace)
    path = tmp_path / "tenant.kubeconfig"
    ca, token = kube.credentials.ca, granted["status"]["token"]
    path.write_text(kubeconfig.render(plane.server, ca, "tenant", token, namespace, "console"))
    assert "configmap/mine" in await asyncio.to_thread(kubectl, path, "get", "configmaps", "-o", "name")


async def signed(kube: Client, name: str) -> tuple[bytes, bytes]:
    """(certificate, key) in PEM, of somebody whom the cluster's authority vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    asked = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    pem = base64.b64encode(asked.public_bytes(serialization.Encoding.PEM)).decode()
    signer = "kubernetes.io/kube-apiserver-client"
    spec = {"request": pem, "signerName": signer, "usages": ["client auth"]}
    made = await kube.create(REQUESTS, {"metadata": {"generateName": f"{name}-"}, "spec": spec})
    approval = {"type": "Approved", "status": "True", "reason": "Tests", "message": ""}
    await kube.replace(REQUESTS, {**made, "status": {"conditions": [approval]}}, subresource="approval")

    async def certificate() -> str:
        found = await kube.get(REQUESTS, made["metadata"]["name"])
        return str(found["status"].get("certificate", ""))

    await eventually(certificate, 30, "the certificate is there")
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return base64.b64decode(await certificate()), private


@pytest.mark.parametrize("as_files", [True, False])
async def test_a_client_certificate_of_the_clusters_authority_is_believed(
    plane: Plane, kube: Client, tmp_path: Path, as_files: bool
) -> None:
    certificate, key = await signed(kube, "carol")
    user: dict[str, str] = {}
    for name, content in {"client-certificate": certificate, "client-key": key}.items():
        if as_files:
            (tmp_path / name).write_bytes(content)
            user[name] = name
        else:
            user[f"{name}-data"] = base64.b64encode(content).decode()
    admin = yaml.safe_load(plane.kubeconfig.read_text())
    admin["users"][0]["user"] = user
    (tmp_path / "config").write_text(yaml.safe_dump(admin))
    async with Client(kubeconfig.load(tmp_path / "config")) as carol:
        with pytest.raises(Forbidden, match='User "carol"'):
            await carol.list(NODES)


async def test_a_wrong_token_is_unauthorized(plane: Plane, kube: Client) -> None:
    credentials = Credentials(plane.server, Fixed(Credential("wrong")), kube.credentials.ca)
    async with Client(credentials) as stranger:
        with pytest.raises(Unauthorized):
            await stranger.list(NODES)


async def test_impersonation_carries_user_groups_and_extras(kube: Client, namespace: str) -> None:
    rule = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"]}
    await kube.create(ROLES, {"metadata": {"name": "r"}, "rules": [rule]}, namespace)
    await kube.create(
        ROLE_BINDINGS,
        {
            "metadata": {"name": "r"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"},
            "subjects": [{"kind": "Group", "name": "second, group", "apiGroup": "rbac.authorization.k8s.io"}],
        },
        namespace,
    )
    extra = {"example.org/Reason": ["because", "I can"]}
    async with kube.impersonating("bob", ["first", "second, group"], extra) as bob:
        await eventually(partial(_may_list, bob, namespace), 20, "the authorizer's informer has the binding")
        with pytest.raises(Forbidden, match='User "bob"'):
            await bob.list(SECRETS, namespace)
    async with kube.impersonating("bob", ["first"]) as bob:
        with pytest.raises(Forbidden, match='User "bob"'):
            await bob.list(CONFIG_MAPS, namespace)


async def _may_list(client: Client, namespace: str) -> bool:
    try:
        await client.list(CONFIG_MAPS, namespace)
    except Forbidden:
        return False
    return True


async def test_extras_go_out_as_the_protocol_wants_them() -> None:
    headers: list[tuple[str, str]] = []

    async def handler(request: web.Request) -> web.Response:
        headers.extend(request.headers.items())
        return web.json_response({})

    extra = {"example.org/Reason": ["1", "2"]}
    async with answering(handler) as server:
        kube = Client(Credentials(server))
        async with kube, kube.impersonating("bob", ["a", "b"], extra) as bob:
            await bob.version()
    assert [entry for entry in headers if entry[0].startswith("Impersonate")] == [
        ("Impersonate-User", "bob"),
        ("Impersonate-Group", "a"),
        ("Impersonate-Group", "b"),
        ("Impersonate-Extra-example.org%2FReason", "1"),
        ("Impersonate-Extra-example.org%2FReason", "2"),
    ]


@pytest.mark.parametrize(
    ("user", "groups", "extra"),
    [
        ("", ["system:masters"], {}),
        ("bob\r\nImpersonate-Group: system:masters", [], {}),
        ("bob", ["a\nb"], {}),
        ("bob", [], {"k": ["a\0b"]}),
    ],
)
def test_impersonating_nobody_or_with_smuggled_headers_is_refused(
    user: str, groups: list[str], extra: dict[str, list[str]]
) -> None:
    with pytest.raises(BadRequestError):
        Client(Credentials("https://k")).impersonating(user, groups, extra)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../secrets/x", "a%2Fb", "a\n", "\0"])
async def test_no_name_leads_to_another_address(name: str) -> None:
    async with Client(Credentials("http://127.0.0.1:1")) as client:
        for action in (
            client.get(CONFIG_MAPS, name, "ns"),
            client.delete(CONFIG_MAPS, name, "ns"),
            client.merge_patch(CONFIG_MAPS, name, {}, "ns"),
            client.json_patch(CONFIG_MAPS, name, [], "ns"),
            client.replace(CONFIG_MAPS, config_map(name), "ns"),
            client.apply(CONFIG_MAPS, config_map(name), "ns"),
        ):
            with pytest.raises(BadRequestError):
                await action
        if name:
            with pytest.raises(BadRequestError):
                await client.list(CONFIG_MAPS, name)


async def test_a_list_is_complete_over_many_pages(
    kube: Client, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yurt_console.kube.paging._PAGE", 3)
    names = {f"c-{number}" for number in range(10)}
    for name in names:
        await kube.create(CONFIG_MAPS, {"metadata": {"name": name, "labels": {"n": name[-1]}}}, namespace)
    found = await kube.list(CONFIG_MAPS, namespace, label_selector="n")
    assert {item["metadata"]["name"] for item in found} == names
    [one] = await kube.list(
        CONFIG_MAPS, namespace, label_selector="n in (7)", field_selector="metadata.name=c-7"
    )
    assert one["metadata"]["name"] == "c-7"


async def test_pages_come_raw_and_continue(kube: Client, namespace: str) -> None:
    for number in range(3):
        await kube.create(SERVICE_ACCOUNTS, {"metadata": {"name": f"s-{number}"}}, namespace)
    first = json.loads(await kube.list_page(SERVICE_ACCOUNTS, namespace, limit=2))
    token = first["metadata"]["continue"]
    rest = json.loads(await kube.list_page(SERVICE_ACCOUNTS, namespace, limit=200, continue_=token))
    assert len(first["items"]) == 2
    assert not rest["metadata"].get("continue")
    assert rest["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]
    with pytest.raises((Gone, BadRequest)):
        await kube.list_page(SERVICE_ACCOUNTS, namespace, limit=2, continue_="nonsense")


async def test_a_watch_tells_what_happens_from_a_version_on(kube: Client, namespace: str) -> None:
    page = json.loads(await kube.list_page(CONFIG_MAPS, namespace))
    version = page["metadata"]["resourceVersion"]
    created = await kube.create(CONFIG_MAPS, config_map("a"), namespace)
    seen = []
    async with kube.watch(CONFIG_MAPS, namespace, resource_version=version, timeout_seconds=30) as lines:
        async for line in lines:
            event = parse(line)
            metadata = msgspec.json.decode(event.object)["metadata"]
            if metadata["name"] != "a":  # the cluster puts its CA into every namespace
                continue
            seen.append((event.type, event.resource_version))
            if event.type == "ADDED":
                changed = await kube.merge_patch(CONFIG_MAPS, "a", {"data": {"x": "1"}}, namespace)
            elif event.type == "MODIFIED":
                await kube.delete(CONFIG_MAPS, "a", namespace)
            else:
                break
    assert seen[:2] == [
        ("ADDED", created["metadata"]["resourceVersion"]),
        ("MODIFIED", changed["metadata"]["resourceVersion"]),
    ]
    assert seen[2][0] == "DELETED"
    assert int(seen[2][1]) > int(seen[1][1])


async def test_a_watch_ends_when_its_time_is_over(kube: Client, namespace: str) -> None:
    async with kube.watch(SECRETS, namespace, resource_version="", timeout_seconds=1) as lines:
        assert [line async for line in lines if parse(line).type == "ERROR"] == []


async def test_the_cluster_tells_its_version(kube: Client) -> None:
    assert (await kube.version())["major"] == "1"


async def test_versions_are_those_this_cluster_serves(kube: Client, plane: Plane) -> None:
    assert await kube.served(CRON_JOBS) == plane.expected.cron_jobs
    assert await kube.served(DEPLOYMENTS) == "v1"
    with pytest.raises(NotFound):
        await kube.served(Resource("nobody.example.org", "things", "Thing", True, ("v1",)))


@pytest.fixture
def other_pools(plane: Plane) -> Iterator[Resource]:
    """NodePools under a group of the test's own, so that nobody else's are replaced."""
    yield Resource("pools.example.org", "nodepools", "NodePool", False, NODE_POOLS.versions)
    plane.api.delete(CUSTOM_RESOURCE_DEFINITIONS, "nodepools.pools.example.org", wait=0)


async def test_each_openyurt_releases_pools_are_read_in_their_best_version(
    kube: Client, other_pools: Resource, plane: Plane
) -> None:
    with pytest.raises(NotFound):
        await kube.list(other_pools)
    for release, expected in {"v1.3": "v1beta1", "v1.6": "v1beta1", "v1.7": "v1beta2"}.items():
        [crd] = [one for one in plane.definitions(release) if one["metadata"]["name"] == POOLS]
        crd["metadata"] = {"name": "nodepools.pools.example.org"}
        crd["spec"]["group"] = "pools.example.org"
        created = await kube.create(CUSTOM_RESOURCE_DEFINITIONS, crd)
        await eventually(partial(serves, kube, other_pools, expected), 30, "discovery follows the CRD")
        pool = {"metadata": {"name": "edge"}, "spec": {"type": "Edge"}}
        version = f"pools.example.org/{expected}"
        await eventually(partial(applies, kube, other_pools, pool, version), 30, "objects follow the CRD")
        await kube.delete(CUSTOM_RESOURCE_DEFINITIONS, created["metadata"]["name"])
        await eventually(partial(serves, kube, other_pools, ""), 30, "discovery follows the CRD")


async def serves(kube: Client, resource: Resource, expected: str) -> bool:
    kube.forget(resource)
    try:
        return await kube.served(resource) == expected
    except NotFound:
        return expected == ""


async def applies(kube: Client, resource: Resource, obj: Object, expected: str) -> bool:
    try:
        return bool((await kube.apply(resource, obj))["apiVersion"] == expected)
    except NotFound:
        return False
