"""The app on a bad day: `App` with the faults that were asked for, and the address where they are asked for.

``POST /apis/simulator.yurt-console/v1/faults`` with ``{"fault": "throttle", "seconds": 5}``, as an
administrator. Faults never hit that address, or nobody could end them.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace

import msgspec

from apimachinery.errors import GatewayTimeoutError, InternalServerError, ServiceUnavailableError
from kubesim.authorization.rules import Attributes
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
    """The API server over HTTP, with faults."""

    def __init__(self, server: Server, gate: Gate, faults: Faults) -> None:
        super().__init__(server, gate)
        self._faults = faults

    async def answer(self, request: Request) -> Reply:
        """The reply, or the trouble in place of it. Raises `ApiError`."""
        if request.path == PATH:
            return self._bring(request)
        await self._faults.answering()
        await self._faults.delay()
        if self._faults.is_throttling:
            # as kube-apiserver's filter for too many requests in flight has it: no Status
            headers = {"retry-after": "1", "x-content-type-options": "nosniff"}
            return Reply(b"Too many requests, please try again later.\n", 429, TEXT, headers)
        if self._faults.error_code:
            error, message = _ERRORS[self._faults.error_code]
            raise error.of(message)
        reply = await super().answer(request)
        return reply if reply.chunks is None else replace(reply, chunks=self._stream(request, reply.chunks))

    def _bring(self, request: Request) -> Reply:
        # to look is to learn nothing, so everything here is judged as bringing one
        self.gate.admit(request, Attributes("post", path=PATH))
        if request.method != "POST":
            raise method_not_allowed()
        try:
            fault: Fault = msgspec.json.decode(request.body, type=Fault)
        except msgspec.MsgspecError as error:
            raise bad_request(f"this is no fault that can be simulated: {error}") from None
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
