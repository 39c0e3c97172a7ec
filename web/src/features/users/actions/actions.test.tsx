import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import type { User } from "../../../api/users";
import { ADMIN, USER as WAITING } from "../../../testing/accounts";
import { renderAt, status } from "../../../testing/render";
import { feature } from "../feature";

const USER: User = { ...WAITING, email: "<b>ada</b>@example.com" };
const ADDRESS = `/users/${USER.name}`;

/** Renders an account's page; `sent` records the requests of its verbs. */
function show(user: User, verbs: Record<string, (sent: unknown) => object> = {}) {
  const sent: string[] = [];
  const answers = Object.fromEntries(
    Object.entries(verbs).map(([verb, answer]) => [
      `${ADDRESS}/${verb}`,
      (_url: URL, request: RequestInit) => {
        sent.push(`${verb} ${typeof request.body === "string" ? request.body : ""}`.trim());
        return answer(request.body);
      },
    ]),
  );
  const rendered = renderAt(ADDRESS, [feature], {
    "/session": ADMIN,
    "/users": { items: [], total: 0, staleSince: null },
    [ADDRESS]: (_url: URL, request: RequestInit) => {
      if (request.method !== "DELETE") return user;
      sent.push(`delete ${typeof request.body === "string" ? request.body : ""}`);
      return new Response(null, { status: 204 });
    },
    ...answers,
  });
  return { ...rendered, sent };
}

describe("administering an account", () => {
  it("approves one that waits, and shows what it is then", async () => {
    const { sent } = show(USER, { approve: () => ({ ...USER, approved: true, state: "preparing", phase: "preparing", next: "readiness" }) });
    expect(await screen.findByText("Waiting for approval")).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Approve" }));
    expect(await screen.findByText("The operator makes it ready")).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Approve" })).toBeNull();
    expect(sent).toEqual(["approve"]);
  });

  it("suspends with a reason, and resumes", async () => {
    const suspended = { ...USER, approved: true, suspended: true, suspensionReason: "<i>unpaid</i>", state: "suspended", phase: "suspended" };
    const { sent } = show({ ...USER, approved: true }, { suspend: () => suspended, resume: () => ({ ...suspended, suspended: false }) });
    await userEvent.click(await screen.findByRole("button", { name: "Suspend" }));
    const dialog = within(await screen.findByRole("dialog"));
    expect(dialog.getByRole("button", { name: "Suspend" })).toBeDisabled();
    await userEvent.type(dialog.getByRole("textbox", { name: "Reason" }), " unpaid ");
    await userEvent.click(dialog.getByRole("button", { name: "Suspend" }));
    expect(await screen.findByText("<i>unpaid</i>")).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Resume" }));
    await waitFor(() => expect(sent).toEqual(['suspend {"reason":"unpaid"}', "resume"]));
  });

  it("says in the console's words why nothing was changed, and keeps the dialog", async () => {
    const refused = () => status(409, "Conflict", "the account is being deleted");
    show({ ...USER, approved: true }, { renew: refused });
    await userEvent.click(await screen.findByRole("button", { name: "Renew" }));
    const dialog = within(await screen.findByRole("dialog"));
    await userEvent.click(dialog.getByRole("button", { name: "Renew" }));
    expect(await dialog.findByText("the account is being deleted")).toBeInTheDocument();
  });

  it("changes only those limits that are others than before", async () => {
    const quota = { cpu: "4", memory: "", pods: 500 };
    const { sent } = show({ ...USER, approved: true, quota }, { limits: () => ({ ...USER, quota }) });
    await userEvent.click(await screen.findByRole("button", { name: "Change the limits" }));
    const dialog = within(await screen.findByRole("dialog"));
    const save = dialog.getByRole("button", { name: "Change the limits" });
    expect(save).toBeDisabled();
    await userEvent.clear(dialog.getByLabelText("CPU requested"));
    await userEvent.type(dialog.getByLabelText("Memory requested"), "16 GB");
    expect(dialog.getByText("The console does not take this.")).toBeInTheDocument();
    expect(save).toBeDisabled();
    await userEvent.clear(dialog.getByLabelText("Memory requested"));
    await userEvent.type(dialog.getByLabelText("Memory requested"), "16Gi");
    await userEvent.click(save);
    await waitFor(() => expect(sent).toEqual(['limits {"quota":{"cpu":"","memory":"16Gi"}}']));
  });

  it("renews for days or until a date, and says before when it then ends", async () => {
    const begun = { ...USER, approved: true, effectiveTime: "2024-03-01T08:00:00Z", ends: "2024-03-08T08:00:00Z" };
    const { sent } = show(begun, { renew: () => begun });
    await userEvent.click(await screen.findByRole("button", { name: "Renew" }));
    const dialog = within(await screen.findByRole("dialog"));
    await userEvent.clear(dialog.getByLabelText("Days from now on"));
    expect(dialog.getByRole("status")).toHaveTextContent("Say for how long, or until when.");
    expect(dialog.getByRole("button", { name: "Renew" })).toBeDisabled();
    await userEvent.click(dialog.getByRole("radio", { name: "Until a date" }));
    const next = new Date().getFullYear() + 1;
    fireEvent.change(dialog.getByLabelText("Date and time"), { target: { value: `${next}-05-04T12:00` } });
    expect(dialog.getByRole("status")).toHaveTextContent(new RegExp(`then ends on May \\d, ${next}`));
    await userEvent.click(dialog.getByRole("button", { name: "Renew" }));
    await waitFor(() => expect(sent).toEqual([`renew {"until":"${new Date(`${next}-05-04T12:00`).toISOString()}"}`]));
  });

  it("deletes only what was typed, and goes back to the list", async () => {
    const { sent, at } = show(USER);
    await userEvent.click(await screen.findByRole("button", { name: "Delete" }));
    const dialog = within(await screen.findByRole("dialog"));
    const confirm = dialog.getByRole("button", { name: "Delete for good" });
    await userEvent.type(dialog.getByRole("textbox"), "user-aaaa");
    expect(confirm).toBeDisabled();
    await userEvent.clear(dialog.getByRole("textbox"));
    await userEvent.type(dialog.getByRole("textbox"), USER.name);
    await userEvent.click(confirm);
    await waitFor(() => expect(at()).toBe("/console/users"));
    expect(sent).toEqual([`delete {"name":"${USER.name}"}`]);
  });

  it("shows a new token once, to whoever says that it is saved", async () => {
    show({ ...USER, approved: true }, { token: () => ({ token: "id.secret" }) });
    await userEvent.click(await screen.findByRole("button", { name: "Reset the token" }));
    const dialog = within(await screen.findByRole("dialog"));
    await userEvent.click(dialog.getByRole("button", { name: "Reset the token" }));
    expect(await dialog.findByRole("button", { name: "Done" })).toBeDisabled();
    await userEvent.click(dialog.getByRole("checkbox"));
    expect(dialog.getByRole("button", { name: "Done" })).toBeEnabled();
  });

  it("leaves administrators' accounts to the command line", async () => {
    show({ ...USER, role: "admin", approved: true });
    expect(await screen.findByText(/administered with yurt-console users/)).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Suspend" })).toBeNull();
  });
});
