import { describe, expect, it } from "vitest";

import { readKubeconfig } from "./kubeconfig";

const claims = btoa(JSON.stringify({ exp: 1709884800, sub: "system:serviceaccount:a:tenant" })).replaceAll("=", "");
const YAML = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: AAAA
    server: https://api.example.com:6443
  name: c
contexts:
- context:
    namespace: user-a
users:
- name: tenant
  user:
    token: e30.${claims}.sig
`;

describe("a kubeconfig", () => {
  it("tells where it leads and when its token ends", () => {
    expect(readKubeconfig(YAML)).toEqual({
      server: "https://api.example.com:6443",
      namespace: "user-a",
      tokenEnds: "2024-03-08T08:00:00.000Z",
    });
  });

  it("is read as JSON too", () => {
    const { server, namespace } = readKubeconfig('{"server": "https://a:1", "namespace": "b", "token": "x.y.z"}');
    expect([server, namespace]).toEqual(["https://a:1", "b"]);
  });

  it.each(["", "token: opaque", "token: a.!!!.c", `token: a.${btoa("[]")}.c`])("says nothing it does not know: %s", (text) => {
    expect(readKubeconfig(text).tokenEnds).toBe("");
  });
});
