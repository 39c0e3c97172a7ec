"""Assembles an API server: built-in kinds, admission plug-ins, subresource handlers, custom resources.

The only module that knows all plug-ins, so that `registry` knows none of them.
"""

from __future__ import annotations

from kubesim.admission.limits import LimitRanger
from kubesim.admission.quota import QuotaAdmission
from kubesim.apiextensions.controller import CustomResources
from kubesim.apis.catalog import builtin_kinds
from kubesim.registry.server import Server
from kubesim.runtime.clock import Clock
from kubesim.storage.log import Log
from kubesim.subresources.standard import standard_handlers


def new_server(log: Log | None = None, clock: Clock | None = None) -> Server:
    """A complete API server on ``log``, with its bootstrap objects; in memory by default.

    `security.Security` adds authentication, authorization and the admission that depends on them.
    """
    server = Server(builtin_kinds(), log, clock)
    limits = LimitRanger(server.log)
    server.early_admission.append(limits.defaulted)
    server.late_admission.extend((limits.checked, QuotaAdmission(server.log)))
    server.handlers.update(standard_handlers(server))
    CustomResources(server)
    server.bootstrap()
    return server
