import { expect, it } from "vitest";

import { schedulingReasons } from "./scheduler";

it.each([
  ["no nodes available to schedule pods", [["noNodes", 0, ""]]],
  ["0/0 nodes are available.", [["noNodes", 0, ""]]],
  [
    "0/5 nodes are available: 1 Insufficient cpu, 2 node(s) didn't match node selector, 2 node(s) were unschedulable.",
    [
      ["cpu", 1, ""],
      ["selector", 2, ""],
      ["cordoned", 2, ""],
    ],
  ],
  [
    "0/3 nodes are available: 1 node(s) had taint {openyurt/tenant: ada, b}, that the pod didn't tolerate, 2 node(s) had taint {node.kubernetes.io/unreachable: }, that the pod didn't tolerate.",
    [
      ["taint", 1, "openyurt/tenant: ada, b"],
      ["offline", 2, ""],
    ],
  ],
  [
    "0/2 nodes are available: 1 Insufficient memory, 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
    [
      ["memory", 1, ""],
      ["offline", 1, ""],
    ],
  ],
  ["0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.", [["selector", 1, ""]]],
  ["0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules.", [["affinity", 1, ""]]],
  ["0/4 nodes are available: 4 Insufficient nvidia.com/gpu.", [["resource", 4, "nvidia.com/gpu"]]],
  ["0/1 nodes are available: 1 Too many pods.", [["pods", 1, ""]]],
  ["pod has unbound immediate PersistentVolumeClaims", [["volume", 0, ""]]],
  ["back-off 5m0s restarting failed container", []],
  ["", []],
])("reads %j", (message, expected) => {
  expect(schedulingReasons(message).map(({ obstacle, count, what }) => [obstacle, count, what])).toEqual(expected);
});
