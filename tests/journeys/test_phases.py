"""An account's life by a clock that the test holds: what the API and the command line say of each phase.

The console, the operator's steps and the commands are the real ones, in this process and on an API server;
only the time is the test's. `tests/tenancy/accounts/test_lifecycle.py` has every rule, this what people
are told.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

import pytest
import pytest_asyncio

from apimachinery.resources import NAMESPACES
from apimachinery.times import rfc3339
from tests.api.test_whole import console
from tests.api.world import ADMIN, Browser
from tests.planes.installed import identity, installed
from tests.planes.plane import Plane
from tests.planes.waiting import eventually
from yurt_console.cli import main, options
from yurt_console.cli.users import users as commands
from yurt_console.custom_resources import USERS
from yurt_console.kube import kubeconfig
from yurt_console.kube.client import Client
from yurt_console.operator import cluster_info
from yurt_console.operator.accounts.reconcile import StepFailed, Waiting, reconcile, report_failure
from yurt_console.settings import settings_of, variable
from yurt_console.tenancy.accounts import lifecycle, user_objects
from yurt_console.tenancy.accounts.lifecycle import Next, Phase

__all__ = ["installed"]

pytestmark = pytest.mark.asyncio(loop_scope="module")

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
PERIOD, GRACE = 7 * DAY, 5 * DAY
SETTINGS: dict[str, Any] = {
    "valid_period": PERIOD.days,
    "grace_period": GRACE.days,
    "registration": "approval",
}
_PATIENCE = 30.0
"""Seconds until a namespace has ended, or the console has heard of a change."""


class Told(NamedTuple):
    """What has to be said; ``at`` counts from the account's beginning, None where no clock decides."""

    phase: Phase
    next: Next
    at: timedelta | None = None


@dataclass
class Life:
    """One account, those who administer it, and the time it is."""

    browser: Browser
    plane: Plane
    operator: Client
    stranger: Client
    """A client without enough rights for the operator's work."""
    clock: list[datetime]
    begun: datetime
    name: str = ""
    email: str = ""

    def now(self) -> datetime:
        return self.clock[0]

    async def register(self, email: str) -> None:
        """A new account, which has to be approved; it begins when the operator has made it ready."""
        self.begun = self.clock[0] = datetime.now(UTC).replace(microsecond=0)
        fields = {"email": email, "phone": "13800138000", "organization": "ACME"}
        reply = await self.browser.send("POST", "/register", body=fields)
        assert reply.status == 200, reply
        self.name, self.email = user_objects.name_of(email), email
        self.browser.world.tokens[self.name] = reply.json["token"]

    async def administer(self, verb: str, body: Any = None) -> None:
        reply = await self.browser.send("POST", f"/users/{self.name}/{verb}", who=ADMIN, body=body)
        assert reply.status == 200, reply

    async def operate(self, client: Client | None = None) -> None:
        """What the operator does now, to its end."""
        known = await cluster_info.discover(self.operator, settings_of(grace_period=GRACE.days))
        async with asyncio.timeout(_PATIENCE):
            while True:
                with contextlib.suppress(Waiting):
                    async for _ in reconcile(client or self.operator, self.name, known, clock=self.now):
                        pass
                    return
                await asyncio.sleep(0.1)

    async def says(self, told: Told) -> None:
        """Everybody is told the same: the owner, an administrator in the page, and one at a terminal."""
        when = "" if told.at is None else rfc3339(self.begun + told.at)
        wanted = (told.phase.value, told.next.value, when)
        deadline = time.monotonic() + _PATIENCE
        while set((said := await self._by_http()).values()) != {wanted}:
            assert time.monotonic() < deadline, f"wanted {wanted}, not {said}"
            await asyncio.sleep(0.05)  # the console hears of a change a moment later
        await self.says_at_a_terminal(*wanted)

    async def answers(self, path: str, who: str, status: int) -> None:
        """An address answers so; the console hears of a change a moment later."""

        async def does() -> bool:
            return (await self.browser.send("GET", path, who=who)).status == status

        await eventually(does, _PATIENCE, f"{path} answers {status}")

    async def _by_http(self) -> dict[str, object]:
        send, token = self.browser.send, self.browser.world.tokens[self.name]
        listed = await send("GET", "/users", who=ADMIN, namespace=self.name)
        replies = {
            "GET /session": (await send("GET", "/session", who=self.name)).json,
            "GET /login": (await send("GET", "/login", email=self.email, token=token)).json,
            "GET /users/NAME": (await send("GET", f"/users/{self.name}", who=ADMIN)).json,
            "GET /users": next(iter(listed.json["items"]), {}),
        }
        return {
            where: (said.get("phase"), said.get("next"), said.get("nextTime"))
            for where, said in replies.items()
        }

    async def says_at_a_terminal(self, phase: str, then: str, when: str) -> None:
        shown = await self.command("show", self.name)
        sentence = lifecycle.SENTENCES[Next(then)]
        assert f"Phase:         {phase}\n" in shown
        assert f"Next:          {sentence}{f', at {when}' if when else ''}\n" in shown
        alone = json.loads(await self.command("show", self.name, "-o", "json"))
        [listed] = [
            each
            for each in json.loads(await self.command("list", "--phase", phase, "-o", "json"))
            if each["metadata"]["name"] == self.name
        ]
        for record in (alone, listed):
            assert (record["phase"], record["next"], record["nextTime"]) == (phase, then, when)
        [line] = [line for line in (await self.command("list")).splitlines() if self.name in line]
        assert line.split()[3] == phase

    async def command(self, *words: str, code: int = 0) -> str:
        """What ``yurt-console users`` prints."""
        place = ("--kubeconfig", str(self.plane.kubeconfig))
        given = options.parser().parse_args(["users", *words, *place])
        environment = {variable("grace_period"): str(GRACE.days)}
        settings = main.read_settings("", environment, options.flags(given))
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()):
            assert await asyncio.to_thread(commands.run, settings, given, self.now()) == code
        return out.getvalue()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def life(installed: Plane, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Life]:
    folder = tmp_path_factory.mktemp("phases")
    nobody = await asyncio.to_thread(identity, installed, "yurt-console", folder)
    clock = [datetime.now(UTC)]

    def seconds() -> float:
        return clock[0].timestamp()

    async with (
        console(installed, clock=seconds, **SETTINGS) as browser,
        Client(kubeconfig.load(installed.kubeconfig)) as operator,
        Client(kubeconfig.load(nobody)) as stranger,
    ):
        life = Life(browser, installed, operator, stranger, clock, clock[0])
        chief = ("--email", "chief@phases.test", "--phone", "13800138000", "--organization", "o")
        browser.world.tokens[ADMIN] = (await life.command("create", *chief, "--role", "admin")).strip()
        await life.answers("/users", ADMIN, 200)
        yield life
        clock[0] = datetime.now(UTC)
        for user in await operator.list(USERS):
            await operator.delete(USERS, user["metadata"]["name"])
            life.name = user["metadata"]["name"]
            await life.operate()


Doing: TypeAlias = Callable[[Life], Awaitable[None]]


def at(moment: timedelta) -> Doing:
    """The clock is put to so long after the beginning."""

    async def put(life: Life) -> None:
        life.clock[0] = life.begun + moment

    return put


def administer(verb: str, body: Any = None) -> Doing:
    return lambda life: life.administer(verb, body)


async def operate(life: Life) -> None:
    await life.operate()


async def fail(life: Life) -> None:
    """The operator works with rights that somebody has cut."""
    with pytest.raises(StepFailed) as failure:
        await life.operate(life.stranger)
    await report_failure(life.operator, failure.value, life.now)


async def take_its_namespace(life: Life) -> None:
    found = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": life.name}}
    await life.operator.create(NAMESPACES, found)
    await life.operate()


async def give_it_back(life: Life) -> None:
    await life.operator.delete(NAMESPACES, life.name)

    async def is_gone() -> bool:
        return await asyncio.to_thread(life.plane.api.find, NAMESPACES, life.name) is None

    await eventually(is_gone, _PATIENCE, "the namespace is gone")
    await life.operate()


async def nothing(_life: Life) -> None:
    pass


PENDING_APPROVAL = Told(Phase.PENDING_APPROVAL, Next.APPROVAL)
PREPARING = Told(Phase.PREPARING, Next.READINESS)
READY = Told(Phase.READY, Next.WARNING, PERIOD - lifecycle.WARNING)
EXPIRING = Told(Phase.EXPIRING, Next.EXPIRY, PERIOD)
EXPIRED = Told(Phase.EXPIRED, Next.REVOCATION)
IN_GRACE = Told(Phase.GRACE, Next.TEARDOWN, PERIOD + GRACE)
TERMINATING = Told(Phase.TERMINATING, Next.END)

RENEWED = Told(Phase.READY, Next.WARNING, 40 * DAY - lifecycle.WARNING)
REASON = {"reason": "unpaid"}

Stage: TypeAlias = tuple[Doing, Told]

BEGINS: tuple[Stage, ...] = (
    (nothing, PENDING_APPROVAL),
    (operate, PENDING_APPROVAL),
    (administer("approve"), PREPARING),
    (fail, Told(Phase.FAILED, Next.RETRY)),
    (operate, READY),
)
ENDS_AND_IS_RENEWED: tuple[Stage, ...] = (
    (at(PERIOD - lifecycle.WARNING - MINUTE), READY),
    (at(PERIOD - lifecycle.WARNING), EXPIRING),
    (operate, EXPIRING),
    (at(PERIOD - MINUTE), EXPIRING),
    (at(PERIOD), EXPIRED),
    (operate, IN_GRACE),
    (at(PERIOD + GRACE - MINUTE), IN_GRACE),
    (at(10 * DAY), IN_GRACE),
    (administer("renew", {"days": 30}), PREPARING),
    (operate, RENEWED),
)
IS_SUSPENDED_AND_RESUMED: tuple[Stage, ...] = (
    (administer("suspend", REASON), Told(Phase.SUSPENDED, Next.TEARDOWN, 40 * DAY + GRACE)),
    (operate, Told(Phase.SUSPENDED, Next.TEARDOWN, 40 * DAY + GRACE)),
    (administer("resume"), PREPARING),
    (operate, RENEWED),
)
LEAVES: tuple[Stage, ...] = (
    (at(40 * DAY), EXPIRED),
    (operate, Told(Phase.GRACE, Next.TEARDOWN, 40 * DAY + GRACE)),
    (at(40 * DAY + GRACE), TERMINATING),
)


async def gone(life: Life) -> None:
    """Nobody knows the account any more, and nothing of it is left."""
    await life.answers(f"/users/{life.name}", ADMIN, 404)
    await life.answers("/session", life.name, 401)
    await life.command("show", life.name, code=commands.NO_ACCOUNT)
    assert await asyncio.to_thread(life.plane.api.find, NAMESPACES, life.name) is None


@pytest.mark.timeout(180)
async def test_every_phase_of_a_life_is_told_to_owner_and_administrators_with_what_comes_next_and_when(
    life: Life,
) -> None:
    await life.register("whole@phases.test")
    for doing, told in (*BEGINS, *ENDS_AND_IS_RENEWED, *IS_SUSPENDED_AND_RESUMED, *LEAVES):
        await doing(life)
        await life.says(told)
    await life.operate()
    await gone(life)


@pytest.mark.timeout(180)
async def test_an_account_is_helped_renewed_shortened_and_suspended_until_its_grace_is_over(
    life: Life,
) -> None:
    await life.register("stuck@phases.test")
    stages: tuple[Stage, ...] = (
        (administer("approve"), PREPARING),
        (take_its_namespace, Told(Phase.FAILED, Next.REPAIR)),
        (give_it_back, READY),
        (at(PERIOD - DAY), EXPIRING),
        (administer("renew", {"days": 30}), Told(Phase.READY, Next.WARNING, 36 * DAY - lifecycle.WARNING)),
        (operate, Told(Phase.READY, Next.WARNING, 36 * DAY - lifecycle.WARNING)),
        (administer("renew", {"days": 2}), Told(Phase.EXPIRING, Next.EXPIRY, 8 * DAY)),
        (administer("suspend", REASON), Told(Phase.SUSPENDED, Next.TEARDOWN, 8 * DAY + GRACE)),
        (operate, Told(Phase.SUSPENDED, Next.TEARDOWN, 8 * DAY + GRACE)),
        (at(8 * DAY + GRACE - MINUTE), Told(Phase.SUSPENDED, Next.TEARDOWN, 8 * DAY + GRACE)),
        (at(8 * DAY + GRACE), TERMINATING),
    )
    for doing, told in stages:
        await doing(life)
        await life.says(told)
    await life.operate()
    await gone(life)


async def test_an_account_that_never_began_waits_suspended_until_it_is_resumed_or_deleted(life: Life) -> None:
    await life.register("early@phases.test")
    stages: tuple[Stage, ...] = (
        (administer("suspend", REASON), Told(Phase.SUSPENDED, Next.RESUMPTION)),
        (operate, Told(Phase.SUSPENDED, Next.RESUMPTION)),
        (administer("resume"), PENDING_APPROVAL),
    )
    for doing, told in stages:
        await doing(life)
        await life.says(told)
    body = {"name": life.name}
    assert (await life.browser.send("DELETE", f"/users/{life.name}", who=ADMIN, body=body)).status == 204
    await life.operate()
    await gone(life)


@pytest.mark.timeout(180)
async def test_an_account_that_is_deleted_is_leaving_until_all_it_had_is_gone(life: Life) -> None:
    await life.register("deleted@phases.test")
    for doing, told in ((administer("approve"), PREPARING), (operate, READY)):
        await doing(life)
        await life.says(told)
    await life.command("delete", life.name, "--yes")
    await life.answers("/session", life.name, 401)
    shown = (await life.browser.send("GET", f"/users/{life.name}", who=ADMIN)).json
    assert (shown["phase"], shown["next"], shown["nextTime"]) == ("terminating", "end", "")
    await life.says_at_a_terminal("terminating", "end", "")
    await life.operate()
    await gone(life)
