"""The console's accounts: registration, login, lookup by token and session, changes.

Lookups use the cached Users; writes go to the API server, then wait for the watch to deliver them to this
replica's cache, so that the next request finds them. Credentials are compared in constant time, and refusing
an account that does not exist takes as long as refusing a wrong token.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Callable, Iterator
from enum import Enum

import msgspec

from apimachinery.errors import (
    BadRequestError,
    ForbiddenError,
    NotFoundError,
    TooManyRequestsError,
    UnauthorizedError,
)
from yurt_console.cache.feed import Feed, Subscription
from yurt_console.cache.store import Table
from yurt_console.custom_resources import USERS
from yurt_console.kube.client import Client
from yurt_console.kube.errors import (
    AlreadyExists,
    Conflict,
    NotFound,
)
from yurt_console.rows import User
from yurt_console.settings import Settings
from yurt_console.tenancy.accounts import profile, tokens, user_objects
from yurt_console.tenancy.accounts.throttle import Throttle
from yurt_console.tenancy.identity.sessions import Session

_CATCH_UP_SECONDS = 10.0
"""Seconds to wait until the watch delivers a write; usually it takes milliseconds."""
_BURST = 60
"""Burst of registrations from all addresses together. Each one costs the API server about twenty writes, so
hundreds at once would overload it."""
_KEY = re.compile(r"[!-~]{1,255}")


class Registered(msgspec.Struct, frozen=True):
    """A successful registration. ``ready``: the account is provisioned."""

    token: str
    ready: bool

    def __repr__(self) -> str:
        return f"Registered(ready={self.ready})"


class Limit(Enum):
    """A limit of attempts: what is attempted, and the setting of the limit."""

    LOGIN_FAILURES_PER_ADDRESS = "login", "login_failures_per_address"
    REGISTRATIONS_PER_ADDRESS = "registration", "registrations_per_address"
    REGISTRATIONS = "registration", "registrations"

    @property
    def attempt(self) -> str:
        """``login`` or ``registration``."""
        return self.value[0]

    @property
    def setting(self) -> str:
        """The name of the setting."""
        return self.value[1]


class Accounts:
    """All accounts; one instance per process. ``users`` must have the indexes ``inventory.USER_INDEXES``."""

    def __init__(self, client: Client, users: Table[User], feed: Feed, settings: Settings) -> None:
        self._client = client
        self._users = users
        self._feed = feed
        self._settings = settings
        self._per_address = Throttle(settings.registration.per_hour_and_address)
        self._together = Throttle(settings.registration.per_hour, _BURST)
        self._failures = Throttle(settings.session.login_failures_per_address)
        self.throttled = dict.fromkeys(Limit, 0)
        """Attempts refused, by the limit that refused them."""

    def require_open(self) -> None:
        """Raise `ForbiddenError` when registration is closed."""
        if self._settings.registration.mode == "closed":
            raise ForbiddenError.of(
                "registration is closed; ask an administrator for an account", cause="RegistrationClosed"
            )

    async def register(
        self,
        email: object,
        phone: object,
        organization: object,
        idempotency_key: str | None = None,
        *,
        address: str = "",
        wait: bool = True,
    ) -> Registered:
        """Register an account from ``address``, and ``wait`` until it is ready.

        Returns at once when the account needs an approval. Raises `ForbiddenError` when registration is
        closed, `BadRequestError` with every wrong field, `TooManyRequestsError`, and the API server's
        `AlreadyExists` and other `KubeError`s. An exception means that nothing has been created.
        """
        self.require_open()
        is_open = self._settings.registration.mode == "open"
        who = profile.read(email, phone, organization, region=self._settings.registration.phone_region)
        _check_key(idempotency_key)
        self._require_room(address, time.monotonic())
        with self._changes(user_objects.name_of(who.email)) as changes:
            token, record = tokens.issue()
            user = user_objects.new_user(
                who, record, self._settings, key=idempotency_key or "", approved=is_open
            )
            try:
                await self._client.create(USERS, user)
            except AlreadyExists as conflict:
                if not idempotency_key:
                    raise
                token, record = await user_objects.repeat(
                    self._client, conflict, who, idempotency_key, time.time()
                )
            await changes.until(lambda user: user.token == record, _CATCH_UP_SECONDS)
            seconds = float(self._settings.registration.wait) if wait and is_open else 0.0
            ready = await changes.until(lambda user: bool(user.effective_time), seconds)
        return Registered(token, ready)

    def login(self, email: str, token: str, *, address: str = "") -> User:
        """The account with this e-mail and token. Raises `UnauthorizedError`, equal for every cause.

        Raises `TooManyRequestsError` after too many failures of the address. Failures never lock an account:
        that would let anyone lock its owner out, and tokens are too long to guess.
        """
        now = time.monotonic()
        pause = self._failures.wait(address, now)
        if pause:
            message = "too many wrong logins from this address"
            raise self._throttled(Limit.LOGIN_FAILURES_PER_ADDRESS, message, "TooManyFailures", pause)
        wanted = profile.canonical_email(email)
        user = self.by_token(token)
        if user is None or user.email.lower() != wanted:
            self._failures.take(address, now)
            raise UnauthorizedError.of("wrong e-mail or token")
        return user

    def by_token(self, token: str) -> User | None:
        """The account with this token, also when it has expired or is suspended."""
        candidates = list(self._users.by("token", tokens.token_id(token)))
        records = [user.token for user in candidates] or [tokens.NOBODY]
        matches = [tokens.verify(token, record) for record in records]
        found = [
            user for user, match in zip(candidates, matches, strict=False) if match and not user.deleting
        ]
        return (
            found[0] if len(found) == 1 else None
        )  # two Users with the same record: neither is authenticated

    def by_session(self, session: Session) -> User | None:
        """The account of a session, None after its token was reset or its sessions were ended."""
        for user in self._users.by("uid", session.uid):
            if user.token_generation == session.generation and not user.deleting:
                return user
        return None

    async def reset_token(self, name: str, client: Client | None = None) -> str:
        """Issue a new token; the old one and all sessions end. Raises `NotFoundError` and `KubeError`s.

        ``client``: the impersonating client of an administrator who resets another account's token.
        """
        with self._changes(name) as changes:
            token, record = await user_objects.reset_token(client or self._client, name)
            await changes.until(lambda user: user.token == record, _CATCH_UP_SECONDS)
        return token

    async def end_sessions(self, name: str) -> None:
        """End all sessions of the account; its token stays. Raises `NotFoundError` and `KubeError`s."""
        with self._changes(name) as changes:
            generation = await user_objects.end_sessions(self._client, name)
            await changes.until(lambda user: user.token_generation >= generation, _CATCH_UP_SECONDS)

    async def change(self, name: str, uid: str, edit: user_objects.Edit, client: Client) -> User:
        """Change the spec of the account with this uid as ``client``; returns the resulting row.

        Raises as `user_objects.change` does.
        """
        with self._changes(name) as changes:
            written = _terms(await user_objects.change(client, name, edit, uid=uid))
            await changes.until(lambda user: _terms(user) == written, _CATCH_UP_SECONDS, gone=True)
        user = self._users.get(("", name))
        if user is None:
            raise NotFoundError.of("the account has been deleted", field="name")
        return user

    async def remove(self, name: str, uid: str, client: Client | None = None) -> None:
        """Delete the User; the operator deletes its objects. A missing User is no error.

        ``client`` as in `reset_token`.
        """
        with self._changes(name) as changes:
            with contextlib.suppress(NotFound, Conflict):  # deleted, or a later account of the same name
                await (client or self._client).delete(USERS, name, uid=uid)
            await changes.until(lambda user: user.deleting, _CATCH_UP_SECONDS, gone=True)

    def _require_room(self, address: str, now: float) -> None:
        """Raise `TooManyRequestsError` after too many registrations of this address, or of all."""
        pause = self._per_address.take(address, now)
        if pause:
            message = "too many registrations from this address"
            raise self._throttled(Limit.REGISTRATIONS_PER_ADDRESS, message, "TooManyFromAddress", pause)
        pause = self._together.take("", now)
        if pause:
            message = "too many people are registering just now"
            raise self._throttled(Limit.REGISTRATIONS, message, "TooManyRegistrations", pause)

    def _throttled(self, limit: Limit, message: str, cause: str, pause: int) -> TooManyRequestsError:
        self.throttled[limit] += 1
        return TooManyRequestsError.of(message, cause=cause, retry_after=pause)

    @contextlib.contextmanager
    def _changes(self, name: str) -> Iterator[_Changes]:
        with self._feed.subscribe(frozenset({name}), interval=0.0) as subscription:
            yield _Changes(self._users, name, subscription)


class _Changes:
    """Waits for changes of one account's row. Subscribes before the write, so no change is missed."""

    def __init__(self, users: Table[User], name: str, subscription: Subscription) -> None:
        self._users = users
        self._key = ("", name)
        self._subscription = subscription

    async def until(self, done: Callable[[User], bool], seconds: float, *, gone: bool = False) -> bool:
        """Whether ``done`` holds for the row within ``seconds``; ``gone``: its deletion counts, too."""
        try:
            async with asyncio.timeout(seconds):
                if self._is(done, gone):
                    return True
                async for _ in self._subscription:
                    if self._is(done, gone):
                        return True
        except TimeoutError:
            pass
        return self._is(done, gone)

    def _is(self, done: Callable[[User], bool], gone: bool) -> bool:
        user = self._users.get(self._key)
        return gone if user is None else done(user)


def _terms(user: User) -> tuple[object, ...]:
    """The fields that administrators change."""
    suspended = (user.suspended, user.suspension_reason)
    quota = (user.quota_cpu, user.quota_memory, user.quota_pods)
    return (user.approved, *suspended, user.valid_period, user.max_node_num, *quota)


def _check_key(key: str | None) -> None:
    if key is not None and not _KEY.fullmatch(key):
        raise BadRequestError.of(
            "Idempotency-Key: must have 1 to 255 visible ASCII characters",
            field="Idempotency-Key",
            cause="FieldValueInvalid",
        )
