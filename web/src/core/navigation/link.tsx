/** The router's link, for the page's own addresses only: an address that does not exist is a type error. */
import type { ReactNode } from "react";

import { Link as RouterLink } from "@tanstack/react-router";
import type { LinkProps as RouterLinkProps } from "@tanstack/react-router";

import type { Path } from "./paths";

type Attributes = Omit<React.ComponentProps<"a">, "href" | "children">;

export interface LinkProps extends Attributes, Pick<RouterLinkProps, "activeProps" | "preload"> {
  to: Path;
  search?: Readonly<Record<string, unknown>> | undefined;
  children: ReactNode;
}

export function Link({ search, ...props }: LinkProps) {
  return <RouterLink {...props} {...(search ? { search } : {})} />;
}
