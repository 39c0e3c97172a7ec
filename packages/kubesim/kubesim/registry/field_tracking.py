"""Where writes tell ``managed_fields`` who set which field."""

from __future__ import annotations

from apimachinery.times import rfc3339
from kubesim.machinery.kinds import Kind
from kubesim.machinery.options import WriteOptions
from kubesim.patch.managed_fields import track_update
from kubesim.runtime.clock import Clock
from kubesim.storage.log import Object


def track(kind: Kind, old: Object | None, new: Object, options: WriteOptions, clock: Clock) -> Object:
    """The object with its managers after this write.

    Writes from inside the server name no manager and are not tracked: hundreds of heartbeats a second
    would cost more than they tell. Server-side apply has done its own tracking.
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
