"""Admission of Services in tenants' namespaces. The ResourceQuota refuses NodePort and LoadBalancer."""

from __future__ import annotations

from yurt_console.tenancy.admission.review import ALLOWED, Object, Request, Verdict, refused


def of_service(request: Request) -> Verdict:
    """Refuses ``externalIPs``: every node would send that address's traffic to the tenant (CVE-2020-8554)."""
    found, before = _external_ips(request.object), _external_ips(request.old_object)
    if not found or (request.operation == "UPDATE" and found == before):
        return ALLOWED
    return refused("externalIPs would draw traffic of addresses that are not the tenant's")


def _external_ips(found: Object | None) -> list[str]:
    spec = (found or {}).get("spec") or {}
    return sorted(spec.get("externalIPs") or ())
