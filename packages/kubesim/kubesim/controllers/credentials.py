"""The controllers of credentials: ServiceAccounts' token Secrets, certificates, bootstrap tokens, roles.

Each reconcile is a plain function over the server's present state, so it may run at any time and twice;
`run` calls those whose kinds have changed, and all of them when a bootstrap token may have ended.
Source: k8s.io/kubernetes, pkg/controller/{serviceaccount,certificates,bootstrap,clusterroleaggregation}.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
import string
from collections.abc import Callable

from apimachinery.resources import CLUSTER_ROLES, CONFIG_MAPS, NAMESPACES, SECRETS, SERVICE_ACCOUNTS
from apimachinery.times import rfc3339
from kubesim.authentication import bootstrap_tokens, tokens
from kubesim.authorization.rules import aggregated
from kubesim.certificates import signing
from kubesim.control_plane.security import SIGNING_REQUESTS, Security
from kubesim.registry.server import Server
from kubesim.storage.log import Change, Object

_ALPHABET = "".join(sorted(set(string.ascii_lowercase + string.digits) - set("aeiou013l")))
_LOOK = 5.0
"""Seconds between looks at bootstrap tokens that may have ended."""
_ROOT_CA = "kube-root-ca.crt"


class Credentials:
    """Keeps the credentials of one server in order."""

    def __init__(self, server: Server, security: Security) -> None:
        self._server, self._security = server, security
        self._changed: set[str] = set()
        self._news = asyncio.Event()
        self._by_kind: dict[str, tuple[Callable[[], None], ...]] = {
            "serviceaccounts": (self.reconcile_accounts,),
            "secrets": (self.reconcile_accounts, self.reconcile_bootstrap_tokens),
            "configmaps": (self.reconcile_bootstrap_tokens,),
            "namespaces": (self.reconcile_root_ca,),
            "certificatesigningrequests": (self.reconcile_requests,),
            "clusterroles": (self.reconcile_roles,),
        }
        server.observe(self._note)

    async def run(self) -> None:
        """Keep reconciling until cancelled."""
        self._changed |= self._by_kind.keys()
        looking = asyncio.create_task(self._look())
        try:
            while True:
                self.settle()
                self._news.clear()
                await self._news.wait()
        finally:
            looking.cancel()

    def settle(self) -> None:
        """Reconcile what has changed, until nothing changes any more."""
        while self._changed:
            due = dict.fromkeys(step for kind in sorted(self._changed) for step in self._by_kind[kind])
            self._changed.clear()
            for step in due:
                step()

    async def _look(self) -> None:
        while True:
            await self._server.clock.sleep(_LOOK)
            self._changed.add("secrets")
            self._news.set()

    def _note(self, change: Change) -> None:
        if change.record.ref.plural in self._by_kind:
            self._changed.add(change.record.ref.plural)
            self._news.set()

    def reconcile_accounts(self) -> None:
        """Every ServiceAccount has one endless token in a Secret; Secrets of those that went go too."""
        accounts = {
            (account["metadata"]["namespace"], account["metadata"]["name"]): account
            for account in self._server.list(SERVICE_ACCOUNTS)
        }
        held: dict[tuple[str, str], list[Object]] = {}
        for secret in self._server.list(SECRETS):
            if secret.get("type") != tokens.SECRET_TYPE:
                continue
            metadata = secret["metadata"]
            annotations = metadata.get("annotations") or {}
            place = (metadata["namespace"], annotations.get(tokens.NAME_ANNOTATION, ""))
            account = accounts.get(place)
            uid = annotations.get(tokens.UID_ANNOTATION)
            if account is None or uid not in (None, account["metadata"]["uid"]):
                self._server.delete(SECRETS, metadata["namespace"], metadata["name"])
                continue
            held.setdefault(place, []).append(secret)
            self._fill(account, secret)
        for place, account in accounts.items():
            if "deletionTimestamp" not in account["metadata"] and self._is_open(place[0]):
                self._keep_token(account, {secret["metadata"]["name"] for secret in held.get(place, ())})

    def _is_open(self, namespace: str) -> bool:
        """Whether things can still be created in a namespace."""
        found = self._server.find(NAMESPACES, "", namespace)
        return found is not None and "deletionTimestamp" not in found["metadata"]

    def _fill(self, account: Object, secret: Object) -> None:
        """A Secret somebody made for a token gets the token."""
        data, metadata = secret.get("data") or {}, secret["metadata"]
        if data.get("token"):
            return
        ca_pem = self._security.authority.certificate_pem
        filled = tokens.legacy_data(self._security.key, account, metadata["name"], ca_pem)
        annotations = {**metadata["annotations"], tokens.UID_ANNOTATION: account["metadata"]["uid"]}
        marked = {**metadata, "annotations": annotations}
        self._server.store(SECRETS, {**secret, "metadata": marked, "data": {**data, **filled}})

    def _keep_token(self, account: Object, present: set[str]) -> None:
        metadata = account["metadata"]
        listed = account.get("secrets") or []
        named = f"{metadata['name']}-token-"
        kept = [one for one in listed if one["name"] in present or not one["name"].startswith(named)]
        if not any(one["name"] in present for one in kept):
            suffix = "".join(secrets.choice(_ALPHABET) for _ in range(5))
            ca_pem = self._security.authority.certificate_pem
            secret = tokens.legacy_secret(self._security.key, account, ca_pem, suffix)
            self._server.create(SECRETS, metadata["namespace"], secret)
            kept.append({"name": secret["metadata"]["name"]})
        if kept != listed:
            self._server.store(SERVICE_ACCOUNTS, {**account, "secrets": kept})

    def reconcile_root_ca(self) -> None:
        """Every namespace has the CA's certificate in a ConfigMap."""
        pem = self._security.authority.certificate_pem.decode()
        for namespace in self._server.list(NAMESPACES):
            name = namespace["metadata"]["name"]
            if self._is_open(name) and self._server.find(CONFIG_MAPS, name, _ROOT_CA) is None:
                self._server.create(
                    CONFIG_MAPS, name, {"metadata": {"name": _ROOT_CA}, "data": {"ca.crt": pem}}
                )

    def reconcile_requests(self) -> None:
        """Approve kubelets' own requests, and sign what is approved."""
        for csr in self._server.list(SIGNING_REQUESTS):
            if condition := signing.auto_approval(self._security.authorizer, csr):
                self._add(csr, condition)
            elif self._is_due(csr):
                self._sign(csr)

    @staticmethod
    def _is_due(csr: Object) -> bool:
        decided = signing.has(csr, "Approved") and not signing.has(csr, "Denied")
        return decided and not signing.has(csr, "Failed") and "certificate" not in csr["status"]

    def _sign(self, csr: Object) -> None:
        try:
            pem = signing.signed(self._security.authority, csr, self._server.clock.now())
        except signing.Unsignable as error:
            self._add(csr, signing.failure(error))
            return
        if pem is not None:
            certificate = base64.b64encode(pem).decode()
            status = {**csr["status"], "certificate": certificate}
            self._server.store(SIGNING_REQUESTS, {**csr, "status": status})

    def _add(self, csr: Object, condition: dict[str, str]) -> None:
        now = rfc3339(self._server.clock.now())
        status = csr.get("status") or {}
        dated = {**condition, "lastUpdateTime": now, "lastTransitionTime": now}
        conditions = [*(status.get("conditions") or ()), dated]
        self._server.store(SIGNING_REQUESTS, {**csr, "status": {**status, "conditions": conditions}})

    def reconcile_bootstrap_tokens(self) -> None:
        """Remove tokens whose time is over, and sign cluster-info with those that may sign."""
        now = self._server.clock.now()
        for secret in bootstrap_tokens.ending(self._tokens(), now):
            self._server.delete(SECRETS, bootstrap_tokens.NAMESPACE, secret["metadata"]["name"])
        info = self._server.find(CONFIG_MAPS, *bootstrap_tokens.CLUSTER_INFO)
        if info is not None:
            signed = bootstrap_tokens.signed_cluster_info(info, self._tokens(), now)
            if signed is not info:
                self._server.store(CONFIG_MAPS, signed)

    def _tokens(self) -> list[Object]:
        return self._server.list(SECRETS, bootstrap_tokens.NAMESPACE)

    def reconcile_roles(self) -> None:
        """Aggregated ClusterRoles hold the rules of those they select."""
        roles = self._server.list(CLUSTER_ROLES)
        for role in roles:
            selectors = (role.get("aggregationRule") or {}).get("clusterRoleSelectors")
            if not selectors:
                continue
            others = [other for other in roles if other is not role]
            rules = [dict(rule) for rule in aggregated(selectors, others)]
            if rules != (role.get("rules") or []):
                self._server.store(CLUSTER_ROLES, {**role, "rules": rules})
