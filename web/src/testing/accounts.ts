/** Sample accounts in the API's shape. */
import type { Account } from "../api/session/queries";
import type { User } from "../api/users";

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

/** A tenant's account as administrators see it: registered, pending approval. */
export const USER: User = {
  name: TENANT.name,
  uid: "1",
  email: TENANT.email,
  phone: "+8613800138000",
  organization: TENANT.organization,
  role: "tenant",
  state: "pending-approval",
  phase: "pending-approval",
  next: "approval",
  nextTime: "",
  message: "",
  createTime: "2024-03-01T08:00:00Z",
  effectiveTime: "",
  ends: "",
  validPeriod: 7,
  maxNodeNum: 3,
  nodeNum: 0,
  namespace: "",
  approved: false,
  suspended: false,
  suspensionReason: "",
  quota: { cpu: "", memory: "", pods: 500 },
  conditions: [],
  joins: [],
  events: [],
  staleSince: null,
};
