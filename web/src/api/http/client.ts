/** The one place that calls `fetch`: typed by the console's own OpenAPI document, failing with `ApiError`. */
import { ApiError, failure, unreachable } from "./errors";
import type { paths } from "../schema";
import { sessionEnded } from "../session/end";

export type Method = "get" | "post" | "put" | "patch" | "delete";
type Operation<P extends keyof paths, M extends Method> = paths[P][M];
type Content<R> = R extends { content: { "application/json": infer J } } ? J : undefined;

/** The addresses that know a method. */
export type PathsWith<M extends Method> = {
  [P in keyof paths]: Operation<P, M> extends { responses: unknown } ? P : never;
}[keyof paths];

/** What an address answers with when all is well. */
export type Reply<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { responses: infer R }
    ? Content<R extends { 200: infer OK } ? OK : R extends { 201: infer Created } ? Created : undefined>
    : never;

type Parameters<P extends keyof paths, M extends Method, Place extends string> =
  Operation<P, M> extends { parameters: infer All } ? (Place extends keyof All ? All[Place] : undefined) : undefined;

export interface Options<P extends keyof paths, M extends Method> {
  /** Values for the `{...}` in the address. */
  path?: Parameters<P, M, "path">;
  query?: Parameters<P, M, "query">;
  body?: Operation<P, M> extends { requestBody: { content: { "application/json": infer B } } } ? B : unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Asks the console. A 401 on anything but logging in also tells the page that the session is over. */
export async function call<P extends PathsWith<M>, M extends Method>(
  method: M,
  path: P,
  options: Options<P, M> = {},
): Promise<Reply<P, M>> {
  const response = await reply(method, path, options);
  return (response.status === 204 ? undefined : await response.json()) as Reply<P, M>;
}

/** Like `call`, for what is not JSON: logs, YAML, scripts. */
export async function text<P extends PathsWith<"get">>(path: P, options: Options<P, "get"> = {}): Promise<string> {
  return (await reply("get", path, options)).text();
}

interface RawOptions {
  path?: Record<string, string | number>;
  query?: Record<string, unknown>;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

async function reply(method: Method, path: string, options: RawOptions): Promise<Response> {
  const headers = new Headers(options.headers);
  headers.set("Accept", "application/json");
  if (options.body !== undefined) headers.set("Content-Type", "application/json");
  let response: Response;
  try {
    response = await fetch(address(path, options.path, options.query), {
      method: method.toUpperCase(),
      headers,
      body: options.body === undefined ? null : JSON.stringify(options.body),
      signal: options.signal ?? null,
      credentials: "same-origin",
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw unreachable();
  }
  if (response.ok) return response;
  const failed = await failure(response);
  // Logging in is refused with 401 as well; that ends nothing.
  if (failed.code === 401 && !(method === "post" && path === "/session")) sessionEnded();
  throw failed;
}

/** The address with its `{...}` filled in and its query; what is undefined or "" is left out. */
export function address(
  path: string,
  values: Record<string, string | number> = {},
  query: Record<string, unknown> = {},
): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name] ?? "")));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (typeof value === "string" ? value !== "" : typeof value === "number" || typeof value === "boolean")
      search.set(name, String(value));
  }
  const asked = search.toString();
  return asked ? `${filled}?${asked}` : filled;
}

export { ApiError };
