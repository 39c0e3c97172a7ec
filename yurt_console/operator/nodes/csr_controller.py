"""Approves or denies kubelet certificate requests made with tenants' bootstrap tokens, and counts nodes.

A change in the cache starts a round. What a decision is made on is then asked of the API server, one
request after another, so that of ten machines that ask at once no more join than may. Nothing is remembered:
a Node that was created for a request that then stayed unanswered is found again as a returning machine's.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import UTC, datetime
from typing import Any

from apimachinery.resources import CERTIFICATE_REQUESTS, NODES
from apimachinery.times import parse_time
from yurt_console.cache.wire import certificates
from yurt_console.cache.wire import users as wire_users
from yurt_console.custom_resources import USERS
from yurt_console.kube.client import Client, Object
from yurt_console.kube.errors import AlreadyExists, KubeError, NotFound
from yurt_console.operator import cluster_info
from yurt_console.operator.cache import OperatorCache
from yurt_console.operator.nodes import ownership
from yurt_console.operator.nodes.node_access import NodeAccessController
from yurt_console.operator.platform_poller import PlatformPoller
from yurt_console.operator.stats import CERTIFICATE_REQUEST, NODE, OperatorStats, Result
from yurt_console.rows import CertificateRequest, Condition, User
from yurt_console.tenancy import naming
from yurt_console.tenancy.nodes import node_approval
from yurt_console.tenancy.nodes.node_approval import Approve, DecisionInputs, Deny, Ignore
from yurt_console.yurt.well_known_labels import TENANT_NODE_LABEL

_log = logging.getLogger(__name__)

_GATHER = 0.1
"""Seconds between rounds: changes in between are one round."""
_RECHECK = 60.0
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
_OTHERS_SECONDS = 300.0
"""How long after a request that others approved its Node is created; later, it was deleted on purpose."""


class CsrController:
    """Approves or denies certificate requests made with tenants' bootstrap tokens; counts tenants' nodes."""

    def __init__(
        self, client: Client, cache: OperatorCache, platform: PlatformPoller, stats: OperatorStats
    ) -> None:
        self._client = client
        self._cache = cache
        self._platform = platform
        self._requests, self._nodes = stats.reconciles[CERTIFICATE_REQUEST], stats.reconciles[NODE]
        self._changed = asyncio.Event()
        self._unanswerable: set[str] = set()
        self._node_access = NodeAccessController()
        cache.on_node_change(self._changed.set)

    async def run(self) -> None:
        """Do a round after every change, until cancelled."""
        await self._cache.nodes_listed()
        pause = _FIRST_PAUSE
        while True:
            self._changed.clear()  # what changes during the round makes for another one
            whole = await self._round()
            await asyncio.sleep(_GATHER)
            await self._wait(_RECHECK if whole else pause)
            pause = _FIRST_PAUSE if whole else min(2 * pause, _LONGEST_PAUSE)

    async def _round(self) -> bool:
        """Answer all requests, update all nodes; False when something has to be tried again."""
        results = [await self._requests.observe(self._answered(request)) for request in self._pending()]
        results.append(await self._nodes.observe(self._updated_nodes()))
        return Result.ERROR not in results

    async def _answered(self, request: CertificateRequest) -> Result:
        try:
            await self._answer(request)
        except KubeError as error:
            _log.warning("request %s: %s", request.name, error)
            return Result.ERROR
        return Result.SUCCESS

    async def _updated_nodes(self) -> Result:
        users, nodes = self._cache.users, self._cache.nodes
        try:
            await ownership.keep(self._client, users, nodes, self._joining().release)
            await self._node_access.keep(self._client, users, nodes)
        except KubeError as error:
            _log.warning("cannot update the nodes of accounts, will retry: %s", error)
            return Result.ERROR
        return Result.SUCCESS

    def _pending(self) -> list[CertificateRequest]:
        """Requests with our tokens that need an answer or a Node, the oldest first."""
        found = [
            row for row in self._cache.requests.rows() if naming.account_of(row) and self._concerns_us(row)
        ]
        self._unanswerable &= {row.uid for row in found}
        return sorted(
            (row for row in found if row.uid not in self._unanswerable),
            key=lambda row: (row.created, row.name),
        )

    def _concerns_us(self, request: CertificateRequest) -> bool:
        return not node_approval.is_decided(request) or _approved_by_others(request, datetime.now(UTC))

    async def _answer(self, seen: CertificateRequest) -> None:
        try:
            found, request = await self._client.get(
                CERTIFICATE_REQUESTS, seen.name, decode=certificates.CERTIFICATE_REQUESTS.object_and_row
            )
        except NotFound:
            return
        if request.uid != seen.uid or not self._concerns_us(request):
            return
        user = await self._account(naming.account_of(request))
        here = self._joining()
        inputs = DecisionInputs(
            {user.name: user} if user else {}, await self._tenants_of_nodes(request), here.release
        )
        decision = node_approval.decide(request, inputs, datetime.now(UTC))
        if isinstance(decision, Approve) and not decision.returning and user is not None:
            await self._prepare(user, decision.node, here)
        if node_approval.is_decided(request):
            self._unanswerable.add(request.uid)
            if isinstance(decision, Deny):
                _log.warning(
                    "CSR %s: approved by another approver; the operator would deny it: %s",
                    seen.name,
                    decision.reason,
                )
        elif request.signer not in node_approval.SIGNERS:
            # a decision needs a permission per signer; requests for this one are never approved
            self._unanswerable.add(request.uid)
            _log.warning(
                "CSR %s of %s: signer %s is not handled; left pending",
                seen.name,
                naming.account_of(request),
                request.signer,
            )
        elif not isinstance(decision, Ignore):
            await self._write(found, node_approval.condition(decision))
            _log.info("CSR %s of %s: %s", seen.name, naming.account_of(request), _words(decision))

    async def _account(self, name: str) -> User | None:
        try:
            return await self._client.get(USERS, name, decode=wire_users.USERS.row)
        except NotFound:
            return None

    async def _tenants_of_nodes(self, request: CertificateRequest) -> dict[str, str]:
        """The tenants of the Nodes that the decision depends on: the account's, and the requested one."""
        tenant, name = naming.account_of(request), node_approval.node_name(request)
        own = await self._client.list(NODES, label_selector=f"{TENANT_NODE_LABEL}={tenant}")
        owners = {str(node["metadata"]["name"]): tenant for node in own}
        if naming.is_node_of(tenant, name) and name not in owners:
            with contextlib.suppress(NotFound):
                node = await self._client.get(NODES, name)
                owners[name] = (node["metadata"].get("labels") or {}).get(TENANT_NODE_LABEL, "")
        return owners

    async def _prepare(self, user: User, node: str, here: cluster_info.Joining) -> None:
        body = node_approval.node_to_create(user, node, here.release, pools=here.pools)
        try:
            await self._client.create(NODES, body)
        except AlreadyExists:
            raise KubeError(f"Node {node} has been created meanwhile") from None

    async def _write(self, found: Object, decided: Condition) -> None:
        """Add the condition to the request as it was read. Raises `Conflict` when it has changed since."""
        condition = {
            "type": decided.type,
            "status": decided.status,
            "reason": decided.reason,
            "message": decided.message,
        }
        status: dict[str, Any] = dict(found.get("status") or {})
        status["conditions"] = [*(status.get("conditions") or ()), condition]
        await self._client.replace(CERTIFICATE_REQUESTS, {**found, "status": status}, subresource="approval")

    def _joining(self) -> cluster_info.Joining:
        """The platform that new nodes need. Raises `PlatformError` before it is discovered."""
        if self._platform.joining is None:
            raise cluster_info.PlatformError("the cluster's version of OpenYurt is not known yet")
        return self._platform.joining

    async def _wait(self, seconds: float) -> None:
        """Return after a change, or after ``seconds``."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()


def _approved_by_others(request: CertificateRequest, now: datetime) -> bool:
    """Whether another approver approved this recently, as OpenYurt up to 1.6 does for every yurthub.

    Its Node has to be created all the same: no kubelet may create a tenant's.
    """
    approvals = [one for one in request.conditions if one.type == node_approval.APPROVED]
    created = parse_time(request.created)
    return (
        bool(approvals)
        and all(one.reason != node_approval.REASON for one in approvals)
        and created is not None
        and (now - created).total_seconds() < _OTHERS_SECONDS
    )


def _words(decision: Approve | Deny) -> str:
    if isinstance(decision, Deny):
        return f"denied, {decision.reason}"
    return f"node {decision.node} may {'come back' if decision.returning else 'join'}"
