/** The page of one account, for administrators. */
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Link } from "../../core/navigation/link";
import { listPath } from "../../core/navigation/paths";
import { useUser } from "../../api/users";
import { ActionBar } from "../../ui/actions/action-bar";
import { PageHeader } from "../../ui/layout/page-header";
import page from "../../ui/layout/page.module.css";
import { Skeleton } from "../../ui/feedback/skeleton";
import { ErrorState } from "../../ui/feedback/states";
import { StatusTag } from "../../ui/gauges/status-tag";
import { useUserActions } from "./actions/use-user-actions";
import { NamespaceResources } from "./detail/namespace-resources";
import { AccountEvents } from "./detail/account-events";
import { Conditions } from "./detail/conditions";
import { Summary } from "./detail/summary";

export default function UserPage() {
  const { t } = useTranslation("users");
  const { name = "" }: { name?: string } = useParams({ strict: false });
  const { data: user, error, refetch } = useUser(name);
  const actions = useUserActions();
  const parent = <Link to={listPath("users")}>{t("title")}</Link>;
  if (user === undefined)
    return (
      <>
        <PageHeader title={name} parent={parent} />
        {error === null ? <Skeleton lines={8} /> : <ErrorState error={error} onRetry={() => void refetch()} />}
      </>
    );
  return (
    <>
      <PageHeader
        title={user.email || user.name}
        parent={parent}
        aside={<StatusTag status={user.phase} />}
        description={user.organization}
      />
      <div className={page.cards}>
        {user.role === "admin" ? (
          <p className={page.muted}>{t("actions.admin")}</p>
        ) : (
          <ActionBar row={user} name={user.email || user.name} actions={actions} />
        )}
        <Summary user={user} />
        <Conditions user={user} />
        <AccountEvents events={user.events} />
        {user.namespace === "" ? null : <NamespaceResources user={user} />}
      </div>
    </>
  );
}
