"""The HTTP app with fault injection, and the endpoint that controls it.

``POST /apis/simulator.yurt-console/v1/faults`` with ``{"fault": "throttle", "seconds": 5}``, as an
administrator. Faults never apply to that endpoint, so they can always be cleared.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace

import msgspec

from apimachinery.errors import GatewayTimeoutError, InternalServerError, ServiceUnavailableError
from kubesim.authorization.rules import RequestAttributes
from kubesim.endpoints.app import App
from kubesim.endpoints.gate import Gate
from kubesim.endpoints.replies import TEXT, Reply, encoded
from kubesim.endpoints.requests import Request
from kubesim.errors.statuses import bad_request, method_not_allowed
from kubesim.faults.faults import Fault, Faults
from kubesim.registry.server import Server

PATH = "/apis/simulator.yurt-console/v1/faults"
_ERRORS = {
    500: (InternalServerError, "Internal error occurred: a simulated fault"),
    503: (ServiceUnavailableError, "the server is currently unable to handle the request"),
    504: (GatewayTimeoutError, "the server was unable to return a response in the time allotted"),
}


class FaultyApp(App):
    """`App` with faults."""

    def __init__(self, server: Server, gate: Gate, faults: Faults) -> None:
        super().__init__(server, gate)
        self._faults = faults

    async def answer(self, request: Request) -> Reply:
        """The response, or the fault in its place. Raises `StatusError`."""
        if request.path == PATH:
            return self._bring(request)
        await self._faults.answering()
        await self._faults.delay()
        if self._faults.is_throttling:
            # as kube-apiserver's max-in-flight filter answers: without a Status
            headers = {"retry-after": "1", "x-content-type-options": "nosniff"}
            return Reply(b"Too many requests, please try again later.\n", 429, TEXT, headers)
        if self._faults.error_code:
            error, message = _ERRORS[self._faults.error_code]
            raise error.of(message)
        reply = await super().answer(request)
        return reply if reply.chunks is None else replace(reply, chunks=self._stream(request, reply.chunks))

    def _bring(self, request: Request) -> Reply:
        # every method is authorized as a POST
        self.gate.admit(request, RequestAttributes("post", path=PATH))
        if request.method != "POST":
            raise method_not_allowed()
        try:
            fault: Fault = msgspec.json.decode(request.body, type=Fault)
        except msgspec.MsgspecError as error:
            raise bad_request(f"not a fault that can be simulated: {error}") from None
        return encoded({"done": self._faults.bring(fault)})

    async def _stream(self, request: Request, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        with self._faults.stream(request.abort):
            try:
                async for chunk in chunks:
                    await self._faults.answering()
                    yield chunk
            finally:
                if isinstance(chunks, AsyncGenerator):
                    await chunks.aclose()
