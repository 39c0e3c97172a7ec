import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { sessionEnded } from "../../api/session/end";
import { feature as login } from "../../features/login/feature";
import { renderAt } from "../../testing/render";

const PODS = { name: "pods", pages: [{ path: "/pods", load: () => Promise.resolve({ default: () => <h1>{"All pods"}</h1> }) }] };

describe("the end of a session", () => {
  it("leads to the login page once, which knows the way back, however many questions are refused", async () => {
    const { at } = renderAt("/pods?q=web", [login, PODS], {});
    await screen.findByText("All pods");
    sessionEnded();
    sessionEnded();
    expect(await screen.findByText(/Your session has ended/)).toBeInTheDocument();
    sessionEnded();
    expect(new URL(at(), "http://console").searchParams.get("return")).toBe("/pods?q=web");
  });

  it("in another tab ends it here", async () => {
    renderAt("/pods", [login, PODS], {});
    await screen.findByText("All pods");
    dispatchEvent(new StorageEvent("storage", { key: "yurt-console.session", newValue: null }));
    expect(await screen.findByText(/Your session has ended/)).toBeInTheDocument();
  });
});
