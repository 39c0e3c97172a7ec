"""The controllers of credentials: token Secrets, certificates, bootstrap tokens, aggregated ClusterRoles.

Each reconcile is a function of the current objects and idempotent; `run` calls those with kinds that have
changed, and all of them at intervals for expiring bootstrap tokens.
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
_EXPIRY_INTERVAL = 5.0
"""Seconds between checks for expired bootstrap tokens."""
_ROOT_CA = "kube-root-ca.crt"


class Credentials:
    """The credential controllers of one API server."""

    def __init__(self, server: Server, security: Security) -> None:
        self._server, self._security = server, security
        self._changed: set[str] = set()
        self._wake = asyncio.Event()
        self._by_kind: dict[str, tuple[Callable[[], None], ...]] = {
            "serviceaccounts": (self.reconcile_accounts,),
            "secrets": (self.reconcile_accounts, self.reconcile_bootstrap_tokens),
            "configmaps": (self.reconcile_bootstrap_tokens,),
            "namespaces": (self.reconcile_root_ca,),
            "certificatesigningrequests": (self.reconcile_requests,),
            "clusterroles": (self.reconcile_roles,),
        }
        server.observe(self._changed_kind)

    async def run(self) -> None:
        """Reconcile until cancelled."""
        self._changed |= self._by_kind.keys()
        looking = asyncio.create_task(self._watch_expiry())
        try:
            while True:
                self.reconcile_changed()
                self._wake.clear()
                await self._wake.wait()
        finally:
            looking.cancel()

    def reconcile_changed(self) -> None:
        """Reconcile all changed kinds until nothing changes."""
        while self._changed:
            due = dict.fromkeys(step for kind in sorted(self._changed) for step in self._by_kind[kind])
            self._changed.clear()
            for step in due:
                step()

    async def _watch_expiry(self) -> None:
        while True:
            await self._server.clock.sleep(_EXPIRY_INTERVAL)
            self._changed.add("secrets")
            self._wake.set()

    def _changed_kind(self, change: Change) -> None:
        if change.record.ref.plural in self._by_kind:
            self._changed.add(change.record.ref.plural)
            self._wake.set()

    def reconcile_accounts(self) -> None:
        """Token controller: one token Secret per ServiceAccount; deletes those of deleted accounts."""
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
                self._ensure_token(account, {secret["metadata"]["name"] for secret in held.get(place, ())})

    def _is_open(self, namespace: str) -> bool:
        """Whether a namespace accepts new objects."""
        found = self._server.find(NAMESPACES, "", namespace)
        return found is not None and "deletionTimestamp" not in found["metadata"]

    def _fill(self, account: Object, secret: Object) -> None:
        """Token controller: fills in token Secrets that others created."""
        data, metadata = secret.get("data") or {}, secret["metadata"]
        if data.get("token"):
            return
        ca_pem = self._security.authority.certificate_pem
        filled = tokens.legacy_data(self._security.key, account, metadata["name"], ca_pem)
        annotations = {**metadata["annotations"], tokens.UID_ANNOTATION: account["metadata"]["uid"]}
        marked = {**metadata, "annotations": annotations}
        self._server.store(SECRETS, {**secret, "metadata": marked, "data": {**data, **filled}})

    def _ensure_token(self, account: Object, present: set[str]) -> None:
        metadata = account["metadata"]
        listed = account.get("secrets") or []
        named = f"{metadata['name']}-token-"
        references = [one for one in listed if one["name"] in present or not one["name"].startswith(named)]
        if not any(one["name"] in present for one in references):
            suffix = "".join(secrets.choice(_ALPHABET) for _ in range(5))
            ca_pem = self._security.authority.certificate_pem
            secret = tokens.legacy_secret(self._security.key, account, ca_pem, suffix)
            self._server.create(SECRETS, metadata["namespace"], secret)
            references.append({"name": secret["metadata"]["name"]})
        if references != listed:
            self._server.store(SERVICE_ACCOUNTS, {**account, "secrets": references})

    def reconcile_root_ca(self) -> None:
        """Root CA publisher: a ConfigMap with the CA certificate in every namespace."""
        pem = self._security.authority.certificate_pem.decode()
        for namespace in self._server.list(NAMESPACES):
            name = namespace["metadata"]["name"]
            if self._is_open(name) and self._server.find(CONFIG_MAPS, name, _ROOT_CA) is None:
                self._server.create(
                    CONFIG_MAPS, name, {"metadata": {"name": _ROOT_CA}, "data": {"ca.crt": pem}}
                )

    def reconcile_requests(self) -> None:
        """Approve kubelets' own requests, and sign approved ones."""
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
        """Token cleaner and bootstrap signer: delete expired tokens, sign cluster-info with the others."""
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
        """ClusterRole aggregation."""
        roles = self._server.list(CLUSTER_ROLES)
        for role in roles:
            selectors = (role.get("aggregationRule") or {}).get("clusterRoleSelectors")
            if not selectors:
                continue
            others = [other for other in roles if other is not role]
            rules = [dict(rule) for rule in aggregated(selectors, others)]
            if rules != (role.get("rules") or []):
                self._server.store(CLUSTER_ROLES, {**role, "rules": rules})
