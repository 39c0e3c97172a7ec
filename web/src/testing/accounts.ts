/** Accounts as the console tells of them. */
import type { Account } from "../api/session";

export const TENANT: Account = {
  spec: {
    kubeConfig: "apiVersion: v1\nkind: Config\n",
    nodeAddScript: "#!/bin/sh\n",
    validPeriod: 7,
    maxNodeNum: 10,
    namespace: "user-aaaaaaaaaaaaaaaaaaaa",
  },
  status: { nodeNum: 1, effectiveTime: "2024-03-01T08:00:00Z", expired: false },
  name: "user-aaaaaaaaaaaaaaaaaaaa",
  email: "ada@example.com",
  organization: "Example",
  role: "tenant",
  state: "ready",
  phase: "ready",
  next: "warning",
  nextTime: "2024-03-05T08:00:00Z",
  suspensionReason: "",
  ends: "2024-03-08T08:00:00Z",
  message: "",
  conditions: [],
  nodeLeaveScript: "#!/bin/sh\n",
};

export const ADMIN: Account = {
  ...TENANT,
  spec: { kubeConfig: "", nodeAddScript: "", validPeriod: 0, maxNodeNum: 0, namespace: "" },
  name: "user-cccccccccccccccccccc",
  email: "root@example.com",
  role: "admin",
  next: "",
  nextTime: "",
  ends: "",
  nodeLeaveScript: "",
};
