"""What tests see of an API server, and how they set it up: a small client that shares no code with ours.

It blocks, opens a connection per request (unless told to keep one) and retries nothing but what must succeed
and was put off with 429, so that it is plain what it does.
"""

from __future__ import annotations

import base64
import copy
import http.client
import json
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import urlsplit

import yaml

from apimachinery.resources import ACCESS_REVIEWS, Resource

MERGE = "application/merge-patch+json"
_APPLY = "application/apply-patch+yaml"
_TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
Json = Any
Objects: TypeAlias = list[dict[str, Any]]


class Answer(NamedTuple):
    """What came back."""

    code: int
    body: Json


class Api:
    """An API server, asked with the token of a kubeconfig."""

    def __init__(self, kubeconfig: str) -> None:
        config = yaml.safe_load(kubeconfig)
        [cluster] = (each["cluster"] for each in config["clusters"])
        [user] = (each["user"] for each in config["users"])
        self.server, self._token = str(cluster["server"]), str(user["token"])
        self.ca = base64.b64decode(cluster["certificate-authority-data"]).decode()
        self._tls = ssl.create_default_context(cadata=self.ca)
        self._as: list[tuple[str, str]] = []
        self._kept: http.client.HTTPSConnection | None = None

    @classmethod
    def read(cls, path: Path) -> Api:
        """Whoever this kubeconfig speaks for."""
        return cls(path.read_text())

    def acting_as(self, user: str, *groups: str) -> Api:
        """The same server, asked as somebody else; for those who may impersonate."""
        other = copy.copy(self)
        other._as = [("Impersonate-User", user), *(("Impersonate-Group", group) for group in groups)]
        return other

    def holding(self, token: str) -> Api:
        """The same server, asked with another token."""
        other = copy.copy(self)
        other._token = token
        return other

    @contextmanager
    def over_one_connection(self) -> Iterator[Api]:
        """The same, for hundreds of questions in a row."""
        other = copy.copy(self)
        other._kept = other._connection()
        try:
            yield other
        finally:
            other._kept.close()

    def _connection(self) -> http.client.HTTPSConnection:
        place = urlsplit(self.server)
        return http.client.HTTPSConnection(place.hostname or "", place.port, context=self._tls, timeout=20)

    def ask(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        content_type: str = "application/json",
        accept: str = "application/json",
    ) -> Answer:
        """One request. Raises OSError when the server is away."""
        headers = {"Authorization": f"Bearer {self._token}", "Accept": accept, "Content-Type": content_type}
        connection = self._kept or self._connection()
        try:
            data = b"" if body is None else json.dumps(body).encode()
            connection.putrequest(method, path)
            for name, value in (*headers.items(), *self._as, ("Content-Length", str(len(data)))):
                connection.putheader(name, value)
            connection.endheaders(data)
            response = connection.getresponse()
            raw = response.read()
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from None
        finally:
            if connection is not self._kept:
                connection.close()
        is_json = response.getheader("Content-Type", "").startswith("application/json")
        return Answer(response.status, json.loads(raw) if is_json and raw else raw.decode())

    def done(self, method: str, path: str, body: Json = None, **how: str) -> Json:
        """The body of a request that must succeed."""
        deadline = time.monotonic() + 20
        while (answer := self.ask(method, path, body, **how)).code == 429 and time.monotonic() < deadline:
            time.sleep(0.2)  # as for a kind whose definition has just changed
        assert answer.code < 300, (method, path, answer)
        return answer.body

    def ready(self) -> bool:
        """Whether the server is there and ready."""
        try:
            return self.ask("GET", "/readyz").code == 200
        except OSError:
            return False

    def version(self, resource: Resource) -> str:
        """The best version that is served and we know; "" for a kind that is not served."""
        for version in resource.versions:
            group = f"/apis/{resource.group}/{version}" if resource.group else f"/api/{version}"
            found = self.ask("GET", group)
            if found.code == 200 and resource.plural in {each["name"] for each in found.body["resources"]}:
                return version
        return ""

    def path(self, resource: Resource, name: str = "", namespace: str = "", subresource: str = "") -> str:
        """The address of an object or a collection."""
        only = resource.versions[0] if len(resource.versions) == 1 else self.version(resource)
        return resource.path(only or resource.versions[0], namespace, name, subresource)

    def find(self, resource: Resource, name: str, namespace: str = "") -> Json:
        """One object; None when it is not there."""
        path = self.path(resource, name, namespace)
        answer = self.ask("GET", path)
        assert answer.code in (200, 404), (path, answer)
        return answer.body if answer.code == 200 else None

    def get(self, resource: Resource, name: str, namespace: str = "") -> Json:
        """One object, which must be there."""
        return self.done("GET", self.path(resource, name, namespace))

    def list(self, resource: Resource, namespace: str = "") -> Objects:
        """All objects of a namespace, or of all namespaces."""
        items: Objects = self.done("GET", self.path(resource, "", namespace))["items"]
        return items

    def table(self, resource: Resource, namespace: str = "") -> Objects:
        """What ``kubectl get -o wide`` shows: a row's cells by their columns' names."""
        shown = self.done("GET", self.path(resource, "", namespace), accept=_TABLE)
        columns = [column["name"] for column in shown["columnDefinitions"]]
        return [dict(zip(columns, row["cells"], strict=True)) for row in shown["rows"]]

    def create(self, resource: Resource, obj: Mapping[str, Json], namespace: str = "") -> Json:
        """Make an object."""
        path = self.path(resource, "", namespace)
        return self.done("POST", path, {**_typed(resource, path), **obj})

    def apply(self, resource: Resource, obj: Mapping[str, Json], namespace: str = "") -> Json:
        """Make an object, or let it be like this."""
        path = self.path(resource, obj["metadata"]["name"], namespace)
        body = {**_typed(resource, path), **obj}
        return self.done("PATCH", f"{path}?fieldManager=tests&force=true", body, content_type=_APPLY)

    def patch(self, resource: Resource, name: str, patch: Mapping[str, Json], namespace: str = "") -> Json:
        """Change an object by a merge patch."""
        return self.done("PATCH", self.path(resource, name, namespace), patch, content_type=MERGE)

    def delete(self, resource: Resource, name: str, namespace: str = "", *, wait: float = 30) -> None:
        """Delete an object and wait until it is gone; 0 does not wait. One that is not there is fine."""
        path = self.path(resource, name, namespace)
        answer = self.ask("DELETE", path)
        assert answer.code in (200, 202, 404), (path, answer)
        if wait:
            self._until_gone(path, wait)

    def delete_all(self, resource: Resource, *, wait: float = 30) -> None:
        """Delete all objects of a kind that has no namespaces, and wait until they are gone."""
        names = [obj["metadata"]["name"] for obj in self.list(resource)]
        for name in names:
            self.delete(resource, name, wait=0)
        for name in names:
            self._until_gone(self.path(resource, name), wait)

    def _until_gone(self, path: str, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self.ask("GET", path).code != 404:
            assert time.monotonic() < deadline, f"{path} is still there"
            time.sleep(0.05)

    def can(self, verb: str, resource: str, namespace: str = "", *, group: str = "") -> bool:
        """Whether the server says that we may; ``resource`` may have a /subresource."""
        plural, _, subresource = resource.partition("/")
        asked = {"verb": verb, "group": group, "resource": plural, "subresource": subresource}
        review = {"spec": {"resourceAttributes": {**asked, "namespace": namespace}}}
        return bool(self.create(ACCESS_REVIEWS, review)["status"]["allowed"])


def deployment(name: str, *, image: str = "nginx:1.25", replicas: int = 1) -> dict[str, Any]:
    """A Deployment with its name as label ``app``.

    Without a token: a kubelet that asks for its Secret before the API server's node authorizer knows of the
    pod is refused, and asks again after up to two minutes.
    """
    container = {"name": name, "image": image, "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}}}
    return {
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [container], "automountServiceAccountToken": False},
            },
        },
    }


def _typed(resource: Resource, path: str) -> dict[str, str]:
    version = path.split("/")[3 if resource.group else 2]
    return {"apiVersion": resource.api_version(version), "kind": resource.kind}
