import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it } from "vitest";

import { chooseLanguage } from "../../i18n/language";
import { TENANT } from "../../testing/accounts";
import { renderAt } from "../../testing/render";

const NOTE = "Note";
const Note = () => <input aria-label={NOTE} />;
const PAGE = { path: "/pods", load: () => Promise.resolve({ default: Note }) };
const PODS = { name: "pods", pages: [PAGE] };

async function show(title = "Keyboard shortcuts") {
  return within(await screen.findByRole("dialog", { name: title }));
}

describe("the help on shortcuts", () => {
  afterEach(() => chooseLanguage("en"));

  it("opens by a question mark, and closes by Escape", async () => {
    renderAt("/pods", [PODS], {});
    await screen.findByLabelText(NOTE);
    await userEvent.keyboard("?");
    const dialog = await show();
    expect(dialog.getByText("Search for a page or an object").parentElement).toHaveTextContent("CtrlKor⌘K");
    await userEvent.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog", { name: "Keyboard shortcuts" })).toBeNull());
  });

  it("leaves question marks that are typed in a text alone", async () => {
    renderAt("/pods", [PODS], {});
    await userEvent.type(await screen.findByLabelText(NOTE), "why?");
    expect(screen.getByLabelText(NOTE)).toHaveValue("why?");
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("is found in the account menu", async () => {
    renderAt("/pods", [PODS], {});
    await userEvent.click(await screen.findByRole("button", { name: "Account menu" }));
    await userEvent.click(await screen.findByRole("menuitem", { name: /Keyboard shortcuts/ }));
    expect((await show()).getByText("Go to the search field")).toBeInTheDocument();
  });

  it("is found by the palette", async () => {
    renderAt("/pods", [PODS], {});
    await screen.findByLabelText(NOTE);
    await userEvent.keyboard("{Control>}k{/Control}");
    await userEvent.type(await screen.findByRole("combobox", { name: "Search and go" }), "shortc{Enter}");
    expect((await show()).getByText("Fold a section")).toBeInTheDocument();
  });

  it("speaks Chinese, and hears a Chinese question mark", async () => {
    await chooseLanguage("zh");
    renderAt("/pods", [PODS], {});
    await screen.findByLabelText(NOTE);
    await userEvent.keyboard("？");
    expect((await show("键盘快捷键")).getByText("定位到搜索框")).toBeInTheDocument();
  });

  it("is not there while the page has none of these shortcuts", async () => {
    renderAt("/pods", [PODS], { "/session": { ...TENANT, state: "suspended", phase: "suspended" } });
    await screen.findByRole("heading", { name: "This account is suspended" });
    await userEvent.keyboard("?");
    expect(screen.queryByRole("dialog")).toBeNull();
  });
});
