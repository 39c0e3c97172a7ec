"""In-memory cluster that executes plans step by step, with a clock of the test."""

from __future__ import annotations

import base64
import copy
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from tests.tenancy.examples import TENANT_NAME, user
from yurt_console.custom_resources import USERS
from yurt_console.kinds.registry import DECODERS
from yurt_console.kube import kubeconfig
from yurt_console.rows import User
from yurt_console.tenancy import naming
from yurt_console.tenancy.provisioning import tenant_objects
from yurt_console.tenancy.provisioning.observed import Observed, Platform
from yurt_console.tenancy.provisioning.plan import plan
from yurt_console.tenancy.provisioning.steps import Create, Delete, IssueKubeconfig, Patch, Replace, Step
from yurt_console.yurt import releases

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CA = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
PLATFORM = Platform(
    "https://cluster.example.com:6443",
    CA,
    "sha256:" + "0" * 64,
    releases.release("v1.7.0"),
    "https://downloads.example.com",
    pools=True,
)
UID = user().uid


@dataclass
class World:
    """The objects of an API server; every step is one write."""

    now: datetime = NOW
    account: dict[str, Any] = field(default_factory=dict)
    objects: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    uids: int = 0
    granted_at_most: timedelta = timedelta(days=4000)

    @property
    def user(self) -> User:
        row: User = DECODERS[USERS].row(msgspec.json.encode(self.account))
        return row

    def observe(self) -> Observed:
        tokens, free = [], ""
        for token_id in naming.bootstrap_ids(UID):
            found = self.get("Secret", "kube-system", naming.bootstrap_name(token_id))
            if found is None:
                free = free or token_id
            elif naming.is_own(found, self.user):
                tokens.append(tenant_objects.read_bootstrap(found, TENANT_NAME))
        return Observed(
            namespace=self.get("Namespace", "", TENANT_NAME),
            service_account=self.get("ServiceAccount", TENANT_NAME, "tenant"),
            role_binding=self.get("RoleBinding", TENANT_NAME, "yurt-console-tenant"),
            impersonation=self.get("RoleBinding", TENANT_NAME, "yurt-console-impersonate"),
            resource_quota=self.get("ResourceQuota", TENANT_NAME, "tenant"),
            limit_range=self.get("LimitRange", TENANT_NAME, "tenant"),
            network_policy=self.get("NetworkPolicy", TENANT_NAME, "tenant"),
            bootstraps=tuple(tokens),
            free_id=free,
            new_secret="zyxw9876zyxw9876",
            pool=self.get("NodePool", "", TENANT_NAME),
            nodes=tuple(found for (kind, _, _), found in self.objects.items() if kind == "Node"),
            finalizers=tuple(self.account["metadata"].get("finalizers") or ()),
        )

    def get(self, kind: str, namespace: str, name: str) -> dict[str, Any] | None:
        return self.objects.get((kind, namespace, name))

    def put(self, body: dict[str, Any]) -> dict[str, Any]:
        self.uids += 1
        kept = copy.deepcopy(body)
        kept["metadata"]["uid"] = f"uid-{self.uids}"
        if "stringData" in kept:
            kept["data"] = {key: encoded(text) for key, text in kept.pop("stringData").items()}
        metadata = kept["metadata"]
        self.objects[kept["kind"], metadata.get("namespace", ""), metadata["name"]] = kept
        return kept

    def carry_out(self, step: Step) -> None:
        match step:
            case Create(resource, body):
                metadata = body["metadata"]
                assert (resource.kind, metadata.get("namespace", ""), metadata["name"]) not in self.objects
                self.put(body)
            case Replace(resource, body):
                metadata = body["metadata"]
                key = (resource.kind, metadata.get("namespace", ""), metadata["name"])
                assert self.objects[key] != body
                self.objects[key] = copy.deepcopy(body)
            case Delete(resource) if resource == USERS:
                self.account["metadata"]["deletionTimestamp"] = self.now.isoformat()
            case Delete(resource, name, namespace, uid):
                gone = self.objects.pop((resource.kind, namespace, name))
                assert gone["metadata"]["uid"] == uid
                if resource.kind == "Namespace":
                    self.objects = {key: kept for key, kept in self.objects.items() if key[1] != name}
            case Patch(resource, name, patch, namespace):
                self._patch(resource.kind, namespace, name, patch)
            case IssueKubeconfig():
                self._grant(step)

    def _patch(self, kind: str, namespace: str, name: str, patch: dict[str, Any]) -> None:
        target = self.account if kind == "User" else self.objects[kind, namespace, name]
        assert patch["metadata"]["uid"] == target["metadata"]["uid"]
        patch = copy.deepcopy(patch)
        if "stringData" in patch:
            patch["data"] = {key: encoded(text) for key, text in patch.pop("stringData").items()}
        for part, fields in patch.items():
            into = target.setdefault(part, {})
            for key, value in fields.items():
                if value is None:
                    into.pop(key, None)
                else:
                    into[key] = value

    def _grant(self, step: IssueKubeconfig) -> None:
        account = self.objects["ServiceAccount", step.namespace, "tenant"]
        ends = self.now + min(timedelta(seconds=step.seconds), self.granted_at_most)
        claims = {
            "iat": int(self.now.timestamp()),
            "exp": int(ends.timestamp()),
            "kubernetes.io": {"serviceaccount": {"uid": account["metadata"]["uid"]}},
        }
        body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        self.account["spec"]["kubeConfig"] = kubeconfig.render(
            PLATFORM.server, CA.encode(), "tenant", f"x.{body}.x", step.namespace, "yurt-console"
        )

    def execute(self, *, stop_after: int | None = None) -> list[Step]:
        """Plan and execute until no step is left, or ``stop_after`` steps."""
        done: list[Step] = []
        for _ in range(20):
            decided = plan(self.user, self.observe(), PLATFORM, self.now)
            if not decided.steps:
                return done
            for step in decided.steps:
                if stop_after is not None and len(done) >= stop_after:
                    return done
                self.carry_out(step)
                done.append(step)
        raise AssertionError(f"no end: {[str(step) for step in done]}")

    def kinds(self) -> list[str]:
        return sorted(kind for kind, _, _ in self.objects)


EVERYTHING = [
    "LimitRange",
    "Namespace",
    "NetworkPolicy",
    "NodePool",
    "ResourceQuota",
    "RoleBinding",
    "RoleBinding",
    "Secret",
    "ServiceAccount",
]


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def world(**spec: Any) -> World:
    fields = {
        "email": "ann@example.com",
        "mobilephone": "+8613800138000",
        "organization": "ACME",
        "role": "tenant",
        "approved": True,
        "validPeriod": 7,
    }
    metadata = {"name": TENANT_NAME, "uid": UID, "creationTimestamp": "2026-01-01T00:00:00Z"}
    return World(account={"metadata": metadata, "spec": {**fields, **spec}, "status": {}})


def settled(**spec: Any) -> World:
    made = world(**spec)
    made.execute()
    return made


def condition(of: World, kind: str = "Ready") -> tuple[str, str]:
    [only] = [each for each in of.user.conditions if each.type == kind]
    return only.status, only.reason


def forward(days: float = 0, **more: float) -> timedelta:
    return timedelta(days=days, **more)


def deleted() -> World:
    """A provisioned account with a deleted User."""
    leaving = settled()
    leaving.account["metadata"]["deletionTimestamp"] = "2026-01-01T00:01:00Z"
    return leaving
