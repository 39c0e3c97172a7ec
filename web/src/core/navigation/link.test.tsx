import { expect, expectTypeOf, it } from "vitest";

import { Link } from "./link";
import { listPath, PATHS } from "./paths";
import type { Path } from "./paths";

it("leads to the page's own addresses only: the others do not compile", () => {
  expectTypeOf(listPath("pods")).toExtend<Path>();
  expectTypeOf("/pods/team/web" as const).toExtend<Path>();
  expectTypeOf("/nodes/edge-1" as const).toExtend<Path>();
  expectTypeOf("/podz").not.toExtend<Path>();
  const links = [
    <Link key="1" to={PATHS.login}>
      {PATHS.login}
    </Link>,
    // @ts-expect-error -- there is no such page
    // eslint-disable-next-line no-restricted-syntax -- an address spelt out
    <Link key="2" to="/podz">
      {PATHS.login}
    </Link>,
    // @ts-expect-error -- a Namespace has no page
    <Link key="3" to={listPath("namespaces")}>
      {PATHS.login}
    </Link>,
  ];
  expect(links).toHaveLength(3);
});
