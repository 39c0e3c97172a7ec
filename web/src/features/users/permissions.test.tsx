import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it } from "vitest";

import type { Rows } from "../../api/lists";
import type { Permission } from "../../core/permissions";
import { chooseLanguage } from "../../i18n/language";
import { ADMIN, USER } from "../../testing/accounts";
import { renderAt, status } from "../../testing/render";
import { feature } from "./feature";

const USERS: Omit<Permission, "verbs"> = { group: "user.openyurt.io", resource: "users" };
const APPROVED = { ...USER, approved: true };
const AT = `/users/${USER.name}`;
// What the dialogs say first.
const SUSPENDS = /^Takes the rights of/;
const RENEWS = /^Sets until when/;
const NONE = { items: [], allNodes: [], total: 0, staleSince: null };

/** The page of an account, to an administrator with these permissions. */
function show(permissions?: readonly Permission[], user: object = APPROVED, answers: Parameters<typeof renderAt>[2] = {}) {
  const session = permissions === undefined ? ADMIN : { ...ADMIN, permissions };
  return renderAt(AT, [feature], { "/session": session, [AT]: user, ...answers });
}
const buttons = () => within(screen.getByRole("main")).queryAllByRole("button").map((button) => button.textContent).filter(Boolean);
const ready = () => screen.findByRole("heading", { level: 1, name: USER.email });

describe("what may be done to an account", () => {
  afterEach(() => chooseLanguage("en"));

  it("is everything for an administrator of a console that sends no permissions", async () => {
    show();
    await ready();
    expect(buttons()).toEqual(["Renew", "Change the limits", "Suspend", "Reset the token", "Delete"]);
  });

  it.each([
    [["patch"], ["Renew", "Change the limits", "Suspend", "Reset the token"]],
    [["delete"], ["Delete"]],
    [["get", "list"], []],
    [["*"], ["Renew", "Change the limits", "Suspend", "Reset the token", "Delete"]],
  ])("is what the permissions say: %j", async (verbs, names) => {
    show([{ ...USERS, verbs }]);
    await ready();
    expect(buttons()).toEqual(names);
  });

  it("is offered by the row's menu, which reads the same list", async () => {
    const row: Rows["users"] = USER;
    const list = { items: [row], total: 1, staleSince: null };
    const permissions = [{ ...USERS, verbs: ["patch"] }];
    const { requests } = renderAt("/users", [feature], { "/session": { ...ADMIN, permissions }, "/users": list, [AT]: APPROVED });
    const menu = await screen.findByRole("button", { name: `Actions on ${USER.email}` });
    expect(requests).not.toContain(`GET ${AT}`);
    await userEvent.click(menu);
    await screen.findByRole("menuitem", { name: "Suspend" });
    expect(screen.getAllByRole("menuitem").map((item) => item.textContent)).toEqual([
      "Renew", "Change the limits", "Suspend", "Reset the token",
    ]);
    await userEvent.click(screen.getByRole("menuitem", { name: "Suspend" }));
    expect(await screen.findByText(SUSPENDS)).toBeInTheDocument();
  });

  it("is offered by the palette, and by letters, but not while one types", async () => {
    show();
    await ready();
    await userEvent.keyboard("{Control>}k{/Control}");
    const search = await screen.findByRole("combobox", { name: "Search and go" });
    await userEvent.type(search, "suspend");
    expect(screen.queryByText(SUSPENDS)).toBeNull();
    expect(await screen.findByRole("option", { name: /Suspend.*ada@example.com/ })).toBeInTheDocument();
    await userEvent.keyboard("{Enter}");
    expect(await screen.findByText(SUSPENDS)).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await userEvent.keyboard("r");
    expect(await screen.findByText(RENEWS)).toBeInTheDocument();
  });

  it.each([
    ["en", "Approve", "The account is approved", "Close"],
    ["zh", "批准", "账号已批准", "关闭"],
  ] as const)("is confirmed by a notification that can be closed (%s)", async (language, action, words, close) => {
    await chooseLanguage(language);
    show(undefined, USER, { [`${AT}/approve`]: APPROVED, "/nodes": NONE });
    await userEvent.click(await screen.findByRole("button", { name: action }));
    const region = screen.getByRole("log");
    expect(await within(region).findByText(words)).toBeInTheDocument();
    expect(region).toHaveAttribute("aria-live", "polite");
    await userEvent.click(within(region).getByRole("button", { name: close }));
    expect(within(region).queryByText(words)).toBeNull();
  });

  it("says in the console's words why it failed", async () => {
    show(undefined, USER, { [`${AT}/approve`]: status(409, "Conflict", "the account is being deleted") });
    await userEvent.click(await screen.findByRole("button", { name: "Approve" }));
    const region = within(screen.getByRole("log"));
    expect(await region.findByText("Nothing was changed: the account is being deleted")).toBeInTheDocument();
  });
});
