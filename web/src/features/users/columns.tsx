/** Columns and filters of the list of accounts. */
import { useMemo } from "react";

import { useTranslation } from "react-i18next";

import { Link } from "../../core/navigation/link";
import { PHASES } from "../../core/account-phases";
import { clusterObjectPath } from "../../core/navigation/paths";
import type { Rows } from "../../api/lists";
import { RelativeTime } from "../../ui/format/relative-time";
import type { Column, Filter } from "../../ui/list/resource-table/types";
import { StatusTag } from "../../ui/gauges/status-tag";
import { UserActionMenu } from "./actions/user-action-menu";

type User = Rows["users"];

export function useFilters(): Filter[] {
  const { t } = useTranslation(["users", "ui"]);
  const options = PHASES.map((value) => ({ value, label: t(`status.${value}`, { ns: "ui" }) }));
  return [{ name: "status", label: t("columns.state"), options }];
}

export function useColumns(): Column<User>[] {
  const { t } = useTranslation("users");
  return useMemo(
    () => [
      {
        key: "email",
        title: t("columns.email"),
        sort: "email",
        render: (user) => (
          <Link to={clusterObjectPath("users", user.name)}>
            {user.email || user.name}
          </Link>
        ),
      },
      {
        key: "state",
        title: t("columns.state"),
        sort: "phase",
        render: (user) => <StatusTag status={user.phase} reason={user.message} />,
      },
      {
        key: "organization",
        title: t("columns.organization"),
        sort: "organization",
        render: (user) => user.organization,
      },
      {
        key: "role",
        title: t("columns.role"),
        sort: "role",
        render: (user) => t(`roles.${user.role as "tenant"}`),
      },
      {
        key: "nodes",
        title: t("columns.nodes"),
        sort: "nodeNum",
        align: "end",
        render: (user) => (user.role === "admin" ? "–" : t("ofNodes", { used: user.nodeNum, hard: user.maxNodeNum })),
      },
      {
        key: "ends",
        title: t("columns.ends"),
        sort: "ends",
        render: (user) =>
          user.ends === "" ? (user.validPeriod === 0 ? t("never") : "–") : <RelativeTime time={user.ends} />,
      },
      {
        key: "created",
        title: t("columns.created"),
        sort: "createTime",
        render: (user) => <RelativeTime time={user.createTime} />,
      },
      {
        key: "actions",
        title: t("columns.actions"),
        align: "end",
        render: (user) => (user.role === "admin" ? null : <UserActionMenu user={user} />),
      },
    ],
    [t],
  );
}
