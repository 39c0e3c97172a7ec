import { afterEach, expect, it, vi } from "vitest";

import { address, call } from "./client";
import { ApiError } from "./errors";
import { retry, retryDelay } from "../query-client";
import { onSessionEnd } from "../session/end";

function answering(response: Response | Error) {
  const fetch = vi.fn(() => (response instanceof Error ? Promise.reject(response) : Promise.resolve(response)));
  vi.stubGlobal("fetch", fetch);
  return fetch;
}

const status = (code: number, body: object, headers: Record<string, string> = {}) =>
  Response.json({ kind: "Status", code, ...body }, { status: code, headers });

const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

function sessionEnds() {
  const listener = vi.fn();
  stops.push(onSessionEnd(listener));
  return listener;
}

async function failureOf(request: Promise<unknown>): Promise<ApiError> {
  const error: unknown = await request.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

it("fills addresses in and leaves out what is undefined", () => {
  expect(address("/pods", {}, { q: "a b", sort: undefined, labels: "", offset: 0, detail: true })).toBe(
    "/pods?q=a+b&offset=0&detail=true",
  );
  expect(address("/pods/{namespace}/{name}", { namespace: "a", name: "../b" })).toBe("/pods/a/..%2Fb");
});

it("fails with the console's own words, and what it said of each field", async () => {
  const causes = [{ reason: "FieldValueInvalid", message: "must be an e-mail", field: "email" }];
  answering(status(400, { reason: "BadRequest", message: "email: must be an e-mail", details: { causes } }));
  const error = await failureOf(call("post", "/register", { body: { email: "x", phone: "", organization: "" } }));
  expect([error.code, error.reason, error.message]).toEqual([400, "BadRequest", "email: must be an e-mail"]);
  expect([error.about("email"), error.about("phone")]).toEqual(["must be an e-mail", ""]);
  expect(error.passing).toBe(false);
});

it("tells the page that the session is over, but not when logging in is refused", async () => {
  const ended = sessionEnds();
  answering(status(401, { reason: "Unauthorized", message: "no" }));
  await failureOf(call("post", "/session", { body: { email: "a", token: "b" } }));
  expect(ended).not.toHaveBeenCalled();
  await failureOf(call("get", "/nodes"));
  expect(ended).toHaveBeenCalledOnce();
});

it("tries again what may pass, when the console says", async () => {
  answering(status(503, { reason: "ServiceUnavailable", message: "reading" }, { "Retry-After": "2" }));
  const filling = await failureOf(call("get", "/nodes"));
  expect([retry(0, filling), retry(3, filling), retryDelay(0, filling)]).toEqual([true, false, 2000]);
  answering(new TypeError("Failed to fetch"));
  const away = await failureOf(call("get", "/nodes"));
  expect([away.code, retry(0, away), retryDelay(2, away)]).toEqual([0, true, 4000]);
  expect(retry(0, new ApiError(403, "Forbidden", "no"))).toBe(false);
});

it("makes sense of what a proxy on the way answers", async () => {
  answering(new Response("<h1>Bad gateway</h1>", { status: 502, statusText: "Bad Gateway" }));
  const error = await failureOf(call("get", "/nodes"));
  expect([error.code, error.message, error.passing]).toEqual([502, "Bad Gateway", true]);
});

it("sends JSON to the console's own address with the browser's cookie and nothing else", async () => {
  const fetch = answering(new Response(null, { status: 204 }));
  await call("delete", "/session", { query: { everywhere: true } });
  expect(fetch).toHaveBeenCalledWith(
    "/session?everywhere=true",
    expect.objectContaining({ method: "DELETE", credentials: "same-origin", body: null }),
  );
});
