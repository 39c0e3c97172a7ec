"""Admission webhooks: who is asked, what, and what becomes of the answer."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from tests.conformance.golden import Golden, stable
from tests.conformance.servers.asking import wait_for
from tests.conformance.servers.targets import MERGE, Answer, Json, Target, unique
from tests.conformance.servers.webhook_server import Webhook, allow, patch, webhook

_GROUP = "/apis/admissionregistration.k8s.io/v1"
MUTATING, VALIDATING = f"{_GROUP}/mutatingwebhookconfigurations", f"{_GROUP}/validatingwebhookconfigurations"


@pytest.fixture(scope="module")
def hook() -> Iterator[Webhook]:
    """A webhook server."""
    with webhook() as served:
        yield served


@pytest.fixture
def labelled(api: Target) -> Iterator[str]:
    """A namespace with webhooks that concern nobody else."""
    name = unique()
    api.create("/api/v1/namespaces", {"metadata": {"name": name, "labels": {"webhooks": name}}})
    yield name
    api.ask("DELETE", f"/api/v1/namespaces/{name}")


class Configured:
    """Webhooks of a test, which only writes in its namespace concern."""

    def __init__(self, api: Target, hook: Webhook, namespace: str) -> None:
        self.api, self.hook, self.namespace = api, hook, namespace
        self.config_maps = f"/api/v1/namespaces/{namespace}/configmaps"
        self._made: list[str] = []

    def rule(self, *resources: str, operations: Json = ("*",), groups: Json = ("*",)) -> Json:
        """A rule about resources in any version."""
        return {
            "operations": [*operations],
            "apiGroups": [*groups],
            "apiVersions": ["*"],
            "resources": [*resources],
        }

    def webhook(self, client: Json, **more: Json) -> Json:
        """A webhook, about ConfigMaps unless told otherwise."""
        return {
            "name": f"{unique()}.example.com",
            "clientConfig": client,
            "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
            "namespaceSelector": {"matchLabels": {"webhooks": self.namespace}},
            "rules": [self.rule("configmaps", groups=[""])],
            **more,
        }

    def configure(self, base: str, *webhooks: Json) -> None:
        """Write a configuration, and return when the server heeds it."""
        name = unique()
        heard = self.hook.at(f"heard-{name}", lambda _: {"allowed": True, "warnings": [name]})
        mark = self.webhook(
            {"url": heard, "caBundle": self.hook.ca_bundle},
            rules=[self.rule("configmaps", operations=["DELETE"], groups=[""])],
        )
        body = {"metadata": {"name": name}, "webhooks": [*webhooks, mark]}
        self._made.append(f"{base}/{name}")
        self.api.create(base, body)
        probe = f"probe-{name}"

        def is_heeded() -> bool:
            with contextlib.suppress(AssertionError):
                self.api.create(self.config_maps, {"metadata": {"name": probe}})
            self.api.ask("DELETE", f"{self.config_maps}/{probe}")
            return bool(self.hook.asked[f"heard-{name}"])

        wait_for(is_heeded)

    def write(self, name: str = "written", **more: Json) -> Answer:
        """Create a ConfigMap."""
        return self.api.ask("POST", self.config_maps, {"metadata": {"name": name}, **more})

    def forget(self) -> None:
        """Delete the configurations."""
        for path in self._made:
            self.api.ask("DELETE", path)


@pytest.fixture
def configured(api: Target, hook: Webhook, labelled: str) -> Iterator[Configured]:
    """Webhooks for a test, gone afterwards."""
    made = Configured(api, hook, labelled)
    yield made
    made.forget()


def judge(
    configured: Configured, respond: Callable[[Json], Json], base: str = VALIDATING, **more: Json
) -> Answer:
    """What creating a ConfigMap answers when the webhook responds so to it."""
    path = unique()

    def answer(request: Json) -> Json:
        return respond(request) if request.get("name") == "written" else {"allowed": True}

    configured.hook.at(path, answer)
    configured.configure(base, configured.webhook(configured.hook.client(path), **more))
    return configured.write()


def test_a_refusal_carries_the_webhooks_words_code_and_reason(configured: Configured) -> None:
    status = {"message": "not on this node", "code": 403, "reason": "Forbidden"}
    answer = judge(configured, lambda _: {"allowed": False, "status": status})
    assert (answer.code, answer.body["reason"]) == (403, "Forbidden")
    assert answer.message.startswith('admission webhook "')
    assert answer.message.endswith('.example.com" denied the request: not on this node')
    assert configured.api.ask("GET", f"{configured.config_maps}/written").code == 404


def test_a_refusal_without_a_word_is_a_400(configured: Configured) -> None:
    answer = judge(configured, lambda _: {"allowed": False})
    assert answer.code == 400
    assert answer.message.endswith("denied the request without explanation")
    assert "reason" not in answer.body


def test_a_webhook_hears_everything_about_a_write(configured: Configured) -> None:
    asked = configured.hook.at("everything", allow)
    configured.configure(
        VALIDATING, configured.webhook({"url": asked, "caBundle": configured.hook.ca_bundle})
    )
    made = configured.api.create(
        f"{configured.config_maps}?fieldManager=me", {"metadata": {"generateName": "x-"}, "data": {"a": "1"}}
    )
    name = made["metadata"]["name"]
    place = f"{configured.config_maps}/{name}"
    assert configured.api.ask("PATCH", place, {"data": {"a": "2"}}, content_type=MERGE).code == 200
    assert configured.api.ask("DELETE", place, {"gracePeriodSeconds": 0}).code == 200
    requests = [one for one in configured.hook.requests("everything") if one["name"] == name]
    created, updated, deleted = requests
    assert [one["operation"] for one in requests] == ["CREATE", "UPDATE", "DELETE"]
    kind = {"group": "", "version": "v1", "kind": "ConfigMap"}
    resource = {"group": "", "version": "v1", "resource": "configmaps"}
    for one in requests:
        assert (one["kind"], one["requestKind"]) == (kind, kind)
        assert (one["resource"], one["requestResource"]) == (resource, resource)
        assert (one["namespace"], one["dryRun"]) == (configured.namespace, False)
        assert "subResource" not in one
        assert "system:masters" in one["userInfo"]["groups"]
    assert created["object"]["metadata"]["uid"] == made["metadata"]["uid"]
    assert created["object"]["data"] == {"a": "1"}
    assert created["oldObject"] is None
    meta = "meta.k8s.io/v1"
    assert created["options"] == {"kind": "CreateOptions", "apiVersion": meta, "fieldManager": "me"}
    assert (updated["oldObject"]["data"], updated["object"]["data"]) == ({"a": "1"}, {"a": "2"})
    assert updated["options"]["kind"] == "UpdateOptions"
    assert (deleted["object"], deleted["oldObject"]["data"]) == (None, {"a": "2"})
    assert deleted["options"] == {"kind": "DeleteOptions", "apiVersion": meta, "gracePeriodSeconds": 0}


def test_a_patch_changes_what_is_written_before_it_is_validated(configured: Configured) -> None:
    change = patch(
        {"op": "add", "path": "/metadata/labels", "value": {"seen": "yes"}},
        {"op": "add", "path": "/data", "value": {"a": "b"}},
    )
    answer = judge(configured, lambda _: change, MUTATING)
    assert answer.code == 201, answer.body
    assert answer.body["metadata"]["labels"] == {"seen": "yes"}
    assert answer.body["data"] == {"a": "b"}


def test_what_a_webhook_makes_of_an_object_is_validated(configured: Configured) -> None:
    change = patch({"op": "add", "path": "/metadata/labels", "value": {"seen": "not so!"}})
    answer = judge(configured, lambda _: change, MUTATING)
    assert answer.code == 422
    assert answer.causes[0][0] == "metadata.labels"


def test_a_validating_webhook_sees_what_a_mutating_one_has_made(configured: Configured) -> None:
    configured.hook.at("sees", allow)
    configured.configure(VALIDATING, configured.webhook(configured.hook.client("sees")))
    judge(configured, lambda _: patch({"op": "add", "path": "/data", "value": {"a": "b"}}), MUTATING)
    (seen,) = [one for one in configured.hook.requests("sees") if one["name"] == "written"]
    assert seen["object"]["data"] == {"a": "b"}


def test_a_mutating_webhook_is_asked_before_names_and_uids_are_made(configured: Configured) -> None:
    configured.hook.at("early", allow)
    configured.configure(MUTATING, configured.webhook(configured.hook.client("early")))
    configured.api.create(configured.config_maps, {"metadata": {"generateName": "early-"}})
    (seen,) = [
        one
        for one in configured.hook.requests("early")
        if (one["object"] or {}).get("metadata", {}).get("generateName") == "early-"
    ]
    assert "name" not in seen
    assert {"name", "uid"}.isdisjoint(seen["object"]["metadata"])


@pytest.mark.parametrize(
    ("respond", "why"),
    [
        (lambda _: 500, 'an error on the server ("unknown") has prevented the request from succeeding'),
        (lambda _: 404, "the server could not find the requested resource"),
        (lambda _: b"{}", "webhook response was absent"),
    ],
)
def test_an_answer_that_is_none_is_an_internal_error(
    configured: Configured, golden: Golden, respond: Callable[[Json], Json], why: str
) -> None:
    answer = judge(configured, respond)
    assert (answer.code, answer.body["reason"]) == (500, "InternalError")
    assert answer.message.startswith('Internal error occurred: failed calling webhook "')
    golden.says(answer.message.partition('.example.com": ')[2], why)


@contextlib.contextmanager
def silent_port(*, listening: bool) -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        if listening:
            taken.listen()
        yield taken.getsockname()[1]


@pytest.mark.parametrize("listening", [False, True])
def test_a_webhook_that_is_down_refuses_unless_failures_are_ignored(
    configured: Configured, golden: Golden, *, listening: bool
) -> None:
    with silent_port(listening=listening) as port:
        url = f"https://127.0.0.1:{port}/x"
        rules = [configured.rule("configmaps", operations=["CREATE"], groups=[""])]
        objects = {"matchLabels": {"down": "yes"}}
        down = configured.webhook({"url": url}, rules=rules, objectSelector=objects, timeoutSeconds=1)
        configured.configure(VALIDATING, down)
        began = time.monotonic()
        body = {"metadata": {"name": "down", "labels": {"down": "yes"}}}
        answer = configured.api.ask("POST", configured.config_maps, body)
        assert time.monotonic() - began < 8
        problem = "context deadline exceeded" if listening else (
            f"dial tcp 127.0.0.1:{port}: connect: connection refused"
        )  # fmt: skip
        assert answer.code == 500
        failed = f'failed calling webhook "{down["name"]}": Post "{url}?timeout=1s": {problem}'
        secrets = (down["name"], str(port))
        golden.says(stable(answer.message, *secrets), stable(f"Internal error occurred: {failed}", *secrets))
        assert configured.write("other").code == 201


def test_a_failure_that_is_ignored_lets_the_write_pass(configured: Configured) -> None:
    assert judge(configured, lambda _: 500, failurePolicy="Ignore").code == 201


def test_a_refusal_counts_even_if_failures_are_ignored(configured: Configured) -> None:
    assert judge(configured, lambda _: {"allowed": False}, failurePolicy="Ignore").code == 400


def test_a_certificate_of_another_authority_is_not_believed(configured: Configured) -> None:
    url = configured.hook.at("unknown", allow)
    rules = [configured.rule("configmaps", operations=["CREATE"], groups=[""])]
    objects = {"matchLabels": {"down": "yes"}}
    configured.configure(VALIDATING, configured.webhook({"url": url}, rules=rules, objectSelector=objects))
    body = {"metadata": {"name": "down", "labels": {"down": "yes"}}}
    answer = configured.api.ask("POST", configured.config_maps, body)
    assert answer.code == 500
    assert answer.message.endswith("x509: certificate signed by unknown authority")


def test_a_service_that_is_not_there_is_named(configured: Configured) -> None:
    service = {"namespace": configured.namespace, "name": "absent", "path": "/x"}
    rules = [configured.rule("configmaps", operations=["CREATE"], groups=[""])]
    objects = {"matchLabels": {"down": "yes"}}
    absent = configured.webhook({"service": service}, rules=rules, objectSelector=objects)
    configured.configure(VALIDATING, absent)
    body = {"metadata": {"name": "down", "labels": {"down": "yes"}}}
    answer = configured.api.ask("POST", configured.config_maps, body)
    assert answer.message.endswith(
        f'Post "https://absent.{configured.namespace}.svc:443/x?timeout=10s": service "absent" not found'
    )


def test_a_dry_run_asks_only_webhooks_without_side_effects(configured: Configured) -> None:
    configured.hook.at("dry", allow)
    configured.configure(
        VALIDATING, configured.webhook(configured.hook.client("dry"), sideEffects="NoneOnDryRun")
    )
    body = {"metadata": {"name": "dry"}}
    assert configured.api.ask("POST", f"{configured.config_maps}?dryRun=All", body).code == 201
    (asked,) = [one for one in configured.hook.requests("dry") if one["name"] == "dry"]
    assert asked["dryRun"] is True
    assert asked["options"]["dryRun"] == ["All"]


def test_a_subresource_is_its_own_matter(configured: Configured, api: Target) -> None:
    configured.hook.at("parts", allow)
    rules = [configured.rule("deployments/scale", groups=["apps"])]
    configured.configure(VALIDATING, configured.webhook(configured.hook.client("parts"), rules=rules))
    deployments = f"/apis/apps/v1/namespaces/{configured.namespace}/deployments"
    labels = {"app": "d"}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "c", "image": "i"}], "nodeSelector": {"no": "where"}},
    }
    spec = {"replicas": 0, "selector": {"matchLabels": labels}, "template": template}
    api.create(deployments, {"metadata": {"name": "d"}, "spec": spec})
    answer = api.ask("PATCH", f"{deployments}/d/scale", {"spec": {"replicas": 1}}, content_type=MERGE)
    assert answer.code == 200, answer.body
    # a controller may write between, and then the server asks again
    asked = configured.hook.requests("parts")[-1]
    assert (asked["subResource"], asked["requestSubResource"]) == ("scale", "scale")
    assert asked["kind"] == {"group": "autoscaling", "version": "v1", "kind": "Scale"}
    assert asked["resource"] == {"group": "apps", "version": "v1", "resource": "deployments"}
    assert (asked["operation"], asked["object"]["spec"]) == ("UPDATE", {"replicas": 1})


def test_a_controllers_pods_are_judged_too_and_its_events_say_so(configured: Configured, api: Target) -> None:
    configured.hook.at("pods", lambda _: {"allowed": False, "status": {"message": "no pods here"}})
    rules = [configured.rule("pods", operations=["CREATE"], groups=[""])]
    configured.configure(VALIDATING, configured.webhook(configured.hook.client("pods"), rules=rules))
    base, labels = f"/apis/apps/v1/namespaces/{configured.namespace}/replicasets", {"app": "r"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    spec = {"replicas": 2, "selector": {"matchLabels": labels}, "template": template}
    api.create(base, {"metadata": {"name": "r"}, "spec": spec})

    def told() -> list[str]:
        events = api.get(f"/api/v1/namespaces/{configured.namespace}/events")["items"]
        return [event["message"] for event in events if event["reason"] == "FailedCreate"]

    wait_for(lambda: bool(told()))
    assert told()[0].endswith("denied the request: no pods here")
    assert told()[0].startswith('Error creating: admission webhook "')
    asked = configured.hook.requests("pods")[0]
    assert asked["object"]["metadata"]["ownerReferences"][0]["name"] == "r"


def test_namespaces_are_judged_by_their_own_labels(
    hook: Webhook, api: Target, configured: Configured
) -> None:
    name = unique()
    hook.at("namespaces", allow)
    configured.configure(
        VALIDATING,
        configured.webhook(hook.client("namespaces"), rules=[configured.rule("namespaces", groups=[""])]),
    )
    api.create("/api/v1/namespaces", {"metadata": {"name": unique()}})
    api.create(
        "/api/v1/namespaces", {"metadata": {"name": name, "labels": {"webhooks": configured.namespace}}}
    )
    api.ask("DELETE", f"/api/v1/namespaces/{name}")
    asked = [(one["operation"], one["name"], one["namespace"]) for one in hook.requests("namespaces")]
    assert asked[:2] == [("CREATE", name, name), ("DELETE", name, name)]


_WRONG: list[tuple[Json, str, str]] = [
    ({"sideEffects": "Some"}, "sideEffects", 'Unsupported value: "Some": supported values: "None", '),
    ({"name": "short"}, "name", 'Invalid value: "short": should be a domain with at least three segments'),
    ({"timeoutSeconds": 31}, "timeoutSeconds", "Invalid value: 31: the timeout value must be between 1 and"),
    ({"clientConfig": {}}, "clientConfig", "Required value: exactly one of url or service is required"),
    ({"clientConfig": {"url": "http://x/"}}, "clientConfig.url", "Invalid value: \"http\": 'https' is the"),
    ({"clientConfig": {"url": "https://x/?a=b"}}, "clientConfig.url", 'Invalid value: "a=b": query param'),
    ({"admissionReviewVersions": []}, "admissionReviewVersions", "Required value: must specify one of v1"),
    ({"rules": [{"apiGroups": ["*"], "apiVersions": ["*"], "resources": ["x"]}]},
     "rules[0].operations", "Required value"),
    ({"failurePolicy": "Maybe"}, "failurePolicy", 'Unsupported value: "Maybe": supported values: "Fail", '),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "field", "why"), _WRONG)
def test_a_configuration_that_cannot_be_right_is_refused(
    api: Target, configured: Configured, changed: Json, field: str, why: str
) -> None:
    webhook = {**configured.webhook({"url": "https://127.0.0.1:1/x"}), **changed}
    answer = api.ask("POST", VALIDATING, {"metadata": {"name": unique()}, "webhooks": [webhook]})
    assert answer.code == 422, answer.body
    (cause,) = answer.causes
    assert cause[0] == f"webhooks[0].{field}"
    assert cause[1].startswith(why)
