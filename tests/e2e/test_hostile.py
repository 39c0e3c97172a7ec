"""A tenant's objects carry markup wherever Kubernetes allows it: everybody sees text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from apimachinery.resources import (
    CONFIG_MAPS,
    CRON_JOBS,
    DAEMON_SETS,
    DEPLOYMENTS,
    EVENTS,
    JOBS,
    NODES,
    PODS,
    SERVICES,
    STATEFUL_SETS,
    Resource,
)
from tests.e2e.conftest import Findings, Visit
from tests.e2e.window.demo import Demo
from tests.e2e.window.pages import ADMINS_ONLY, PAGES, PUBLIC
from tests.e2e.window.routes import filled
from tests.e2e.window.visitor import DESKTOP, PHONE, Visitor
from tests.planes.kubernetes_api import deployment
from yurt_console.cli.demo.sample_accounts import Account

NAME, MACHINE = "hostile", "hostile-node"
MARKUP = "<img src=x onerror=hostile()><script>hostile()</script>"
LINK = "javascript:hostile()"
LABELS = {f"{'p.' * 126}q/{'n' * 63}": "v" * 63, "app": NAME}
"""A key and a value as long as they may be."""
_DEFINED = "window.hostile = () => { window.harmed = true; };"
_TRACES = """() => [
  ...(window.harmed ? ["it ran"] : []),
  ...[...document.querySelectorAll("img[src=x], body script, a[href^='javascript:' i]")]
    .map((element) => element.outerHTML),
]"""


def _metadata(name: str = NAME) -> dict[str, Any]:
    return {"name": name, "labels": LABELS, "annotations": {"note": MARKUP, "link": LINK}}


def _objects() -> list[tuple[Resource, dict[str, Any]]]:
    """One of each kind that a tenant makes."""
    container = {
        "name": NAME,
        "image": "registry.example.com/hostile:1",
        "args": [MARKUP, LINK],
        "command": ["sh", "-c", MARKUP],
        "env": [{"name": "MARKUP", "value": MARKUP}],
        "workingDir": f"/{MARKUP}",
    }
    pod = {"containers": [container]}
    template = {"metadata": {"labels": LABELS, "annotations": {"note": MARKUP}}, "spec": pod}
    once = {**template, "spec": {**pod, "restartPolicy": "Never"}}
    made = deployment(NAME)["spec"]
    workload = {"selector": {"matchLabels": {"app": NAME}}, "template": template}
    return [
        (DEPLOYMENTS, {"metadata": _metadata(), "spec": {**made, **workload}}),
        (CONFIG_MAPS, {"metadata": _metadata(), "data": {"page.html": MARKUP, "link": LINK}}),
        (STATEFUL_SETS, {"metadata": _metadata(), "spec": {**workload, "serviceName": NAME}}),
        (DAEMON_SETS, {"metadata": _metadata(), "spec": workload}),
        (JOBS, {"metadata": _metadata(), "spec": {"template": once}}),
        (
            CRON_JOBS,
            {
                "metadata": _metadata(),
                "spec": {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": once}}},
            },
        ),
        (SERVICES, {"metadata": _metadata(), "spec": {"ports": [{"port": 80}], "selector": LABELS}}),
        # with the others' label one of them would take it for its own
        (PODS, {"metadata": {**_metadata(), "labels": {**LABELS, "app": "alone"}}, "spec": pod}),
    ]


@pytest.fixture(scope="module")
def mallory(demo: Demo) -> Iterator[Account]:
    """Somebody with such objects, and a machine that says such things of itself."""
    account = demo.register("mallory@example.com", organization=MARKUP)
    for resource, made in _objects():
        demo.api.create(resource, made, account.name)
    about = {"kind": "Pod", "name": NAME, "namespace": account.name, "apiVersion": "v1"}
    said = {"reason": MARKUP, "message": f"{MARKUP} {LINK}", "type": "Warning", "count": 3}
    times = {"firstTimestamp": "2024-03-01T08:00:00Z", "lastTimestamp": "2024-03-01T08:00:00Z"}
    event = {"metadata": {"name": NAME}, "involvedObject": about, "source": {"component": MARKUP}}
    demo.api.create(EVENTS, {**event, **said, **times}, account.name)
    labels = {**LABELS, "node-restriction.kubernetes.io/tenant": account.name}
    condition = {"type": "Ready", "status": "False", "reason": "Hostile", "message": MARKUP}
    status = {"nodeInfo": {"osImage": MARKUP, "kernelVersion": MARKUP}, "conditions": [condition]}
    demo.api.create(NODES, {"metadata": {**_metadata(MACHINE), "labels": labels}, "status": status})
    yield account
    demo.api.delete(NODES, MACHINE)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("who", ["mallory", "admin"])
async def test_markup_in_objects_is_shown_as_text_and_breaks_no_layout(
    visit: Visit, demo: Demo, mallory: Account, wrong: Findings, who: str
) -> None:
    visitor = await visit(mallory if who == "mallory" else demo.admin)
    await visitor.context.add_init_script(_DEFINED)
    for pattern in PAGES:
        if pattern in PUBLIC or (pattern in ADMINS_ONLY and who == "mallory"):
            continue
        named = {"nodes": MACHINE, "nodepools": mallory.name, "users": mallory.name}
        name = named.get(pattern.split("/")[1], NAME)
        await visitor.go(filled(pattern, mallory.name, name))
        with wrong.on(f"{pattern} ({who})"):
            await _assert_harmless(visitor)


async def _assert_harmless(visitor: Visitor) -> None:
    page = visitor.page
    assert not await page.locator("[data-state=error]").count(), "could not be loaded"
    for more in await page.get_by_role("tab").all():
        await more.click()
        await visitor.settled()
        assert await page.evaluate(_TRACES) == []
    assert await page.evaluate(_TRACES) == []
    await visitor.size(PHONE)
    await visitor.fits()
    await visitor.size(DESKTOP)
