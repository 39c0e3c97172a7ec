"""Waiting for what happens by itself: asked again until it is so, with a deadline and the last answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


def until(check: Callable[[], T], seconds: float, what: str) -> T:
    """The first true answer of ``check``; fails with the last one after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not (answer := check()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}; last answer {answer!r}"
        time.sleep(0.05)
    return answer


async def eventually(check: Callable[[], Awaitable[T]], seconds: float, what: str) -> T:
    """As `until`, for questions that are awaited."""
    deadline = time.monotonic() + seconds
    while not (answer := await check()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}; last answer {answer!r}"
        await asyncio.sleep(0.05)
    return answer
