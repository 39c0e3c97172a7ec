import { describe, expect, it } from "vitest";

import { newKey, problemWith } from "./rules";

describe("the rules of the fields", () => {
  it.each(["ada@example.com", " a+b@sub.example.test "])("take the e-mail %s", (text) => expect(problemWith("email", text)).toBe(""));
  it.each(["ada", "ada@", "ada@host", "a b@example.com", "@example.com"])("do not take the e-mail %s", (text) =>
    expect(problemWith("email", text)).toBe("shape"));

  it.each(["13800138000", "+49 (30) 123-456", "１３８００１３８０００"])("take the phone %s", (text) =>
    expect(problemWith("phone", text)).toBe(""));
  it.each(["call me", "123"])("do not take the phone %s", (text) => expect(problemWith("phone", text)).toBe("shape"));

  it("take any organization that can be read", () => {
    expect(problemWith("organization", "OpenYurt 社区")).toBe("");
    expect(problemWith("organization", "a\u0000b")).toBe("shape");
    expect(problemWith("organization", "x".repeat(129))).toBe("tooLong");
  });

  it("need every field", () => expect(problemWith("email", "  ")).toBe("required"));
});

it("a key is never used twice", () => {
  expect(newKey()).toMatch(/^[0-9a-f]{32}$/);
  expect(newKey()).not.toBe(newKey());
});
