/** Reads the fields of a kubeconfig that the console itself wrote; not a general parser. */
export interface Connection {
  server: string;
  namespace: string;
  /** The token's expiry (RFC 3339), "" without one. */
  tokenEnds: string;
}

export function readKubeconfig(text: string): Connection {
  return {
    server: value(text, "server"),
    namespace: value(text, "namespace"),
    tokenEnds: expiry(value(text, "token")),
  };
}

/** The first value of a key, in the console's YAML or in JSON. */
function value(text: string, key: string): string {
  return new RegExp(`["']?\\b${key}["']?:\\s*["']?([^\\s"',}]+)`).exec(text)?.[1] ?? "";
}

/** The `exp` of a JSON Web Token. */
function expiry(token: string): string {
  const claims = token.split(".")[1];
  if (claims === undefined) return "";
  try {
    const { exp } = JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/"))) as { exp?: unknown };
    return typeof exp === "number" ? new Date(exp * 1000).toISOString() : "";
  } catch {
    return "";
  }
}
