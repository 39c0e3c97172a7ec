import { screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";

import type { User } from "../../api/users";
import { chooseLanguage } from "../../i18n/language";
import { ADMIN, USER } from "../../testing/accounts";
import { renderAt } from "../../testing/render";
import { feature } from "./feature";

const THEN = "2024-03-15T08:00:00Z";

/** The API's fields of each phase; then the texts for an administrator in English and Chinese. */
const PHASES = [
  ["pending-approval", "approval", "", ["Waiting for approval", "You or another administrator approve it"], ["待审批", "等待管理员批准"]],
  ["preparing", "readiness", "", ["Preparing", "The operator makes it ready"], ["准备中", "operator 正在准备"]],
  ["failed", "retry", "", ["Preparation failed", "The operator tries again by itself"], ["准备失败", "operator 会自动重试"]],
  ["failed", "repair", "", ["Preparation failed", "An administrator has to put this right"], ["准备失败", "需要管理员处理"]],
  ["ready", "warning", THEN, ["Ready", "Its owner is reminded that it ends"], ["就绪", "提醒即将到期"]],
  ["ready", "", "", ["Ready", "Nothing is due"], ["就绪", "暂无安排"]],
  ["expiring", "expiry", THEN, ["Ends soon", "It expires and loses its rights"], ["即将到期", "到期并收回权限"]],
  ["expired", "revocation", "", ["Expired", "The operator takes its rights away"], ["已到期", "operator 将收回其权限"]],
  ["grace", "teardown", THEN, ["Expired, kept for now", "Everything it has is deleted"], ["已到期，保留中", "删除其全部内容"]],
  ["suspended", "teardown", THEN, ["Suspended", "Everything it has is deleted"], ["已停用", "删除其全部内容"]],
  ["suspended", "resumption", "", ["Suspended", "An administrator may resume it"], ["已停用", "管理员可以恢复"]],
  ["terminating", "end", "", ["Leaving", "The account goes when everything it has is gone"], ["注销中", "内容全部删除后，账号随之移除"]],
] as const;
const CASES = PHASES.flatMap(([phase, next, nextTime, en, zh]) => [
  { phase, next, nextTime, language: "en" as const, words: en },
  { phase, next, nextTime, language: "zh" as const, words: zh },
]);
const TITLE = { en: "Next", zh: "接下来" };

describe("somebody's account", () => {
  afterEach(() => chooseLanguage("en"));

  it.each(CASES)("says in every phase what comes next and when ($phase, $next, $language)", async ({ language, words, ...account }) => {
    await chooseLanguage(language);
    const [state, next] = words;
    const user: User = { ...USER, ...account };
    renderAt(`/users/${USER.name}`, [feature], { "/session": ADMIN, [`/users/${USER.name}`]: user });
    expect(await screen.findByRole("heading", { level: 1, name: USER.email })).toBeInTheDocument();
    expect(document.querySelector(`[data-status="${account.phase}"]`)).toHaveTextContent(state);
    const row = within(screen.getByText(TITLE[language]).parentElement ?? document.body);
    expect(row.getByText(new RegExp(`^${next}`))).toBeInTheDocument();
    const when = account.nextTime === "" ? [] : [account.nextTime];
    expect(row.queryAllByText(/ago|前/).map((time) => time.getAttribute("datetime"))).toEqual(when);
  });
});
