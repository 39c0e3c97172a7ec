/** What a page says of a kubeconfig, read from the text that the console made; never from one that anybody brings. */
export interface Connection {
  server: string;
  namespace: string;
  /** When the token in it ends (RFC 3339), "" when it does not say. */
  tokenEnds: string;
}

export function readKubeconfig(text: string): Connection {
  return {
    server: value(text, "server"),
    namespace: value(text, "namespace"),
    tokenEnds: expiry(value(text, "token")),
  };
}

/** The first value of a key, in YAML as the console writes it or in JSON. */
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
