import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { ADMIN, TENANT } from "../../testing/accounts";
import { renderAt } from "../../testing/render";
import { feature } from "./feature";

const token = (exp: number) => `e30.${btoa(JSON.stringify({ exp })).replaceAll("=", "")}.sig`;
const config = (exp: number) => `server: https://api.example.com:6443\nnamespace: ${TENANT.spec.namespace}\ntoken: ${token(exp)}\n`;
const account = (exp: number) => ({ ...TENANT, spec: { ...TENANT.spec, kubeConfig: config(exp) } });
const NODES = { allNodes: [{ name: "edge-1" }, { name: "edge-2; rm -rf /" }], total: 2, staleSince: null };

describe("the connection", () => {
  it("hides the kubeconfig until it is asked for", async () => {
    renderAt("/connection", [feature], { "/session": account(4e9), "/nodes": NODES });
    expect(await screen.findByText("https://api.example.com:6443")).toBeInTheDocument();
    expect(screen.queryByText(/token: e30/)).not.toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: /Show/ }));
    expect(screen.getByText(/token: e30/)).toBeInTheDocument();
  });

  it("asks for nodes by name, and writes only names into commands", async () => {
    renderAt("/connection", [feature], { "/session": account(4e9), "/nodes": NODES });
    expect(await screen.findByText("kubectl get node edge-1")).toBeInTheDocument();
  });

  it("says when the kubeconfig has expired", async () => {
    renderAt("/connection", [feature], { "/session": account(1), "/nodes": NODES });
    expect(await screen.findByRole("alert")).toHaveTextContent("This kubeconfig has expired");
  });

  it("says what administrators use, and what is not there yet", async () => {
    renderAt("/connection", [feature], { "/session": ADMIN });
    expect(await screen.findByText("Administrators get no kubeconfig here")).toBeInTheDocument();
  });
});
