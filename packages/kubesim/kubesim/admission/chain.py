"""Everybody who is asked about a write, in order: those who may change it, its kind's rules, the rest.

Early plugins and mutating webhooks come before a new object gets its name and is validated; validating
webhooks come after, LimitRange and quota last.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from kubesim.admission.webhooks import Webhooks
from kubesim.machinery.kinds import Kind
from kubesim.machinery.options import Attributes, DeleteOptions, WriteOptions
from kubesim.storage.log import Object

Admission = Callable[[Attributes], None]
"""Raises an `ApiError` to refuse a write; early ones may change its object in place."""


class Chain:
    """The admission of one server."""

    def __init__(self, webhooks: Webhooks) -> None:
        self.webhooks = webhooks
        self.early: list[Admission] = []
        self.plugins: list[Admission] = []
        self.late: list[Admission] = []

    def mutated(  # noqa: PLR0917
        self, kind: Kind, subresource: str, namespace: str, name: str,
        obj: Object | None, old: Object | None, options: WriteOptions | DeleteOptions,
    ) -> Object:  # fmt: skip
        """The object after everybody who may change it has. Raises `ApiError`."""
        verb = "delete" if obj is None else "create" if old is None else "update"
        write = _write(verb, kind, subresource, namespace, name, obj, old, options)
        for admission in self.early:
            admission(write)
        return self.webhooks.mutated(kind, write) or obj or {}

    def check(  # noqa: PLR0917
        self, verb: str, kind: Kind, subresource: str, namespace: str, name: str,
        obj: Object | None, old: Object | None, options: WriteOptions | DeleteOptions,
    ) -> None:  # fmt: skip
        """Ask those who know rules about single kinds. Raises `ApiError`."""
        write = _write(verb, kind, subresource, namespace, name, obj, old, options)
        for admission in self.plugins:
            admission(write)

    def approve(  # noqa: PLR0917
        self, verb: str, kind: Kind, subresource: str, namespace: str, name: str,
        obj: Object | None, old: Object | None, options: WriteOptions | DeleteOptions,
    ) -> None:  # fmt: skip
        """Ask those who look at the whole object and change nothing. Raises `ApiError`."""
        write = _write(verb, kind, subresource, namespace, name, obj, old, options)
        self.webhooks.approve(kind, write)
        for admission in self.late:
            admission(write)

    def admit(self, kind: Kind, write: Attributes) -> Object:
        """What a request to a part of an object brings, as it is let through. Raises `ApiError`."""
        for admission in self.early:
            admission(write)
        obj = self.webhooks.mutated(kind, write) or write.obj or {}
        self.webhooks.approve(kind, dataclasses.replace(write, obj=obj))
        return obj


def _write(  # noqa: PLR0917
    verb: str, kind: Kind, subresource: str, namespace: str, name: str,
    obj: Object | None, old: Object | None, options: WriteOptions | DeleteOptions,
) -> Attributes:  # fmt: skip
    version = options.version if isinstance(options, WriteOptions) else ""
    return Attributes(
        verb, kind.group, kind.plural, subresource, namespace, name, obj, old, options.user, options, version
    )
