"""The sample tenants: who has applications in the seeds. The demo makes an account for each of them.

Their namespaces are named as the console names those of real accounts, so that the account, once it is
made, finds its applications in its own namespace.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tenant:
    """One sample tenant."""

    email: str
    phone: str
    organization: str

    @property
    def name(self) -> str:
        """The account's name, which is also its namespace and the tenant label of its nodes and pools."""
        return "user-" + hashlib.sha256(self.email.encode()).hexdigest()[:20]


TENANTS = (
    Tenant("lin.mei@example.com", "+8613800138001", "Fresh Markets Shanghai"),
    Tenant("zhou.wei@example.com", "+8613800138002", "Wind Park Zhangjiakou"),
    Tenant("chen.yu@example.com", "+8613800138003", "Smart Port Ningbo"),
)
"""In the order in which the demo shows them."""
