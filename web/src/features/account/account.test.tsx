import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { ADMIN, TENANT } from "../../testing/accounts";
import { renderAt, status } from "../../testing/render";
import type { Answer } from "../../testing/render";
import { feature as login } from "../login/feature";
import { feature } from "./feature";

const LIMITS = [
  { resource: "pods", hard: "20", used: "3", hardAmount: 20, usedAmount: 3 },
  { resource: "requests.memory", hard: "4Gi", used: "1Gi", hardAmount: 4 * 1024 ** 3, usedAmount: 1024 ** 3 },
  { resource: "services.nodeports", hard: "0", used: "0", hardAmount: 0, usedAmount: 0 },
];
const QUOTAS = { items: [{ name: "quota", uid: "1", limits: LIMITS }], total: 1, staleSince: null };

function show(answers: Record<string, Answer> = {}) {
  const rendered = renderAt("/account", [feature, login], { "/resourcequotas": QUOTAS, ...answers });
  return { ...rendered, user: userEvent.setup() };
}

describe("one's own account", () => {
  it("shows how much of everything is used", async () => {
    show();
    expect(await screen.findByRole("img", { name: "Pods: 3 of 20" })).toBeInTheDocument();
    expect(screen.getByRole("img", { name: "Memory requested: 1 GiB of 4 GiB" })).toBeInTheDocument();
    expect(screen.getByRole("img", { name: "NodePort services: not allowed" })).toBeInTheDocument();
    expect(screen.getByRole("img", { name: "Nodes: 1 of 10" })).toBeInTheDocument();
  });

  it("says when there is no quota, or it cannot be read", async () => {
    show({ "/resourcequotas": { items: [], total: 0, staleSince: null } });
    expect(await screen.findByText(/has no quota/)).toBeInTheDocument();
  });

  it("has neither quota nor an end of its own for administrators", async () => {
    show({ "/session": ADMIN });
    expect(await screen.findByText("administrator")).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: /Remove/ })).not.toBeInTheDocument();
  });

  it("shows a new token once, and lets go only who has saved it", async () => {
    const { requests, user } = show({ "/account/token": { token: "new.secret" } });
    await user.click(await screen.findByRole("button", { name: "New token" }));
    await user.click(await screen.findByRole("button", { name: "Make a new token" }));
    expect(await screen.findByText("new.secret")).toBeInTheDocument();
    expect(requests).toContain("POST /account/token");
    const done = screen.getByRole("button", { name: "Done" });
    expect(done).toBeDisabled();
    await user.click(screen.getByLabelText("I have saved it"));
    await user.click(done);
    await user.click(screen.getByRole("button", { name: "New token" }));
    expect(screen.queryByText("new.secret")).not.toBeInTheDocument();
  });

  it("keeps the dialog open when something cannot be done, and says why", async () => {
    const { user } = show({ "/account/token": status(503, "ServiceUnavailable", "the API server is away") });
    await user.click(await screen.findByRole("button", { name: "New token" }));
    await user.click(await screen.findByRole("button", { name: "Make a new token" }));
    expect(await screen.findByText("the API server is away")).toBeInTheDocument();
  });

  it("is removed only after its e-mail was typed", async () => {
    const sent: unknown[] = [];
    const { at, user } = show({
      "/account": (_, request) => {
        sent.push(request.method, request.body);
        return new Response(null, { status: 204 });
      },
    });
    await user.click(await screen.findByRole("button", { name: /Remove my account/ }));
    const dialog = within(await screen.findByRole("dialog"));
    const confirm = dialog.getByRole("button", { name: "Remove for good" });
    await user.type(dialog.getByLabelText(/to confirm/), "bob@example.com");
    expect(confirm).toBeDisabled();
    await user.clear(dialog.getByLabelText(/to confirm/));
    await user.type(dialog.getByLabelText(/to confirm/), TENANT.email.toUpperCase());
    await user.click(confirm);
    expect(await screen.findByText(/Your account is being removed/)).toBeInTheDocument();
    expect(sent).toEqual(["DELETE", JSON.stringify({ email: TENANT.email.toUpperCase() })]);
    expect(at()).toContain("/console/login");
  });
});
