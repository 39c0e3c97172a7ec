"""Admission webhooks of writes that never wait themselves.

A write that needs an answer raises `WebhooksPending`. The caller asks `webhook_client` for it, stores
the answers in the write's `WebhookAnswers`, and tries again on the then current objects. So a webhook is
called again exactly when its input has changed, as in the real API server. Writes outside `answering`,
those of the server itself, call none.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from apimachinery.errors import StatusError
from kubesim.admission.hooks import GROUP, MUTATING, VALIDATING, Hook, Target, hooks_of
from kubesim.admission.review import Verdict, no_dry_run, refused, request
from kubesim.errors.statuses import internal_error
from kubesim.machinery.kinds import Kind, Kinds
from kubesim.machinery.options import AdmissionAttributes
from kubesim.patch.json_patch import json_patch
from kubesim.storage.log import Change, Log, Object

_OPERATIONS = {"create": "CREATE", "update": "UPDATE", "delete": "DELETE", "connect": "CONNECT"}


@dataclass(frozen=True, slots=True)
class WebhookCall:
    """One call of one webhook; ``failure`` says why it cannot be reached, if that is known."""

    hook: Hook
    mutating: bool
    key: bytes
    uid: str
    request: Object
    failure: str = ""


class WebhooksPending(Exception):
    """A write needs answers of webhooks first."""

    def __init__(self, calls: Sequence[WebhookCall]) -> None:
        super().__init__(f"{len(calls)} webhooks have to be called first")
        self.calls = calls


@dataclass(slots=True)
class WebhookAnswers:
    """The answers of webhooks to one write so far."""

    verdicts: dict[bytes, Verdict] = field(default_factory=dict)
    warnings: dict[str, None] = field(default_factory=dict)
    prepared: dict[bytes, Object] = field(default_factory=dict)
    """New objects with their names and uids, by the key of the write that created them."""


class Webhooks:
    """The webhooks of one API server."""

    def __init__(self, log: Log, kinds: Kinds) -> None:
        self._log, self._kinds = log, kinds
        self._mutating: tuple[Hook, ...] = ()
        self._validating: tuple[Hook, ...] = ()
        self._answers: WebhookAnswers | None = None
        log.observers.append(self._changed)
        self._load()

    @property
    def are_configured(self) -> bool:
        """Whether any webhook is configured."""
        return bool(self._mutating or self._validating)

    @contextlib.contextmanager
    def answering(self, answers: WebhookAnswers | None) -> Iterator[None]:
        """Use these answers for the writes in the block, which must not await; None calls no webhook."""
        before, self._answers = self._answers, answers
        try:
            yield
        finally:
            self._answers = before

    def mutated(self, kind: Kind, write: AdmissionAttributes) -> Object | None:
        """The object as the mutating webhooks change it, None for no change.

        Raises `WebhooksPending`, and `StatusError` as `approve` does.
        """
        answers = self._answers
        if answers is None or not self._mutating or write.group == GROUP:
            return None
        obj, asked_again, changed_after = write.obj, list[Hook](), set[str]()
        for hook in self._mutating:
            new = self._mutated_by(hook, kind, write, obj, answers)
            if new is not obj:
                changed_after.update(one.key for one in asked_again)
                obj = new
            if hook.reinvoked:
                asked_again.append(hook)
        for hook in asked_again:
            if hook.key in changed_after:
                obj = self._mutated_by(hook, kind, write, obj, answers)
        return None if obj is write.obj else obj

    def approve(self, kind: Kind, write: AdmissionAttributes) -> None:
        """Raise `WebhooksPending`; raise `StatusError` when a webhook denies the write or fails."""
        answers = self._answers
        if answers is None or not self._validating or write.group == GROUP:
            return
        calls, waiting = [], []
        for hook in self._validating:
            call = self._call(hook, kind, write, write.obj, mutating=False)
            if call is not None:
                calls.append(call)
                if call.key not in answers.verdicts:
                    waiting.append(call)
        if waiting:
            raise WebhooksPending(waiting)
        for call in calls:
            self._judged(call, answers)

    def key(self, obj: Object) -> bytes:
        """The key of a new object between attempts of its write; "" outside `answering`."""
        return _digest(obj) if self._answers is not None and self._validating else b""

    def prepared_object(self, key: bytes) -> Object | None:
        """The new object of this key from an earlier attempt, or None."""
        return self._answers.prepared.pop(key, None) if self._answers else None

    @contextlib.contextmanager
    def keep_prepared(self, key: bytes, prepared: Object) -> Iterator[None]:
        """Store a new object for later attempts of its write."""
        try:
            yield
        except WebhooksPending:
            if self._answers is not None:
                self._answers.prepared[key] = prepared
            raise

    def _mutated_by(
        self, hook: Hook, kind: Kind, write: AdmissionAttributes, obj: Object | None, answers: WebhookAnswers
    ) -> Object | None:
        call = self._call(hook, kind, write, obj, mutating=True)
        if call is None:
            return obj
        if call.key not in answers.verdicts:
            raise WebhooksPending([call])
        verdict = self._judged(call, answers)
        try:
            operations = msgspec.json.decode(verdict.patch or b"[]")
            if not operations:
                return obj
            if obj is None:
                raise internal_error(
                    f'admission webhook "{hook.name}" attempted to modify the object, which is not supported'
                    " for this operation"
                )
            new = json_patch(call.request["object"], operations)
            if new == call.request["object"]:
                return obj
            return self._decoded(kind, write, new)
        except StatusError as error:
            raise internal_error(error.status.message.removeprefix("Internal error occurred: ")) from None
        except ValueError as error:
            raise internal_error(str(error)) from None

    def _decoded(self, kind: Kind, write: AdmissionAttributes, new: Object) -> Object:
        """A mutated object, decoded and defaulted."""
        if write.body_kind:
            return new
        version = str(new.get("apiVersion", "")).rpartition("/")[2]
        decoded = kind.decode(new, version if version in kind.resource.versions else kind.storage_version)
        decoded = {**decoded, "kind": kind.kind, "apiVersion": kind.storage_api_version}
        decoded["metadata"] = dict(decoded.get("metadata") or {})
        kind.default(decoded)
        return decoded

    def _judged(self, call: WebhookCall, answers: WebhookAnswers) -> Verdict:
        hook, verdict = call.hook, answers.verdicts[call.key]
        if verdict.failure:
            if hook.ignores_failures:
                return Verdict(allowed=True)
            raise internal_error(f'failed calling webhook "{hook.name}": {verdict.failure}')
        answers.warnings.update(dict.fromkeys(verdict.warnings))
        if not verdict.allowed:
            raise refused(hook.name, verdict.status)
        return verdict

    def _call(
        self, hook: Hook, kind: Kind, write: AdmissionAttributes, obj: Object | None, *, mutating: bool
    ) -> WebhookCall | None:
        operation = _OPERATIONS[write.verb]
        targets = _targets(kind, write)
        is_namespace = (write.group, write.plural) == ("", "namespaces")
        target = hook.target(operation, targets, namespaced=bool(write.namespace) and not is_namespace)
        if target is None or not self._selects(hook, write, obj, is_namespace=is_namespace):
            return None
        if write.options.dry_run and not hook.dry_runs:
            raise no_dry_run(hook)
        name = write.name
        place = (name if is_namespace else write.namespace, name)
        uid = str(uuid.uuid4())
        made = request(uid, operation, target, targets[0], place, obj, write.old, write.options)
        key = _digest({**made, "uid": f"{hook.key}/{mutating}"})
        return WebhookCall(hook, mutating, key, uid, made, self._failure(hook))

    def _selects(
        self, hook: Hook, write: AdmissionAttributes, obj: Object | None, *, is_namespace: bool
    ) -> bool:
        if hook.namespaces.requirements and (is_namespace or write.namespace):
            labels = self._namespace_labels(write, obj, is_namespace=is_namespace)
            if not hook.namespaces.matches(labels):
                return False
        objects = [one for one in (obj, write.old) if one is not None]
        return not hook.objects.requirements or any(
            hook.objects.matches(one.get("metadata", {}).get("labels") or {}) for one in objects
        )

    def _namespace_labels(
        self, write: AdmissionAttributes, obj: Object | None, *, is_namespace: bool
    ) -> Object:
        """The labels that a namespaceSelector matches; for a namespace, its own."""
        found = obj if is_namespace and not write.subresource else None
        kind = self._kinds.find("", "namespaces")
        if found is None and kind is not None:
            record = self._log.get(kind.ref("", write.name if is_namespace else write.namespace))
            found = record.object if record else write.old
        labels: Object = ((found or {}).get("metadata") or {}).get("labels") or {}
        return labels

    def _failure(self, hook: Hook) -> str:
        """The error of a webhook with a Service: nothing answers inside a simulated cluster."""
        if hook.url:
            return ""
        namespace, name, _, port = hook.service
        kind = self._kinds.find("", "services")
        record = self._log.get(kind.ref(namespace, name)) if kind else None
        if record is None:
            return f'Post "{hook.address}": service {json.dumps(name)} not found'
        address = record.object["spec"].get("clusterIP", "")
        return f'Post "{hook.address}": dial tcp {address}:{port}: connect: connection refused'

    def _changed(self, change: Change) -> None:
        if change.record.ref.group == GROUP:
            self._load()

    def _load(self) -> None:
        def found(plural: str) -> tuple[Hook, ...]:
            return tuple(hook for record in self._log.list(GROUP, plural) for hook in hooks_of(record.object))

        self._mutating, self._validating = found(MUTATING), found(VALIDATING)


def _targets(kind: Kind, write: AdmissionAttributes) -> list[Target]:
    """The targets of a write in every served version, its own first."""
    own = write.version or kind.storage_version
    versions = [own, *(version for version in kind.resource.versions if version != own)]
    return [
        Target(
            kind.group,
            version,
            kind.plural,
            write.subresource,
            write.body_kind or (kind.group, version, kind.kind),
        )
        for version in versions
    ]


def _digest(obj: Object) -> bytes:
    return hashlib.sha256(msgspec.json.encode(obj, order="deterministic")).digest()
