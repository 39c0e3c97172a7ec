"""CPU and memory usage of nodes and pods: a daily curve, waves and noise. Pure.

A value is a function of the object, the time and the seed, so it is constant within one window.
"""

from __future__ import annotations

import math

from kubesim.model.scheduling import capacity_of, load_of
from kubesim.runtime import seeded
from kubesim.storage.log import Object

WINDOW = 30
"""The window of metrics-server in seconds, which is its interval, too."""
_DAY = 86400.0
_MIB = 1024 * 1024


def pod_usage(pod: Object, now: float) -> list[tuple[str, int, int]]:
    """Name, millicores and bytes of each running container."""
    metadata = pod["metadata"]
    found = []
    for container in pod["spec"]["containers"]:
        if not _is_running(pod, container["name"]):
            continue
        identity = f"{metadata['namespace']}/{metadata['name']}/{container['name']}"
        need = load_of({"spec": {"containers": [container]}})
        cpu = need.cpu or round(seeded.between(3, 25, identity, "cpu"))
        memory = need.memory or round(seeded.between(12, 90, identity, "memory")) * _MIB
        busy = 0.15 + 0.75 * curve(identity, now)
        full = 0.45 + 0.4 * seeded.between(0, 1, identity, "size") + 0.06 * curve(identity, now)
        found.append((container["name"], max(round(cpu * busy), 1), round(memory * full)))
    return found


def node_usage(node: Object, pods: list[Object], now: float) -> tuple[int, int]:
    """Millicores and bytes of a node: its pods and the system."""
    name, capacity = node["metadata"]["name"], capacity_of(node)
    used = [one for pod in pods for one in pod_usage(pod, now)]
    own_cpu = capacity.cpu * (0.015 + 0.02 * curve(name, now))
    own_memory = capacity.memory * (0.06 + 0.04 * seeded.between(0, 1, name, "own"))
    cpu = sum(one[1] for one in used) + round(own_cpu)
    memory = sum(one[2] for one in used) + round(own_memory)
    return min(cpu, capacity.cpu), min(memory, capacity.memory)


def curve(identity: str, now: float) -> float:
    """The load from 0 to 1: higher by day than by night, with waves and noise."""
    hour = (now % _DAY) / _DAY
    shift = seeded.between(-0.08, 0.08, identity, "shift")
    # the peak is in the afternoon of UTC+8
    day = 0.5 - 0.5 * math.cos(2 * math.pi * (hour + 8 / 24 - 2.5 / 24 + shift))
    wave = math.sin(now / seeded.between(170, 700, identity, "wave"))
    noise = seeded.between(-1, 1, identity, int(now // WINDOW))
    return min(max(0.1 + 0.6 * day + 0.12 * wave + 0.1 * noise, 0.0), 1.0)


def _is_running(pod: Object, container: str) -> bool:
    statuses = pod.get("status", {}).get("containerStatuses") or ()
    return any(one["name"] == container and "running" in one["state"] for one in statuses)
