"""Writes that wait for webhooks: tried, asked about, and tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from kubesim.admission.webhooks import Consultation, Question, Unanswered
from kubesim.errors.statuses import internal_error
from kubesim.registry.server import Server

T = TypeVar("T")

_ROUNDS = 50
"""Tries of one write, more than it has webhooks; what they judge must stop changing at some time."""


async def consulted(server: Server, write: Callable[[], T]) -> tuple[T, tuple[str, ...]]:
    """What a write gives, and the warnings of the webhooks that were asked about it. Raises `ApiError`."""
    if not server.webhooks.are_configured:
        return write(), ()
    consultation = Consultation()
    for _ in range(_ROUNDS):
        consultation.warnings.clear()
        try:
            with server.webhooks.answering(consultation):
                return write(), tuple(consultation.warnings)
        except Unanswered as waiting:
            await server.caller.ask(waiting.questions, consultation)
    raise internal_error("webhooks were asked again and again about an object that keeps changing")


class Consultations:
    """Actions of those who live inside the server and may not wait: they act again when webhooks answered.

    An action that creates several equal objects asks about the first of them.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._answered: dict[Hashable, Consultation] = {}
        self._asking: set[asyncio.Task[None]] = set()

    def perform(self, key: Hashable, action: Callable[[], None], again: Callable[[], None]) -> None:
        """Do an action; ``again`` is called when it waited for webhooks and can be tried again."""
        webhooks = self._server.webhooks
        if not webhooks.are_configured:
            action()
            return
        consultation = self._answered.pop(key, None) or Consultation()
        try:
            with webhooks.answering(consultation):
                action()
        except Unanswered as waiting:
            task = asyncio.ensure_future(self._ask(key, consultation, waiting.questions, again))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)

    async def _ask(
        self,
        key: Hashable,
        consultation: Consultation,
        questions: Sequence[Question],
        again: Callable[[], None],
    ) -> None:
        await self._server.caller.ask(questions, consultation)
        self._answered[key] = consultation
        again()
