import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { TENANT } from "../../testing/accounts";
import { renderAt, status } from "../../testing/render";
import type { Answer } from "../../testing/render";
import { feature as login } from "../login/feature";
import { feature } from "./feature";

const HOME = { name: "overview", pages: [{ path: "/overview", load: () => Promise.resolve({ default: () => <h1>{"Inside"}</h1> }) }] };

async function fillIn(answers: Record<string, Answer>) {
  const rendered = renderAt("/register", [feature, login, HOME], answers);
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText("E-mail"), "ada@example.com");
  await user.type(screen.getByLabelText("Phone"), "13800138000");
  await user.type(screen.getByLabelText("Organization"), "Example");
  return { ...rendered, user, send: () => user.click(screen.getByRole("button", { name: /Register$/ })) };
}

describe("registering", () => {
  it("sends nothing while a field is wrong, and goes there", async () => {
    const { requests, user, send } = await fillIn({});
    await user.clear(screen.getByLabelText("Phone"));
    await send();
    expect(screen.getByText("Phone is needed")).toBeInTheDocument();
    expect(screen.getByLabelText("Phone")).toHaveFocus();
    expect(requests.filter((one) => one.startsWith("POST"))).toEqual([]);
  });

  it("shows the console's refusals at their fields and loses nothing", async () => {
    const causes = [
      { reason: "FieldValueInvalid", message: "must be a phone number", field: "phone" },
      { reason: "FieldValueInvalid", message: "must not", field: "organization" },
    ];
    const { user, send } = await fillIn({ "/register": status(400, "BadRequest", "phone: no", causes) });
    await send();
    expect(await screen.findByText(/This is no number/)).toBeInTheDocument();
    expect(screen.getByText(/does not take this name/)).toBeInTheDocument();
    expect(screen.getByLabelText("E-mail")).toHaveValue("ada@example.com");
    await user.type(screen.getByLabelText("Phone"), "1");
    expect(screen.queryByText(/This is no number/)).not.toBeInTheDocument();
  });

  it("asks again with the same key when no reply came, and with another for other fields", async () => {
    const keys: (string | null)[] = [];
    const { user, send } = await fillIn({
      "/register": (_, request) => {
        keys.push(new Headers(request.headers).get("Idempotency-Key"));
        return Promise.reject(new TypeError("network"));
      },
    });
    await send();
    expect(await screen.findByText("No answer came from the console")).toBeInTheDocument();
    await send();
    await user.type(screen.getByLabelText("Organization"), "!");
    await send();
    expect(keys).toHaveLength(3);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  it.each([
    [409, "AlreadyExists", "An account with this e-mail exists"],
    [429, "TooManyRequests", "Too many registrations from your network"],
    [503, "ServiceUnavailable", "The cluster cannot be reached just now"],
  ])("says in words what %i means", async (code, reason, words) => {
    const { send } = await fillIn({ "/register": status(code, reason, "no") });
    await send();
    expect(await screen.findByText(words)).toBeInTheDocument();
  });

  it("shows the token once, and lets nobody on who has not saved it", async () => {
    const { requests, at, user, send } = await fillIn({
      "/register": { token: "id.secret", ready: false },
      "/session": { ...TENANT, state: "preparing" },
    });
    await send();
    expect(await screen.findByText("id.secret")).toBeInTheDocument();
    expect(await screen.findByRole("list", { name: "Preparation" })).toBeInTheDocument();
    expect(requests.filter((one) => one.startsWith("POST"))).toEqual(["POST /register?wait=false", "POST /session"]);
    const open = screen.getByRole("button", { name: "Open the console" });
    expect(open).toBeDisabled();
    await user.click(screen.getByLabelText("I have saved it"));
    await user.click(open);
    expect(await screen.findByText("Your corner of the cluster is being prepared")).toBeInTheDocument();
    expect(at()).not.toContain("secret");
    expect(JSON.stringify(localStorage)).not.toContain("secret");
  });

  it("shows no form where registration is closed", async () => {
    renderAt("/register", [feature], { "/registration": { mode: "closed", validPeriod: 7, maxNodeNum: 3 } });
    expect(await screen.findByText("Registration is closed")).toBeInTheDocument();
    expect(screen.queryByRole("textbox")).toBeNull();
  });

  it("says where accounts are approved, before and after", async () => {
    const { send } = await fillIn({
      "/registration": { mode: "approval", validPeriod: 7, maxNodeNum: 3 },
      "/register": { token: "id.secret", ready: false },
      "/session": { ...TENANT, state: "pending-approval" },
    });
    expect(await screen.findByText(/An administrator approves every account here/)).toBeInTheDocument();
    await send();
    expect(await screen.findByText("Your account waits for approval")).toBeInTheDocument();
    expect(screen.queryByRole("list", { name: "Preparation" })).toBeNull();
  });
});
