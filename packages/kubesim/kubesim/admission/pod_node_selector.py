"""PodNodeSelector: pods of a namespace get the node selector in the namespace's annotation.

Source: k8s.io/kubernetes, plugin/pkg/admission/podnodeselector, in v1.20's words; without its configuration
file (a cluster-wide default, and an allow list per namespace).
"""

from __future__ import annotations

from apimachinery import validation
from kubesim.errors.statuses import forbidden, server_error
from kubesim.machinery.lookup import Lookup
from kubesim.machinery.options import AdmissionAttributes

_ANNOTATION = "scheduler.alpha.kubernetes.io/node-selector"


class PodNodeSelector:
    """The PodNodeSelector plug-in."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    def __call__(self, write: AdmissionAttributes) -> None:
        """Merge the namespace's selector into a new pod. Raises `StatusError` on a contradiction."""
        about = (write.verb, write.group, write.plural, write.subresource)
        if write.obj is None or about != ("create", "", "pods", ""):
            return
        namespace = self._lookup.get("", "namespaces", "", write.namespace) or {}
        wanted = _labels(((namespace.get("metadata") or {}).get("annotations") or {}).get(_ANNOTATION, ""))
        own = write.obj["spec"].get("nodeSelector") or {}
        if any(own.get(key, value) != value for key, value in wanted.items()):
            why = "pod node label selector conflicts with its namespace node label selector"
            raise forbidden(write.group, write.plural, write.name, why)
        if wanted:
            write.obj["spec"]["nodeSelector"] = {**wanted, **own}


def _labels(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in text.split(",") if text else ():
        key, equals, value = (word.strip() for word in part.partition("="))
        if not equals or "=" in value:
            raise server_error(f"invalid selector: {[part]}")
        if problems := validation.label_key_problems(key) or validation.label_value_problems(value):
            raise server_error(f"invalid label {'key' if key else 'value'}: {problems}")
        found[key] = value
    return found
