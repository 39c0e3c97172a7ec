"""What the API server itself refuses in a User, whoever writes it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.planes.plane import Plane
from yurt_console.custom_resources import USERS
from yurt_console.kube.client import Client
from yurt_console.kube.errors import Invalid
from yurt_console.kube.kubeconfig import load
from yurt_console.tenancy.accounts import tokens

NAME = "user-of-the-schema-test"
GOOD: dict[str, Any] = {"email": "ann@example.com", "mobilephone": "+8613800138000", "organization": "ACME"}


@pytest.fixture
async def client(installed: Plane) -> AsyncIterator[Client]:
    """The administrator; whatever a test made is gone afterwards."""
    async with Client(load(installed.kubeconfig)) as client:
        yield client
        for user in await client.list(USERS):
            if user["metadata"]["name"] == NAME:
                await client.delete(USERS, NAME)


async def create(client: Client, **spec: Any) -> dict[str, Any]:
    return await client.create(USERS, {"metadata": {"name": NAME}, "spec": {**GOOD, **spec}})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "Bob <b@x.io>"), ("email", "a@localhost"), ("email", "a@b@x.io"), ("email", "a b@x.io"),
        ("email", "x" * 250 + "@x.io"), ("email", ""), ("email", 7), ("email", "a@1.2.3.4"),
        ("mobilephone", "13800138000"), ("mobilephone", "+86138001380001380"), ("mobilephone", "+86 138"),
        ("organization", ""), ("organization", "   "), ("organization", "x" * 129), ("organization", "a\nb"),
        ("role", "root"), ("role", ""), ("approved", "yes"), ("validPeriod", -1), ("validPeriod", 3651),
        ("validPeriod", 1.5), ("maxNodeNum", -1), ("maxNodeNum", 1001), ("token", "in clear"), ("token", ""),
        ("tokenGeneration", -1), ("namespace", "Not A Label"), ("namespace", "n" * 64),
        ("kubeConfig", "x" * 65537), ("nodeAddScript", "x" * 65537), ("quota", 5),
        ("quota.cpu", "-1"), ("quota.cpu", "8 cores"), ("quota.cpu", 8), ("quota.cpu", "1Gi"),
        ("quota.memory", "1e3"), ("quota.memory", "lots"), ("quota.memory", "1Xi"), ("quota.memory", "1Gi\n"),
        ("quota.pods", -1), ("quota.pods", 10_001), ("quota.pods", "9"),
    ],
)  # fmt: skip
async def test_a_spec_out_of_shape_is_refused_by_its_field(client: Client, field: str, value: object) -> None:
    with pytest.raises(Invalid, match=rf"spec\.{field}"):
        outer, _, inner = field.partition(".")
        await create(client, **{outer: {inner: value} if inner else value})


@pytest.mark.parametrize("field", ["email", "mobilephone", "organization"])
async def test_the_contracts_three_fields_are_required(client: Client, field: str) -> None:
    spec = {key: value for key, value in GOOD.items() if key != field}
    with pytest.raises(Invalid, match=field):
        await client.create(USERS, {"metadata": {"name": NAME}, "spec": spec})


@pytest.mark.parametrize(
    "status",
    [
        {"effectiveTime": "yesterday"}, {"expired": "no"}, {"message": "x" * 1025}, {"nodeNum": -1},
        {"nodes": ["x" * 254]}, {"conditions": [{"type": "Ready"}]},
    ],
)  # fmt: skip
async def test_a_status_out_of_shape_is_refused(client: Client, status: dict[str, Any]) -> None:
    await create(client)
    with pytest.raises(Invalid):
        await client.merge_patch(USERS, NAME, {"status": status}, subresource="status")


async def test_a_user_of_the_contract_alone_is_a_tenant_whose_days_are_counted(client: Client) -> None:
    made = await create(client)
    wanted = {"role": "tenant", "approved": True, "suspended": False, "validPeriod": 7, "maxNodeNum": 3}
    assert made["spec"] == {**GOOD, **wanted, "quota": {"pods": 500}}


async def test_ordinary_people_fit(client: Client) -> None:
    made = await create(
        client,
        email="o'neil+x@plant.local",
        organization="边缘计算 研究院",
        token=tokens.issue()[1],
        role="admin",
        quota={"cpu": "7.5", "memory": "16Gi"},
    )
    assert made["spec"]["quota"] == {"cpu": "7.5", "memory": "16Gi", "pods": 500}
    assert made["spec"]["organization"] == "边缘计算 研究院"


async def test_unknown_fields_are_dropped_and_status_is_not_written_with_spec(client: Client) -> None:
    obj = {"metadata": {"name": NAME}, "spec": {**GOOD, "shoeSize": 43}, "status": {"expired": True}}
    made = await client.create(USERS, obj)
    assert "shoeSize" not in made["spec"]
    assert "status" not in made


def test_no_credential_is_ever_a_column(installed: Plane) -> None:
    token, record = tokens.issue()
    spec = {**GOOD, "token": record, "kubeConfig": "the kubeconfig", "nodeAddScript": "the script"}
    installed.api.create(USERS, {"metadata": {"name": NAME}, "spec": spec})
    try:
        shown = str(installed.api.table(USERS))
    finally:
        installed.api.delete(USERS, NAME)
    assert "ann@example.com" in shown
    for secret in (token, record, record.split(":")[2][:10], "the kubeconfig", "the script"):
        assert secret not in shown
