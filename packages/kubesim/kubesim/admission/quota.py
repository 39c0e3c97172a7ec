"""ResourceQuota: rejects writes that exceed a quota, and adds the others to its usage.

Check and update are one step, so concurrent writes cannot exceed a quota together. `controllers.quotas`
subtracts deleted objects and finished pods. Source: k8s.io/apiserver,
pkg/admission/plugin/resourcequota, in v1.20's words.
"""

from __future__ import annotations

from kubesim.admission.amounts import ZERO, Amounts, amounts, listed, total
from kubesim.admission.usage import is_in_scope, unspecified, usage
from kubesim.errors.statuses import forbidden
from kubesim.machinery.options import AdmissionAttributes
from kubesim.storage.log import Log, Object, Record

QUOTAS = ("", "resourcequotas")
_CHARGED_ON_UPDATE = (("", "services"), ("", "persistentvolumeclaims"))


class QuotaAdmission:
    """The ResourceQuota plug-in."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def __call__(self, write: AdmissionAttributes) -> None:
        """Charge a write to the quotas of its namespace. Raises `ForbiddenError`."""
        if not self._log.count(*QUOTAS) or not write.namespace or write.obj is None or write.subresource:
            return
        resource = (write.group, write.plural)
        if write.verb != "create" and not (write.verb == "update" and resource in _CHARGED_ON_UPDATE):
            return
        quotas = self._log.list(*QUOTAS, write.namespace)
        if not quotas or write.plural == "events":
            return
        used = usage(*resource, write.obj)
        if write.old is not None:
            before = usage(*resource, write.old)
            used = {name: amount - before.get(name, ZERO) for name, amount in used.items()}
            used = {name: amount for name, amount in used.items() if amount.value > 0}
        charged = [(quota, self._charged(quota.object, write, used)) for quota in quotas]
        if not write.options.dry_run:
            for quota, after in charged:
                if after:
                    self._add_usage(quota, after)

    def _charged(self, quota: Object, write: AdmissionAttributes, used: Amounts) -> Amounts:
        """The usage of a quota after the write, of the resources that change."""
        obj = write.obj or {}
        status, name = quota.get("status") or {}, quota["metadata"]["name"]
        hard, present = amounts(status.get("hard")), amounts(status.get("used"))
        if not is_in_scope(quota, write.group, write.plural, obj):
            return {}
        if write.plural == "pods" and (missing := unspecified(obj, hard)):
            raise self._refused(write, f"failed quota: {name}: must specify {','.join(missing)}")
        wanted = {key: amount for key, amount in used.items() if key in hard and amount.value}
        unknown = sorted(wanted.keys() - present.keys())
        if unknown:
            raise self._refused(write, f"status unknown for quota: {name}, resources: {','.join(unknown)}")
        after = total([{key: present[key] for key in wanted}, wanted])
        exceeded = [key for key in after if after[key].value > hard[key].value]
        if exceeded:
            requested, held, limited = (
                listed({key: one[key] for key in exceeded}) for one in (wanted, present, hard)
            )
            why = f"requested: {requested}, used: {held}, limited: {limited}"
            raise self._refused(write, f"exceeded quota: {name}, {why}")
        return after

    def _add_usage(self, quota: Record, after: Amounts) -> None:
        obj = quota.object
        used = {**obj["status"].get("used", {}), **{key: str(amount) for key, amount in after.items()}}
        self._log.put(quota.ref, {**obj, "status": {**obj["status"], "used": used}})

    @staticmethod
    def _refused(write: AdmissionAttributes, why: str) -> Exception:
        metadata = (write.obj or {}).get("metadata") or {}
        name = write.name or metadata.get("name") or metadata.get("generateName") or "Unknown"
        return forbidden(write.group, write.plural, name, why)
