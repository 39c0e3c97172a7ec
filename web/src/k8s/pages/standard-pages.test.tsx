import { screen, within } from "@testing-library/react";
import { afterEach, describe, expect, expectTypeOf, it } from "vitest";

import type { Rows } from "../../api/lists";
import type { NamespacedObject } from "../../api/objects";
import type { KINDS, ListPlural } from "../../core/kinds/kinds";
import type { NamespacedPagePlural } from "../../core/navigation/paths";
import { chooseLanguage } from "../../i18n/language";
import { ADMIN, TENANT } from "../../testing/accounts";
import { renderAt } from "../../testing/render";
import { kindFeature } from "../kind-feature";

const NAMESPACE = TENANT.name;
const HOSTILE = "<img src=x onerror=alert(1)>";
const SERVICE: Rows["services"] = {
  name: "shop",
  namespace: NAMESPACE,
  uid: "1",
  labels: "app=web",
  createTime: "2024-03-01T08:00:00Z",
  type: "NodePort",
  clusterIp: "10.0.0.7",
  ports: ["80/TCP", "443/TCP"],
  externalAddresses: [],
  selector: "app=web,tier=front",
};
const list = (...items: object[]) => ({ items, total: items.length, staleSince: null });
const OVERVIEW = { clusterStatus: [{ kind: "nodes", totalNum: 1, healthyNum: 1 }], staleSince: null };
const ANSWERS = {
  "/services": list(SERVICE),
  "/clusterEvents": list(),
  "/clusterOverview": OVERVIEW,
  [`/objects/services/${NAMESPACE}/shop`]: {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "shop", namespace: NAMESPACE, annotations: { note: HOSTILE } },
    data: { "shop.conf": HOSTILE },
  },
};
const feature = kindFeature("services");
const cells = (row: HTMLElement | undefined) => within(row ?? document.body).getAllByRole("cell").map((cell) => cell.textContent);
const headings = () => screen.getAllByRole("columnheader").map((heading) => heading.textContent);

type Fields<P extends ListPlural> = (typeof KINDS)[P] extends { columns: readonly { field: infer F }[] } ? F : never;

describe("the standard pages", () => {
  afterEach(() => chooseLanguage("en"));

  it("list what the record says, in its formats", async () => {
    renderAt("/services", [feature], ANSWERS);
    await screen.findByRole("link", { name: "shop" });
    expect(headings()).toEqual(["Name", "Type", "Cluster IP", "External addresses", "Ports", "Selector", "Created"]);
    const row = cells(screen.getAllByRole("row")[1]);
    expect(row.slice(0, -1)).toEqual(["shop", "NodePort", "10.0.0.7", "–", "80/TCP, 443/TCP", "app=webtier=front"]);
    expect(screen.getByRole("link", { name: "shop" })).toHaveAttribute("href", `/console/services/${NAMESPACE}/shop`);
  });

  it("show administrators the namespace, and speak Chinese", async () => {
    await chooseLanguage("zh");
    renderAt("/services", [feature], { ...ANSWERS, "/session": ADMIN });
    await screen.findByRole("link", { name: "shop" });
    expect(headings().slice(0, 3)).toEqual(["名称", "命名空间", "类型"]);
  });

  it("say what makes the first one", async () => {
    renderAt("/services", [feature], { ...ANSWERS, "/services": list() });
    expect(await screen.findByText("No service yet")).toBeInTheDocument();
    expect(screen.getByText("kubectl expose deployment web --port=80")).toBeInTheDocument();
  });

  it("filter by the record's statuses", async () => {
    renderAt("/services?status=NodePort", [feature], ANSWERS);
    await screen.findByRole("link", { name: "shop" });
    expect(screen.getByRole("combobox", { name: "Filter by Type" })).toBeInTheDocument();
  });

  it("show one object with what its row says, its data and metadata, all as text", async () => {
    renderAt(`/services/${NAMESPACE}/shop`, [feature], ANSWERS);
    expect(await screen.findByRole("heading", { level: 1, name: "shop" })).toBeInTheDocument();
    expect(await screen.findByText("10.0.0.7")).toBeInTheDocument();
    const data = within(await screen.findByRole("region", { name: "Data" }));
    expect(data.getByText("shop.conf")).toBeInTheDocument();
    expect(screen.getAllByText(HOSTILE)).toHaveLength(2);
    expect(within(screen.getByRole("main")).getByRole("link", { name: "Services" })).toHaveAttribute("href", "/console/services");
  });

  it("name only fields that rows have, and only objects that the API serves", () => {
    expectTypeOf<Fields<"services">>().toExtend<keyof Rows["services"]>();
    expectTypeOf<Fields<"cronjobs">>().toExtend<keyof Rows["cronjobs"]>();
    expectTypeOf<NamespacedPagePlural>().toExtend<NamespacedObject>();
  });
});
