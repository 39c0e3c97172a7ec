"""GET of pods/log, with the errors of API server and kubelet v1.20."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from apimachinery.errors import StatusCause
from apimachinery.resources import NODES, PODS
from kubesim.errors.field_errors import invalid_value
from kubesim.errors.statuses import bad_request, internal_error, invalid
from kubesim.machinery.calls import Call, Stream
from kubesim.model import machines, pod_logs
from kubesim.model.pod_logs import MAX_LINES, Line, Run
from kubesim.registry.server import Server
from kubesim.storage.log import Object

_UNPULLED = {"ErrImagePull": "trying and failing to pull image", "ImagePullBackOff": "image can't be pulled"}


@dataclass(frozen=True, slots=True)
class Options:
    """core/v1 PodLogOptions."""

    follow: bool
    previous: bool
    timestamps: bool
    tail: int
    since: float
    limit: int | None

    @classmethod
    def of(cls, name: str, query: Mapping[str, str], now: float) -> Options:
        """Parse the query. Raises `InvalidError` and `BadRequestError`."""
        tail, limit = _number(query, "tailLines"), _number(query, "limitBytes")
        since_seconds = _number(query, "sinceSeconds")
        causes: list[StatusCause] = []
        if tail is not None and tail < 0:
            causes.append(invalid_value("tailLines", tail, "must be greater than or equal to 0"))
        if limit is not None and limit < 1:
            causes.append(invalid_value("limitBytes", limit, "must be greater than 0"))
        if since_seconds is not None and since_seconds < 1:
            causes.append(invalid_value("sinceSeconds", since_seconds, "must be greater than 0"))
        if causes:
            raise invalid("", "PodLogOptions", name, causes)
        since = now - since_seconds if since_seconds else 0.0
        if query.get("sinceTime"):
            try:
                since = datetime.fromisoformat(query["sinceTime"]).timestamp()
            except ValueError:
                raise bad_request(f'parsing time "{query["sinceTime"]}": cannot parse') from None
        flags = [
            query.get(key, "").lower() in ("true", "1", "t") for key in ("follow", "previous", "timestamps")
        ]
        return cls(flags[0], flags[1], flags[2], MAX_LINES if tail is None else tail, since, limit)


class PodLogs:
    """Serves the logs of all nodes; a log is a function of the container's status."""

    def __init__(self, server: Server) -> None:
        self._server = server
        server.handlers["", "pods", "log"] = self.read

    def read(self, call: Call) -> Stream:
        """The log of a container. Raises `StatusError`."""
        pod = self._server.get(PODS, call.namespace, call.name)
        now = self._server.clock.now().timestamp()
        options = Options.of(call.name, call.query, now)
        container = _container(pod, call.query.get("container", ""))
        if not pod["spec"].get("nodeName"):
            return Stream(_nothing())
        self._reach(pod, container)
        present, before = pod_logs.runs(pod, container)
        if options.previous:
            if before is None:
                text = f'previous terminated container "{container}" in pod "{call.name}" not found'
                raise bad_request(text)
            return Stream(self._send(before, options, pod, now, follow=False))
        if present is None:
            raise bad_request(_not_started(pod, container))
        return Stream(self._send(present, options, pod, now, follow=options.follow))

    def _reach(self, pod: Object, container: str) -> None:
        """Raise `InternalServerError` for a node that the API server cannot reach."""
        node = self._server.find(NODES, "", pod["spec"]["nodeName"])
        if node is None or machines.is_ready(node) == "Unknown":
            ip, metadata = machines.internal_ip(node) if node else "", pod["metadata"]
            path = f"{metadata['namespace']}/{metadata['name']}/{container}"
            raise internal_error(
                f'Get "https://{ip}:10250/containerLogs/{path}": dial tcp {ip}:10250:'
                " connect: no route to host"
            )

    async def _send(
        self, run: Run, options: Options, pod: Object, now: float, *, follow: bool
    ) -> AsyncIterator[bytes]:
        left = options.limit
        lines = run.lines(now)
        wanted = [line for line in lines if line.at >= options.since][-options.tail :] if options.tail else []
        for start in range(0, len(wanted), 200):
            chunk = b"".join(_encoded(line, options) for line in wanted[start : start + 200])
            yield chunk if left is None else chunk[:left]
            if left is not None and (left := left - len(chunk)) <= 0:
                return
        if follow and run.ended is None:
            async for line in self._follow(run, pod, run.next_position(now)):
                chunk = _encoded(line, options)
                yield chunk if left is None else chunk[:left]
                if left is not None and (left := left - len(chunk)) <= 0:
                    return

    async def _follow(self, run: Run, pod: Object, position: int) -> AsyncIterator[Line]:
        """Lines as they are written, until the container ends or the pod is deleted."""
        clock, metadata = self._server.clock, pod["metadata"]
        while True:
            line = run.line(position)
            await clock.sleep(max(line.at - clock.now().timestamp(), 0.01))
            found = self._server.find(PODS, metadata["namespace"], metadata["name"])
            if found is None or found["metadata"]["uid"] != metadata["uid"]:
                return
            present, before = pod_logs.runs(found, run.name)
            over = next(
                (one for one in (present, before) if one and one.started == run.started and one.ended), None
            )
            if over is not None:
                for last in over.lines(clock.now().timestamp())[-6:]:
                    if last.at >= line.at or (over.exit_code and last.at == over.ended):
                        yield last
                return
            if present is None or present.started != run.started:
                return
            yield line
            position += 1


def _number(query: Mapping[str, str], key: str) -> int | None:
    text = query.get(key, "")
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax') from None


def _encoded(line: Line, options: Options) -> bytes:
    return (pod_logs.stamped(line) if options.timestamps else line.text).encode() + b"\n"


async def _nothing() -> AsyncIterator[bytes]:
    yield b""


def _container(pod: Object, requested: str) -> str:
    """The requested container. Raises `BadRequestError`."""
    spec, name = pod["spec"], pod["metadata"]["name"]
    containers = [one["name"] for one in spec["containers"]]
    init = [one["name"] for one in spec.get("initContainers") or ()]
    if not requested and len(containers) == 1:
        return str(containers[0])
    if not requested:
        text = f"a container name must be specified for pod {name}, choose one of: [{' '.join(containers)}]"
        raise bad_request(text + (f" or one of the init containers: [{' '.join(init)}]" if init else ""))
    if requested not in (*containers, *init):
        raise bad_request(f"container {requested} is not valid for pod {name}")
    return requested


def _not_started(pod: Object, container: str) -> str:
    statuses = [
        *(pod["status"].get("initContainerStatuses") or ()),
        *(pod["status"].get("containerStatuses") or ()),
    ]
    found = next((one for one in statuses if one["name"] == container), None)
    reason = (found or {}).get("state", {}).get("waiting", {}).get("reason", "")
    about = f'container "{container}" in pod "{pod["metadata"]["name"]}"'
    if not reason:
        return f"{about} is not available"
    return f"{about} is waiting to start: {_UNPULLED.get(reason, reason)}"
