/** The HTTP client: the one place that calls `fetch`. Typed by the OpenAPI document; errors are `ApiError`. */
import { ApiError, failure, unreachable } from "./errors";
import type { paths } from "../schema";
import { sessionEnded } from "../session/end";

export type Method = "get" | "post" | "put" | "patch" | "delete";
type Operation<P extends keyof paths, M extends Method> = paths[P][M];
type Content<R> = R extends { content: { "application/json": infer J } } ? J : undefined;

/** The paths that have a method. */
export type PathsWith<M extends Method> = {
  [P in keyof paths]: Operation<P, M> extends { responses: unknown } ? P : never;
}[keyof paths];

/** The body of a successful response. */
export type Reply<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { responses: infer R }
    ? Content<R extends { 200: infer OK } ? OK : R extends { 201: infer Created } ? Created : undefined>
    : never;

type Parameters<P extends keyof paths, M extends Method, Place extends string> =
  Operation<P, M> extends { parameters: infer All } ? (Place extends keyof All ? All[Place] : undefined) : undefined;

export interface Options<P extends keyof paths, M extends Method> {
  /** Values for the `{...}` in the path. */
  path?: Parameters<P, M, "path">;
  query?: Parameters<P, M, "query">;
  body?: Operation<P, M> extends { requestBody: { content: { "application/json": infer B } } } ? B : unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Sends a request. A 401 on anything but login also ends the page's session. */
export async function call<P extends PathsWith<M>, M extends Method>(
  method: M,
  path: P,
  options: Options<P, M> = {},
): Promise<Reply<P, M>> {
  const response = await reply(method, path, options);
  return (response.status === 204 ? undefined : await response.json()) as Reply<P, M>;
}

/** The lists of the API: what replies with a page of rows. */
export type ListPath = {
  [P in PathsWith<"get">]: Reply<P, "get"> extends { total: number; staleSince?: string | null } ? P : never;
}[PathsWith<"get">];

/** A list's row; the contract calls the rows of nodes `allNodes`. */
export type RowOf<P extends ListPath> =
  Reply<P, "get"> extends { allNodes: (infer R)[] } ? R : Reply<P, "get"> extends { items: (infer R)[] } ? R : never;

/** The parameters of every list. */
export interface StandardQuery {
  /** Left out: a tenant's own namespace, all for an administrator. */
  namespace?: string | undefined;
  q?: string | undefined;
  status?: string | undefined;
  labels?: string | undefined;
  /** Exactly this name; for events, the involved object's. */
  name?: string | undefined;
  /** A field, `-` before it for descending. */
  sort?: string | undefined;
  offset?: number | undefined;
  limit?: number | undefined;
}

/** A list's query. `sort` comes from addresses as any text, which the API validates. */
export type ListQueryOf<P extends ListPath> =
  | StandardQuery
  | (Omit<NonNullable<Parameters<P, "get", "query">>, "sort"> & { sort?: string | undefined });

/** A page of a list, the same shape for every kind. */
export interface Listing<Row> {
  rows: Row[];
  /** Rows that match, over all pages. */
  total: number;
  /** Since when the rows may be stale, null while they are live. */
  staleSince: string | null;
  /** Why the list cannot have rows, such as a kind that the cluster does not serve. */
  hint: string;
}

/** Reads a page of a list. */
export async function list<P extends ListPath>(path: P, query: ListQueryOf<P>, signal: AbortSignal): Promise<Listing<RowOf<P>>> {
  const response = await reply("get", path, { query, signal });
  const { allNodes, items, total, staleSince = null, hint = "" } = (await response.json()) as Envelope<RowOf<P>>;
  return { rows: allNodes ?? items ?? [], total, staleSince, hint };
}

interface Envelope<Row> {
  allNodes?: Row[];
  items?: Row[];
  total: number;
  staleSince?: string | null;
  hint?: string;
}

/** Opens a response that is read while it arrives; `stream.ts` reads it. */
export async function openBody(path: PathsWith<"get">, accept: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const { body } = await reply("get", path, { headers: { Accept: accept }, signal });
  if (body === null) throw new Error("a streamed response has a body");
  return body;
}

interface RawOptions {
  path?: Record<string, string | number>;
  query?: object | undefined;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

async function reply(method: Method, path: string, options: RawOptions): Promise<Response> {
  const headers = new Headers(options.headers);
  if (!headers.has("Accept")) headers.set("Accept", "application/json");
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
  // A failed login is a 401 too, and ends no session.
  if (failed.code === 401 && !(method === "post" && path === "/session")) sessionEnded();
  throw failed;
}

/** The address with its `{...}` filled in and its query; undefined and "" values are left out. */
export function address(
  path: string,
  values: Record<string, string | number> = {},
  query: object = {},
): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name] ?? "")));
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query as Record<string, unknown>)) {
    if (typeof value === "string" ? value !== "" : typeof value === "number" || typeof value === "boolean")
      parameters.set(name, String(value));
  }
  const search = parameters.toString();
  return search ? `${filled}?${search}` : filled;
}

export { ApiError };
