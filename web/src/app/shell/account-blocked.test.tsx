import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { TENANT } from "../../testing/accounts";
import { renderAt } from "../../testing/render";

const PAGE = { name: "overview", pages: [{ path: "/overview", load: () => Promise.resolve({ default: () => <h1>{"Inside"}</h1> }) }] };

describe("an account that cannot be used", () => {
  it.each([
    ["expired", "This account has expired", /can renew the account/],
    ["suspended", "This account is suspended", /Nothing of yours has been removed/],
    ["terminating", "This account is being removed", /register with the same e-mail/],
  ])("says what %s means, and what comes next", async (state, title, next) => {
    renderAt("/overview", [PAGE], { "/session": { ...TENANT, state } });
    expect(await screen.findByRole("heading", { name: title })).toBeInTheDocument();
    expect(screen.getByText(next)).toBeInTheDocument();
    expect(screen.queryByText("Inside")).not.toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Log out" })).toBeInTheDocument();
  });

  it("says until when it was valid, and until when everything is kept", async () => {
    const grace = { state: "expired", phase: "grace", next: "teardown", nextTime: "2024-03-15T08:00:00Z" };
    renderAt("/overview", [PAGE], { "/session": { ...TENANT, ...grace } });
    expect(await screen.findByText(/It ended on Mar 8, 2024/)).toBeInTheDocument();
    expect(screen.getByText(/are kept until Mar 15, 2024/)).toBeInTheDocument();
  });

  it("passes on what the administrator said", async () => {
    renderAt("/overview", [PAGE], { "/session": { ...TENANT, state: "suspended", suspensionReason: "<b>mining</b>" } });
    expect(await screen.findByText("<b>mining</b>")).toBeInTheDocument();
  });

  it("shows how the preparation goes on, and then the page itself", async () => {
    let looks = 0;
    renderAt("/overview", [PAGE], { "/session": () => ({ ...TENANT, state: (looks += 1) > 1 ? "ready" : "preparing" }) });
    expect(await screen.findByRole("list", { name: "Preparation" })).toBeInTheDocument();
    expect(await screen.findByText("Inside", undefined, { timeout: 5000 })).toBeInTheDocument();
  });
});

describe("an account that ends soon", () => {
  const inDays = (days: number) => new Date(Date.now() + days * 24 * 3600 * 1000).toISOString();

  it("says so on every page", async () => {
    renderAt("/overview", [PAGE], { "/session": { ...TENANT, ends: inDays(2.5) } });
    expect(await screen.findByText(/Your account ends in 2/)).toBeInTheDocument();
    expect(screen.getByText("Inside")).toBeInTheDocument();
  });

  it("says nothing before that", async () => {
    renderAt("/overview", [PAGE], { "/session": { ...TENANT, ends: inDays(5) } });
    expect(await screen.findByText("Inside")).toBeInTheDocument();
    expect(screen.queryByText(/Your account ends/)).not.toBeInTheDocument();
  });
});
