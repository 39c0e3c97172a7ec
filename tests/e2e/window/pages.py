"""Expected texts of every page in every state: the one table that lists all pages.

A test fails for a page of the router that is missing here. States that all pages share are in
`test_every_page` and `test_outage`; this table holds the differences.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final, TypeAlias

from tests.e2e.window.visitor import Language
from yurt_console.tenancy.identity.principals import ADMIN

Texts: TypeAlias = dict[Language, str]


class Sort(enum.Enum):
    """Category of a page."""

    LIST = "a table, searched and paged by the console"
    OBJECT = "one object as Kubernetes has it, beside what the console knows of it"
    OWN = "a page like no other"
    PUBLIC = "before the login"


@dataclass(frozen=True)
class Page:
    """One page. Texts are those that only this page, in this state, has."""

    sort: Sort
    title: Texts | None
    """Heading; None: the name of the object."""
    full: Texts | None = None
    """With data; None: a table with rows."""
    empty: Texts | None = None
    """For an account without objects; None: does not occur."""
    asks: bool = True
    """Whether it requests more than the session, so that it can be loading or fail."""
    refuses: bool = False
    """Whether it names the missing permission for an address of another tenant. Other pages are about the own
    account, or do not distinguish forbidden from missing."""
    admins_only: bool = False
    admins_differ: bool = False
    """Whether it differs for administrators."""
    to_admins: Texts | None = None
    """Text for administrators; None: the same."""

    def shown_to(self, role: str) -> Texts | None:
        """`full`, for ``tenant`` or ``admin``."""
        return self.to_admins or self.full if role == ADMIN else self.full


def _text(en: str, zh: str) -> Texts:
    return {"en": en, "zh": zh}


LOADING: Final = _text("Loading", "加载中")
FAILED: Final = _text("This could not be loaded", "加载失败")
RETRY: Final = _text("Try again", "重试")
NO_MATCH: Final = _text("Nothing matches", "没有匹配的结果")
CLEAR: Final = _text("Clear search and filters", "清除搜索和筛选")
FORBIDDEN: Final = _text("You may not see this", "没有查看权限")
NOT_FOUND: Final = _text("This cannot be found", "找不到该对象")
EXPIRED: Final = _text("This account has expired", "此账号已到期")
STALE: Final = _text("Stale", "已过时")
AS_OF: Final = _text("as of", "截至")
BEHIND: Final = _text("nothing new from the cluster since", "没有收到集群的更新")
"""Above a table that may be stale."""
PARTLY: Final = _text("what the console knows is shown", "以下为控制台已知的信息")
"""On an object page while the API server is unreachable."""


def _list(title: Texts, empty: Texts, *, admins_differ: bool = False) -> Page:
    return Page(Sort.LIST, title, empty=empty, refuses=True, admins_differ=admins_differ)


def _object(*, refuses: bool = True) -> Page:
    return Page(Sort.OBJECT, None, full=_text("Labels and annotations", "标签与注解"), refuses=refuses)


PAGES: Final[dict[str, Page]] = {
    "/login": Page(
        Sort.PUBLIC,
        _text("Log in", "登录"),
        full=_text("Remember the address in this browser", "在此浏览器中记住邮箱"),
        asks=False,
    ),
    "/register": Page(
        Sort.PUBLIC,
        _text("Register", "注册"),
        full=_text("A trial account gives you a namespace", "试用账号包含真实集群中的一个专属命名空间"),
        asks=False,
    ),
    "/overview": Page(
        Sort.OWN,
        _text("Overview", "概览"),
        full=_text("Capacity and usage", "容量与用量"),
        empty=_text("First steps", "快速开始"),
        refuses=True,
        admins_differ=True,
    ),
    "/connection": Page(
        Sort.OWN,
        _text("Connection", "连接"),
        full=_text("kubectl get nodes", "kubectl get nodes"),
        asks=False,
        admins_differ=True,
        to_admins=_text("Administrators get no kubeconfig here", "此处不提供管理员的 kubeconfig"),
    ),
    "/account": Page(
        Sort.OWN,
        _text("Account", "账号"),
        full=_text("NodePort services", "NodePort 服务"),
        empty=_text("0 of 3", "已用 0，上限 3"),
        admins_differ=True,
        to_admins=_text("no end", "长期有效"),
    ),
    "/nodes": _list(_text("Nodes", "节点"), _text("No node yet", "还没有节点"), admins_differ=True),
    "/nodes/$name": _object(refuses=False),
    "/nodepools": Page(Sort.LIST, _text("Node pools", "节点池"), refuses=True),
    "/nodepools/$name": _object(refuses=False),
    "/deployments": _list(_text("Deployments", "部署"), _text("No deployment yet", "还没有部署")),
    "/deployments/$namespace/$name": _object(),
    "/statefulsets": _list(
        _text("Stateful sets", "有状态副本集"), _text("No stateful set yet", "还没有有状态副本集")
    ),
    "/statefulsets/$namespace/$name": _object(),
    "/daemonsets": _list(_text("Daemon sets", "守护进程集"), _text("No daemon set yet", "还没有守护进程集")),
    "/daemonsets/$namespace/$name": _object(),
    "/jobs": _list(_text("Jobs", "任务"), _text("No job yet", "还没有任务")),
    "/jobs/$namespace/$name": _object(),
    "/cronjobs": _list(_text("Cron jobs", "定时任务"), _text("No cron job yet", "还没有定时任务")),
    "/cronjobs/$namespace/$name": _object(),
    "/pods": _list(_text("Pods", "容器组"), _text("No pod yet", "还没有容器组")),
    "/pods/$namespace/$name": _object(),
    "/services": _list(_text("Services", "服务"), _text("No service yet", "还没有服务")),
    "/services/$namespace/$name": _object(),
    "/configmaps": Page(Sort.LIST, _text("Config maps", "ConfigMap"), refuses=True),
    "/configmaps/$namespace/$name": _object(),
    "/events": Page(Sort.LIST, _text("Events", "事件"), refuses=True),
    "/users": Page(Sort.LIST, _text("Users", "用户"), refuses=True, admins_only=True),
    "/users/$name": Page(
        Sort.OWN, None, full=_text("How it stands", "账号状况"), refuses=True, admins_only=True
    ),
}

PUBLIC: Final = frozenset(pattern for pattern, page in PAGES.items() if page.sort is Sort.PUBLIC)
ADMINS_ONLY: Final = frozenset(pattern for pattern, page in PAGES.items() if page.admins_only)
ADMINS_OWN: Final = frozenset(pattern for pattern, page in PAGES.items() if page.admins_differ)
"""Patterns of pages that differ for administrators."""
