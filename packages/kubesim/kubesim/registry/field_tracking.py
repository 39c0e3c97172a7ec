"""Field management of creates, updates and patches."""

from __future__ import annotations

from apimachinery.times import rfc3339
from kubesim.machinery.kinds import Kind
from kubesim.machinery.options import WriteOptions
from kubesim.patch.managed_fields import track_update
from kubesim.runtime.clock import Clock
from kubesim.storage.log import Object


def track(kind: Kind, old: Object | None, new: Object, options: WriteOptions, clock: Clock) -> Object:
    """The object with updated managedFields.

    Writes of controllers inside the server have no field manager and are not tracked, to keep hundreds of
    heartbeats a second cheap. Server-side apply tracks by itself.
    """
    if not options.manager or options.applied:
        return new
    return track_update(
        kind.merging,
        old,
        new,
        manager=options.manager,
        api_version=kind.resource.api_version(options.version or kind.storage_version),
        now=rfc3339(clock.now()),
    )
