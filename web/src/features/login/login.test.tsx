import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { TENANT } from "../../testing/accounts";
import { renderAt, status } from "../../testing/render";
import type { Answer } from "../../testing/render";
import { feature } from "./feature";

const PODS = { name: "pods", pages: [{ path: "/pods", load: () => Promise.resolve({ default: () => <h1>{"All pods"}</h1> }) }] };

async function enter(path: string, answers: Record<string, Answer>) {
  const rendered = renderAt(path, [feature, PODS], answers);
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText("E-mail"), " ada@example.com");
  await user.type(screen.getByLabelText("Token"), " id.secret ");
  await user.click(screen.getByRole("button", { name: "Log in" }));
  return { ...rendered, user };
}

describe("logging in", () => {
  it("leads back to where one was, and remembers the e-mail alone", async () => {
    const sent: unknown[] = [];
    const { at } = await enter("/login?return=%2Fpods%3Fq%3Dweb&after=ended", {
      "/session": (_, request) => {
        sent.push(request.body);
        return TENANT;
      },
    });
    expect(await screen.findByText("All pods")).toBeInTheDocument();
    expect(at()).toBe("/console/pods?q=web");
    expect(sent[0]).toBe('{"email":"ada@example.com","token":"id.secret"}');
    expect(localStorage.getItem("yurt-console.email")).toBe("ada@example.com");
    expect(JSON.stringify(localStorage)).not.toContain("secret");
  });

  it("goes nowhere else, whatever the address says", async () => {
    const { at } = await enter("/login?return=%2F%2Fevil.example%2F", { "/session": TENANT });
    await screen.findByText(/such page/);
    expect(at()).toMatch(/^\/console/);
  });

  it.each([
    [401, "Unauthorized", "The e-mail or the token is wrong"],
    [503, "ServiceUnavailable", /still reading the cluster/],
  ])("is refused in words with %i, and nothing typed is lost", async (code, reason, words) => {
    await enter("/login", { "/session": status(code, reason, "no") });
    expect(await screen.findByRole("alert")).toHaveTextContent(words);
    expect(screen.getByLabelText("Token")).toHaveValue(" id.secret ");
  });

  it("says why one is here again", async () => {
    renderAt("/login?after=ended", [feature], {});
    expect(await screen.findByText(/Your session has ended/)).toBeInTheDocument();
  });

  it("is ready for password managers", async () => {
    renderAt("/login", [feature], {});
    expect(await screen.findByLabelText("E-mail")).toHaveAttribute("autocomplete", "username");
    expect(screen.getByLabelText("Token")).toHaveAttribute("autocomplete", "current-password");
    expect(screen.getByLabelText("Token")).toHaveAttribute("type", "password");
  });
});
