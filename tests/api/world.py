"""A console with rows from the test, served by the real server on a loopback socket."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import aiohttp
import msgspec

from tests import rows
from yurt_console.api import web_assets
from yurt_console.api.http.cluster_context import ClusterContext
from yurt_console.api.http.state import Console
from yurt_console.cache.cluster_cache import ClusterCache
from yurt_console.cache.feed import Feed
from yurt_console.cli.serve.server import Server, configuration
from yurt_console.kinds import registry
from yurt_console.kube.client import Client
from yurt_console.kube.credentials import Credentials
from yurt_console.rows import Row, User
from yurt_console.settings import settings_of
from yurt_console.tenancy.accounts import tokens
from yurt_console.tenancy.accounts.accounts import Accounts
from yurt_console.tenancy.identity.impersonation import Impersonator
from yurt_console.tenancy.identity.permissions import Permissions
from yurt_console.tenancy.identity.session_key import SessionKey
from yurt_console.yurt.well_known_labels import TENANT_LABEL, TENANT_NODE_LABEL

NOW = datetime.fromisoformat("2024-03-02T08:00:00+00:00").timestamp()
"""One day after `rows.CREATED`: within the seven days of a tenant."""
A, B, ADMIN, EXPIRED, SUSPENDED, PREPARING = (
    "user-aaaaaaaaaaaaaaaaaaaa",
    "user-bbbbbbbbbbbbbbbbbbbb",
    "user-cccccccccccccccccccc",
    "user-dddddddddddddddddddd",
    "user-eeeeeeeeeeeeeeeeeeee",
    "user-ffffffffffffffffffff",
)
_NOBODY_LISTENS = "https://127.0.0.1:1"
_KEY = SessionKey(b"k" * 32)


class Reply(NamedTuple):
    """An HTTP response; ``headers`` by lower-case name."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def causes(self) -> list[str]:
        """Field and message of each cause of a Status."""
        return [cause.get("field", "") for cause in self.json["details"].get("causes", [])]


@dataclass
class World:
    """A console and the tokens of its accounts."""

    console: Console
    client: Client
    tokens: dict[str, str] = field(default_factory=dict)
    clock: list[float] = field(default_factory=lambda: [NOW])

    def put(self, kind: str, *added: Row) -> None:
        """Put rows and notify the feed, as a reflector does."""
        for row in added:
            change = self.console.cluster.inventory.table(kind).put(row)
            if change is not None:
                self.console.cluster.feed.publish(change)

    def account(self, name: str, **fields: Any) -> User:
        """Add an account with its own token."""
        token, record = tokens.issue()
        self.tokens[name] = token
        user = rows.user(name, token=record, email=f"{name}@example.com", **fields)
        self.put("users", user)
        return user

    def change(self, name: str, **fields: Any) -> None:
        """Change fields of an account."""
        user = self.console.cluster.inventory.users.get(("", name))
        assert user is not None
        self.put("users", msgspec.structs.replace(user, **fields))


async def build(
    *, api_server: str = _NOBODY_LISTENS, credentials: Credentials | None = None, **changed: Any
) -> World:
    """A console with empty, synced tables; its requests to the API server carry ``credentials``."""
    settings = settings_of(**changed)
    inventory = registry.inventory(settings)
    feed = Feed(settings.server.change_interval)
    client = Client(credentials or Credentials(api_server))
    cache = ClusterCache(client, settings, feed, inventory.resources)
    cache.ready.set()
    clock = [NOW]
    accounts = Accounts(client, inventory.users, feed, settings)
    impersonator = Impersonator(client, settings.cluster.namespace)
    cluster = ClusterContext("", client, inventory, cache, feed, impersonator, Permissions(impersonator))
    console = Console(settings, cluster, accounts, _KEY, lambda: clock[0], web_assets=web_assets.load())
    return World(console, client, clock=clock)


async def populate(world: World) -> World:
    """Six accounts; for both tenants one object of each kind; and objects of the platform."""
    for name in (A, B):
        world.account(name, kube_config=f"kubeconfig of {name}", node_add_script=f"script of {name}")
    world.account(ADMIN, role="admin", tenant_namespace="", valid_period=0, kube_config="never shown")
    world.account(EXPIRED, expired=True, kube_config="secret", node_add_script="secret")
    world.account(SUSPENDED, suspended=True, kube_config="secret", node_add_script="secret")
    world.account(PREPARING, effective_time="", tenant_namespace="", status_message="making the namespace")
    for name in (A, B):
        furnish(world, name)
    world.put("nodes", rows.node("master-1", labels={"node-role.kubernetes.io/master": ""}))
    world.put("nodepools", rows.node_pool("cloud", type="Cloud"))
    world.put("namespaces", rows.namespace("kube-system"))
    world.put("pods", rows.pod("coredns-1", "kube-system", node="master-1"))
    return world


def furnish(world: World, scope: str) -> None:
    """One object of each kind for a tenant; every name contains the scope."""
    tag = scope[5:9]
    labels = {
        TENANT_NODE_LABEL: scope,
        "apps.openyurt.io/nodepool": scope,
        "openyurt.io/is-edge-worker": "true",
    }
    world.put("namespaces", rows.namespace(scope, labels={TENANT_LABEL: scope}))
    world.put("nodes", rows.node(f"edge-{tag}", labels=labels))
    world.put("nodepools", rows.node_pool(scope, labels={TENANT_LABEL: scope}))
    world.put("pods", rows.pod(f"web-{tag}", scope, node=f"edge-{tag}"))
    for kind in ("deployments", "statefulsets", "daemonsets"):
        world.put(kind, rows.workload(f"web-{tag}", scope))
    world.put("jobs", rows.job(f"backup-{tag}", scope))
    world.put("cronjobs", rows.cron_job(f"nightly-{tag}", scope))
    world.put("services", rows.service(f"svc-{tag}", scope))
    world.put("configmaps", rows.config_map(f"config-{tag}", scope))
    world.put("resourcequotas", rows.quota(f"quota-{tag}", scope))
    world.put("events", rows.event(f"web-{tag}.1", scope, about_name=f"web-{tag}"))
    about_node = {"kind": "Node", "about_namespace": "", "about_name": f"edge-{tag}", "reason": "NodeReady"}
    world.put("events", rows.event(f"edge-{tag}.1", "default", **about_node))
    world.put("usage", rows.usage(f"edge-{tag}"))


class Browser:
    """HTTP client of the served console."""

    def __init__(self, world: World, session: aiohttp.ClientSession, origin: str, server: Server) -> None:
        self.world = world
        self.server = server
        self.session = session
        self.origin = origin

    async def send(
        self,
        method: str,
        path: str,
        *,
        who: str = "",
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
        body: object = None,
        query: Mapping[str, str | int] = {},
        **more: str | int,
    ) -> Reply:
        """Send one request; ``who``: the account with the token for it."""
        params = {name: str(value) for name, value in {**query, **more}.items()}
        if who:
            params["token"] = self.world.tokens.get(who, who)
        sent = dict(headers or {})
        if body is not None:
            data = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        async with self.session.request(
            method, self.origin + path, params=params, headers=sent, data=data, allow_redirects=False
        ) as reply:
            lower = {name.lower(): value for name, value in reply.headers.items()}
            return Reply(reply.status, await reply.read(), lower)

    async def get(self, path: str, who: str = A, **query: str | int) -> Any:
        """The decoded body of a list; fails for any status but 200."""
        reply = await self.send("GET", path, who=who, query=query)
        assert reply.status == 200, reply
        return reply.json


@contextlib.asynccontextmanager
async def serving(world: World) -> AsyncIterator[Browser]:
    """Serve ``world`` as `yurt-console serve` does, on its own socket."""
    server = Server(configuration(world.console), world.console.cluster.feed)
    # asyncio sets TCP_NODELAY only on sockets with an explicit protocol.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            while not server.started:
                await asyncio.sleep(0.001)
                assert not task.done(), task
            connector = aiohttp.TCPConnector(force_close=False, limit=0)
            jar = aiohttp.DummyCookieJar()
            async with aiohttp.ClientSession(
                connector=connector, cookie_jar=jar, auto_decompress=True, timeout=aiohttp.ClientTimeout(20)
            ) as session:
                yield Browser(world, session, f"http://127.0.0.1:{listener.getsockname()[1]}", server)
        finally:
            server.should_exit = True
            await task
            await world.console.cluster.impersonator.close()
            await world.client.close()
