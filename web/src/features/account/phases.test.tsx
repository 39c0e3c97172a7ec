import { screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";

import { chooseLanguage } from "../../i18n/language";
import { TENANT } from "../../testing/accounts";
import { renderAt } from "../../testing/render";
import { feature } from "./feature";

const WARNING = "2024-03-05T08:00:00Z";
const END = "2024-03-08T08:00:00Z";
const REMOVAL = "2024-03-15T08:00:00Z";

/** The API's fields of each phase; then the texts for the owner in English and Chinese. */
const PHASES = [
  [{ phase: "pending-approval", state: "pending-approval", next: "approval" },
    ["This account waits for approval", "Waiting for approval", /when an administrator has approved/],
    ["此账号正在等待审批", "待审批", /管理员批准后/]],
  [{ phase: "preparing", state: "preparing", next: "readiness" },
    ["Your corner of the cluster is being prepared", "Preparing", /takes a few seconds/],
    ["正在为您准备集群空间", "准备中", /通常只需几秒/]],
  [{ phase: "failed", state: "preparing", next: "retry" },
    ["Your corner of the cluster cannot be prepared yet", "Preparation failed", /tried again by itself/],
    ["暂时无法为您准备集群空间", "准备失败", /系统会自动重试/]],
  [{ phase: "failed", state: "preparing", next: "repair" },
    ["Your corner of the cluster cannot be prepared yet", "Preparation failed", /An administrator has to put this right/],
    ["暂时无法为您准备集群空间", "准备失败", /需要管理员处理/]],
  [{ phase: "ready", state: "ready", next: "warning", nextTime: WARNING },
    ["Account", "Ready", /you are reminded that it ends: Mar 5, 2024/],
    ["账号", "就绪", /2024年3月5日.*提醒您即将到期/]],
  [{ phase: "expiring", state: "ready", next: "expiry", nextTime: END },
    ["Account", "Ends soon", /it expires, .* lose access: Mar 8, 2024/],
    ["账号", "即将到期", /2024年3月8日.*到期，届时/]],
  [{ phase: "expired", state: "expired", next: "revocation" },
    ["This account has expired", "Expired", /It ended on Mar 8, 2024/],
    ["此账号已到期", "已到期", /已于 2024年3月8日.*到期/]],
  [{ phase: "grace", state: "expired", next: "teardown", nextTime: REMOVAL },
    ["This account has expired", "Expired, kept for now", /kept until Mar 15, 2024.*then they are removed/],
    ["此账号已到期", "已到期，保留中", /保留到 2024年3月15日.*永久删除/]],
  [{ phase: "suspended", state: "suspended", next: "teardown", nextTime: REMOVAL },
    ["This account is suspended", "Suspended", /kept until Mar 15, 2024/],
    ["此账号已停用", "已停用", /保留到 2024年3月15日/]],
  [{ phase: "suspended", state: "suspended", next: "resumption" },
    ["This account is suspended", "Suspended", /Only an administrator can end the suspension/],
    ["此账号已停用", "已停用", /只有管理员可以恢复/]],
  [{ phase: "terminating", state: "terminating", next: "end" },
    ["This account is being removed", "Leaving", /When it is done you can register/],
    ["此账号正在注销", "注销中", /可以用同一邮箱重新注册/]],
] as const;
const CASES = PHASES.flatMap(([fields, en, zh]) => [
  { fields, language: "en" as const, words: en, id: `${fields.phase}, ${fields.next}` },
  { fields, language: "zh" as const, words: zh, id: `${fields.phase}, ${fields.next}` },
]);

describe("one's own account", () => {
  afterEach(() => chooseLanguage("en"));

  it.each(CASES)("says in every phase what it means, what comes next and when ($id, $language)", async ({ fields, language, words }) => {
    await chooseLanguage(language);
    const [title, state, next] = words;
    renderAt("/account", [feature], {
      "/session": { ...TENANT, nextTime: "", ends: END, ...fields },
      "/resourcequotas": { items: [], total: 0, staleSince: null },
    });
    expect(await screen.findByRole("heading", { level: 1, name: title })).toBeInTheDocument();
    expect(document.querySelector(`[data-status="${fields.phase}"]`)).toHaveTextContent(state);
    expect(screen.getByText(next)).toBeInTheDocument();
  });
});
