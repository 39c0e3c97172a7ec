"""Authentication, authorization, and the admission that depends on them, for one API server.

`Security` also answers reviews, token requests and approvals. The HTTP filter calls its `authenticator`
and `authorizer` before every request.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from apimachinery.errors import StatusCause
from apimachinery.resources import Resource
from kubesim.admission.node_restriction import NodeRestriction
from kubesim.admission.pod_node_selector import PodNodeSelector
from kubesim.authentication import tokens
from kubesim.authentication.authenticator import Authenticator
from kubesim.authorization import bootstrap_policy, escalation, reviews
from kubesim.authorization.authorizer import Authorizer
from kubesim.certificates import signing
from kubesim.certificates.authority import Authority
from kubesim.errors import statuses
from kubesim.machinery.calls import Call
from kubesim.machinery.lookup import RBAC_GROUP, Object
from kubesim.machinery.options import AdmissionAttributes
from kubesim.machinery.users import SYSTEM, UserInfo
from kubesim.registry.server import Server
from kubesim.subresources import standard

SIGNING_REQUESTS = Resource(signing.GROUP, signing.PLURAL, "CertificateSigningRequest", False, ("v1",))
_AUTHORIZATION = "authorization.k8s.io"


class ServerLookup:
    """`Lookup` on an API server's log."""

    def __init__(self, server: Server) -> None:
        self._log = server.log
        self._kinds = server.kinds
        self._revisions: dict[tuple[str, str], int] = {}
        server.log.observers.append(
            lambda change: self._revisions.__setitem__(change.record.ref[:2], change.record.revision)
        )

    def get(self, group: str, plural: str, namespace: str, name: str) -> Object | None:
        """One object, or None."""
        kind = self._kinds.find(group, plural)
        record = self._log.get(kind.ref(namespace, name)) if kind else None
        return record.object if record else None

    def list(self, group: str, plural: str, namespace: str = "") -> Iterable[Object]:
        """The objects of a kind."""
        return [record.object for record in self._log.list(group, plural, namespace)]

    def revision(self, group: str, plural: str) -> int:
        """The revision of the last write to this kind since the start, 1 for none."""
        return self._revisions.get((group, plural), 1)


class Security:
    """The security of one API server. ``static`` are tokens that never expire (--token-auth-file)."""

    def __init__(
        self, server: Server, authority: Authority, key: tokens.TokenKey, static: Mapping[str, UserInfo]
    ) -> None:
        self.authority, self.key = authority, key
        self._server = server
        self.lookup = ServerLookup(server)
        self.authorizer = Authorizer(self.lookup)
        self.authenticator = Authenticator(self.lookup, key, server.clock, static)
        server.early_admission.append(NodeRestriction(self.lookup))
        server.early_admission.append(PodNodeSelector(self.lookup))
        server.admission.append(self._admit)
        review = {
            "selfsubjectaccessreviews": self._self_access,
            "subjectaccessreviews": self._access,
            "localsubjectaccessreviews": self._access,
            "selfsubjectrulesreviews": self._self_rules,
        }
        for plural, handler in review.items():
            server.handlers[_AUTHORIZATION, plural, ""] = handler
        server.handlers["authentication.k8s.io", "tokenreviews", ""] = self._token_review
        server.handlers["", "serviceaccounts", "token"] = self._token_request
        server.handlers[signing.GROUP, signing.PLURAL, "approval"] = self._approve

    def bootstrap(self, *, kubeadm: bool = True) -> None:
        """Create the missing bootstrap roles and bindings."""
        for obj in [*bootstrap_policy.defaults(), *(bootstrap_policy.kubeadm() if kubeadm else ())]:
            plural = f"{obj['kind'].lower()}s"
            kind = self._server.kinds.find(RBAC_GROUP, plural)
            namespace = obj["metadata"].get("namespace", "")
            if kind is not None and self._server.find(kind, namespace, obj["metadata"]["name"]) is None:
                self._server.create(kind, namespace, obj)

    def _admit(self, write: AdmissionAttributes) -> None:
        """Admission rules that depend on the user: RBAC escalation and CertificateSigningRequests."""
        if write.group == RBAC_GROUP and write.obj is not None:
            escalation.check(self.authorizer, self.lookup, write.user, write.plural, write.obj, old=write.old)
        elif (write.group, write.plural) == (signing.GROUP, signing.PLURAL) and write.obj is not None:
            if write.verb == "create":
                self._admit_request(write.obj, write.user)
            elif write.subresource == "status" and write.user != SYSTEM:
                self._admit_status(write)

    def _admit_request(self, csr: Object, user: UserInfo) -> None:
        csr.update(signing.requested_by(csr, user))
        signing.check_subject(csr)
        self._refuse(csr["metadata"]["name"], signing.problems(csr))

    def _admit_status(self, write: AdmissionAttributes) -> None:
        """Require the right to sign for a changed certificate, and keep the decision unchanged."""
        old, new = write.old or {}, write.obj or {}
        if (new.get("status") or {}).get("certificate") != (old.get("status") or {}).get("certificate"):
            signing.check_signer(self.authorizer, write.user, old, "sign")
        self._refuse(write.name, signing.status_problems(old, new))

    @staticmethod
    def _refuse(name: str, problems: Sequence[StatusCause]) -> None:
        if problems:
            raise statuses.invalid(signing.GROUP, SIGNING_REQUESTS.kind, name, problems)

    def _approve(self, call: Call) -> Object:
        """GET and PUT of certificatesigningrequests/approval, with the right to approve for the signer."""
        if call.verb == "get" or call.obj is None:
            return standard.approve(self._server, call)
        old = self._server.get(SIGNING_REQUESTS, "", call.name)
        signing.check_signer(self.authorizer, call.options.user, old, "approve")
        self._refuse(call.name, signing.condition_problems(old, call.obj))
        decided = dataclasses.replace(call, options=dataclasses.replace(call.options, user=SYSTEM))
        return standard.approve(self._server, decided)

    def _self_access(self, call: Call) -> Object:
        return reviews.self_subject_access(self.authorizer, call.options.user, call.obj or {})

    def _access(self, call: Call) -> Object:
        return reviews.subject_access(self.authorizer, call.obj or {}, call.namespace)

    def _self_rules(self, call: Call) -> Object:
        return reviews.self_subject_rules(self.authorizer, call.options.user, call.obj or {})

    def _token_review(self, call: Call) -> Object:
        return self.authenticator.review(call.obj or {})

    def _token_request(self, call: Call) -> Object:
        now = self._server.clock.now()
        return tokens.request(self.key, self.lookup, (call.namespace, call.name), call.obj or {}, now)
