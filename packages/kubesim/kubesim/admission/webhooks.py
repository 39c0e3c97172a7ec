"""Asking admission webhooks about writes that themselves never wait.

A write that a webhook has to be asked about is tried, and breaks off with `Unanswered`; whoever can wait
asks the webhook (`calling`), notes the answer in the write's `Consultation`, and tries the write again,
on what the server holds by then. So a webhook is asked again exactly when what it judged has changed, as
the real server does. Writes outside a consultation, those of the server itself, ask nobody.
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
from kubesim.machinery.options import Attributes
from kubesim.patch.json_patch import json_patch
from kubesim.storage.log import Change, Log, Object

_OPERATIONS = {"create": "CREATE", "update": "UPDATE", "delete": "DELETE", "connect": "CONNECT"}


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask one webhook; ``failure`` says why nobody can be reached, if that is known."""

    hook: Hook
    mutating: bool
    key: bytes
    uid: str
    request: Object
    failure: str = ""


class Unanswered(Exception):
    """A write waits for what webhooks say about it."""

    def __init__(self, questions: Sequence[Question]) -> None:
        super().__init__(f"{len(questions)} webhooks have to be asked first")
        self.questions = questions


@dataclass(slots=True)
class Consultation:
    """What webhooks have said about one write so far."""

    answers: dict[bytes, Verdict] = field(default_factory=dict)
    warnings: dict[str, None] = field(default_factory=dict)
    prepared: dict[bytes, Object] = field(default_factory=dict)
    """New objects as they were when webhooks were asked about them, with their names and uids."""


class Webhooks:
    """The webhooks of one server."""

    def __init__(self, log: Log, kinds: Kinds) -> None:
        self._log, self._kinds = log, kinds
        self._mutating: tuple[Hook, ...] = ()
        self._validating: tuple[Hook, ...] = ()
        self._consultation: Consultation | None = None
        log.observers.append(self._changed)
        self._read()

    @property
    def are_configured(self) -> bool:
        """Whether there is any webhook at all."""
        return bool(self._mutating or self._validating)

    @contextlib.contextmanager
    def answering(self, consultation: Consultation | None) -> Iterator[None]:
        """Let the writes inside the block, which may not await, use what webhooks said; None asks nobody."""
        before, self._consultation = self._consultation, consultation
        try:
            yield
        finally:
            self._consultation = before

    def mutated(self, kind: Kind, write: Attributes) -> Object | None:
        """The object as webhooks change it, None when they leave it alone.

        Raises `Unanswered`, and `ApiError` as `approve` does.
        """
        consultation = self._consultation
        if consultation is None or not self._mutating or write.group == GROUP:
            return None
        obj, asked_again, changed_after = write.obj, list[Hook](), set[str]()
        for hook in self._mutating:
            new = self._mutated_by(hook, kind, write, obj, consultation)
            if new is not obj:
                changed_after.update(one.key for one in asked_again)
                obj = new
            if hook.reinvoked:
                asked_again.append(hook)
        for hook in asked_again:
            if hook.key in changed_after:
                obj = self._mutated_by(hook, kind, write, obj, consultation)
        return None if obj is write.obj else obj

    def approve(self, kind: Kind, write: Attributes) -> None:
        """Raise `Unanswered`, and `ApiError` when a webhook refuses the write or should have been heard."""
        consultation = self._consultation
        if consultation is None or not self._validating or write.group == GROUP:
            return
        questions, waiting = [], []
        for hook in self._validating:
            question = self._question(hook, kind, write, write.obj, mutating=False)
            if question is not None:
                questions.append(question)
                if question.key not in consultation.answers:
                    waiting.append(question)
        if waiting:
            raise Unanswered(waiting)
        for question in questions:
            self._judged(question, consultation)

    def key(self, obj: Object) -> bytes:
        """What a new object is known by when its write is tried again; "" when nobody is asked."""
        return _digest(obj) if self._consultation is not None and self._validating else b""

    def taken_up(self, key: bytes) -> Object | None:
        """What was made of the new object of this key when its write was tried before."""
        return self._consultation.prepared.pop(key, None) if self._consultation else None

    @contextlib.contextmanager
    def keeping(self, key: bytes, prepared: Object) -> Iterator[None]:
        """Keep what was made of a new object for when the write in the block is tried again."""
        try:
            yield
        except Unanswered:
            if self._consultation is not None:
                self._consultation.prepared[key] = prepared
            raise

    def _mutated_by(
        self, hook: Hook, kind: Kind, write: Attributes, obj: Object | None, consultation: Consultation
    ) -> Object | None:
        question = self._question(hook, kind, write, obj, mutating=True)
        if question is None:
            return obj
        if question.key not in consultation.answers:
            raise Unanswered([question])
        verdict = self._judged(question, consultation)
        try:
            operations = msgspec.json.decode(verdict.patch or b"[]")
            if not operations:
                return obj
            if obj is None:
                raise internal_error(
                    f'admission webhook "{hook.name}" attempted to modify the object, which is not supported'
                    " for this operation"
                )
            new = json_patch(question.request["object"], operations)
            if new == question.request["object"]:
                return obj
            return self._redone(kind, write, new)
        except StatusError as error:
            raise internal_error(error.status.message.removeprefix("Internal error occurred: ")) from None
        except ValueError as error:
            raise internal_error(str(error)) from None

    def _redone(self, kind: Kind, write: Attributes, new: Object) -> Object:
        """A changed object as the server holds objects: decoded, and with defaults."""
        if write.spoken:
            return new
        version = str(new.get("apiVersion", "")).rpartition("/")[2]
        decoded = kind.decode(new, version if version in kind.resource.versions else kind.storage_version)
        decoded = {**decoded, "kind": kind.kind, "apiVersion": kind.storage_api_version}
        decoded["metadata"] = dict(decoded.get("metadata") or {})
        kind.default(decoded)
        return decoded

    def _judged(self, question: Question, consultation: Consultation) -> Verdict:
        hook, verdict = question.hook, consultation.answers[question.key]
        if verdict.failure:
            if hook.ignores_failures:
                return Verdict(allowed=True)
            raise internal_error(f'failed calling webhook "{hook.name}": {verdict.failure}')
        consultation.warnings.update(dict.fromkeys(verdict.warnings))
        if not verdict.allowed:
            raise refused(hook.name, verdict.status)
        return verdict

    def _question(
        self, hook: Hook, kind: Kind, write: Attributes, obj: Object | None, *, mutating: bool
    ) -> Question | None:
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
        return Question(hook, mutating, key, uid, made, self._failure(hook))

    def _selects(self, hook: Hook, write: Attributes, obj: Object | None, *, is_namespace: bool) -> bool:
        if hook.namespaces.requirements and (is_namespace or write.namespace):
            labels = self._namespace_labels(write, obj, is_namespace=is_namespace)
            if not hook.namespaces.matches(labels):
                return False
        objects = [one for one in (obj, write.old) if one is not None]
        return not hook.objects.requirements or any(
            hook.objects.matches(one.get("metadata", {}).get("labels") or {}) for one in objects
        )

    def _namespace_labels(self, write: Attributes, obj: Object | None, *, is_namespace: bool) -> Object:
        """The labels that a namespaceSelector is about: a namespace is judged by its own."""
        found = obj if is_namespace and not write.subresource else None
        kind = self._kinds.find("", "namespaces")
        if found is None and kind is not None:
            record = self._log.get(kind.ref("", write.name if is_namespace else write.namespace))
            found = record.object if record else write.old
        labels: Object = ((found or {}).get("metadata") or {}).get("labels") or {}
        return labels

    def _failure(self, hook: Hook) -> str:
        """Why a webhook behind a Service is not reached: nothing answers inside a simulated cluster."""
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
            self._read()

    def _read(self) -> None:
        def found(plural: str) -> tuple[Hook, ...]:
            return tuple(hook for record in self._log.list(GROUP, plural) for hook in hooks_of(record.object))

        self._mutating, self._validating = found(MUTATING), found(VALIDATING)


def _targets(kind: Kind, write: Attributes) -> list[Target]:
    """What a write is about in each version that is served, its own first."""
    own = write.version or kind.storage_version
    versions = [own, *(version for version in kind.resource.versions if version != own)]
    return [
        Target(
            kind.group,
            version,
            kind.plural,
            write.subresource,
            write.spoken or (kind.group, version, kind.kind),
        )
        for version in versions
    ]


def _digest(obj: Object) -> bytes:
    return hashlib.sha256(msgspec.json.encode(obj, order="deterministic")).digest()
