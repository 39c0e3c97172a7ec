"""The identity that a route asks the API server with."""

from __future__ import annotations

import enum


class Upstream(enum.Enum):
    """The identity a route asks the API server with, so the party that its 401, 403 or 404 is about."""

    CONSOLE = "console"
    """With the console's own rights: the caller gets 500, the log the reason."""
    CALLER = "caller"
    """As the caller, by impersonation: a 403 or 404 is the caller's, unless impersonation was refused."""
