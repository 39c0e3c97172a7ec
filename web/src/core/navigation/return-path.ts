/** The address to open after login. Only own pages behind the login; anything else becomes the root. */
import { useCallback } from "react";

import { useNavigate } from "@tanstack/react-router";

import { PATHS } from "./paths";

export function safeReturn(path: string | undefined): string {
  if (path === undefined || !path.startsWith("/") || /^\/[\\/]/.test(path)) return PATHS.root;
  return path.split(/[/?#]/)[1] === PATHS.login.slice(1) ? PATHS.root : path;
}

/** A function that opens the address from before the login, in place of the login page. */
export function useReturn(): (path: string | undefined) => Promise<void> {
  const navigate = useNavigate();
  return useCallback((path) => navigate({ href: safeReturn(path), replace: true }), [navigate]);
}
