import { expect, it } from "vitest";

import { complaintOf } from "./kubelet";

it.each([
  [
    "back-off 5m0s restarting failed container=web pod=web-75fbd8c4fd-zfwjt_default(10c5aea4)",
    { about: "restarting", container: "web", delay: "5m" },
  ],
  ["back-off 10s restarting failed container=web pod=web_default(1)", { about: "restarting", container: "web", delay: "10s" }],
  ['Back-off pulling image "nginx:nope"', { about: "pulling", image: "nginx:nope" }],
  ["Back-off restarting failed container", undefined],
  ["", undefined],
])("reads %j", (message, complaint) => expect(complaintOf(message)).toEqual(complaint));
