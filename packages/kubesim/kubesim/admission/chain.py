"""The admission chain: mutating plug-ins, mutating webhooks, validating plug-ins, validating webhooks, quota.

The mutating half runs before a new object gets its name and is validated; validating webhooks run after
that, LimitRange and ResourceQuota last.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from kubesim.admission.webhooks import Webhooks
from kubesim.machinery.kinds import Kind
from kubesim.machinery.options import AdmissionAttributes, DeleteOptions, WriteOptions
from kubesim.storage.log import Object

Admission = Callable[[AdmissionAttributes], None]
"""A plug-in: raises a `StatusError` to reject a write; mutating ones change its object in place."""


class Chain:
    """The admission chain of one API server."""

    def __init__(self, webhooks: Webhooks) -> None:
        self.webhooks = webhooks
        self.early: list[Admission] = []
        self.plugins: list[Admission] = []
        self.late: list[Admission] = []

    def mutated(  # noqa: PLR0917
        self, kind: Kind, subresource: str, namespace: str, name: str,
        obj: Object | None, old: Object | None, options: WriteOptions | DeleteOptions,
    ) -> Object:  # fmt: skip
        """The object after the mutating plug-ins and webhooks. Raises `StatusError`."""
        verb = "delete" if obj is None else "create" if old is None else "update"
        write = _write(verb, kind, subresource, namespace, name, obj, old, options)
        for admission in self.early:
            admission(write)
        return self.webhooks.mutated(kind, write) or obj or {}

    def check(  # noqa: PLR0917
        self, verb: str, kind: Kind, subresource: str, namespace: str, name: str,
        obj: Object | None, old: Object | None, options: WriteOptions | DeleteOptions,
    ) -> None:  # fmt: skip
        """Run the validating plug-ins. Raises `StatusError`."""
        write = _write(verb, kind, subresource, namespace, name, obj, old, options)
        for admission in self.plugins:
            admission(write)

    def approve(  # noqa: PLR0917
        self, verb: str, kind: Kind, subresource: str, namespace: str, name: str,
        obj: Object | None, old: Object | None, options: WriteOptions | DeleteOptions,
    ) -> None:  # fmt: skip
        """Run the validating webhooks, then the late plug-ins. Raises `StatusError`."""
        write = _write(verb, kind, subresource, namespace, name, obj, old, options)
        self.webhooks.approve(kind, write)
        for admission in self.late:
            admission(write)

    def admit(self, kind: Kind, write: AdmissionAttributes) -> Object:
        """The body of a subresource request after admission. Raises `StatusError`."""
        for admission in self.early:
            admission(write)
        obj = self.webhooks.mutated(kind, write) or write.obj or {}
        self.webhooks.approve(kind, dataclasses.replace(write, obj=obj))
        return obj


def _write(  # noqa: PLR0917
    verb: str, kind: Kind, subresource: str, namespace: str, name: str,
    obj: Object | None, old: Object | None, options: WriteOptions | DeleteOptions,
) -> AdmissionAttributes:  # fmt: skip
    version = options.version if isinstance(options, WriteOptions) else ""
    return AdmissionAttributes(
        verb, kind.group, kind.plural, subresource, namespace, name, obj, old, options.user, options, version
    )
