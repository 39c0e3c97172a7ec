"""Writes that wait for webhooks: attempt, call the webhooks, attempt again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from kubesim.admission.webhooks import WebhookAnswers, WebhookCall, WebhooksPending
from kubesim.errors.statuses import internal_error
from kubesim.registry.server import Server

T = TypeVar("T")

_ROUNDS = 50
"""Attempts of one write: more than there are webhooks, so that only an object that never settles fails."""


async def run_with_webhooks(server: Server, write: Callable[[], T]) -> tuple[T, tuple[str, ...]]:
    """The result of a write, and the warnings of its webhooks. Raises `StatusError`."""
    if not server.webhooks.are_configured:
        return write(), ()
    answers = WebhookAnswers()
    for _ in range(_ROUNDS):
        answers.warnings.clear()
        try:
            with server.webhooks.answering(answers):
                return write(), tuple(answers.warnings)
        except WebhooksPending as pending:
            await server.webhook_client.call(pending.calls, answers)
    raise internal_error("webhooks were called again and again for an object that keeps changing")


class WebhookRetries:
    """Actions of controllers, which cannot wait: they run again when the webhooks have answered.

    An action that creates several equal objects calls the webhooks for the first of them.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._answered: dict[Hashable, WebhookAnswers] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def perform(self, key: Hashable, action: Callable[[], None], again: Callable[[], None]) -> None:
        """Run an action; ``again`` is called when webhooks have answered and it can be retried."""
        webhooks = self._server.webhooks
        if not webhooks.are_configured:
            action()
            return
        answers = self._answered.pop(key, None) or WebhookAnswers()
        try:
            with webhooks.answering(answers):
                action()
        except WebhooksPending as pending:
            task = asyncio.ensure_future(self._call_webhooks(key, answers, pending.calls, again))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _call_webhooks(
        self,
        key: Hashable,
        answers: WebhookAnswers,
        calls: Sequence[WebhookCall],
        again: Callable[[], None],
    ) -> None:
        await self._server.webhook_client.call(calls, answers)
        self._answered[key] = answers
        again()
