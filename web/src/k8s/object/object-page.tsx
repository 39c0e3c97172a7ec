/** The page of one object: summary, related objects, conditions, events, metadata, and a YAML view. */
import { lazy, Suspense } from "react";
import type { ReactNode } from "react";

import { useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useChangeSearch } from "../../core/navigation/use-go";
import { Card } from "../../ui/layout/card";
import { KeyValue } from "../../ui/layout/key-value";
import type { KeyValueProps } from "../../ui/layout/key-value";
import { Notice } from "../../ui/feedback/notice";
import { PageHeader } from "../../ui/layout/page-header";
import { problemOf } from "../../ui/feedback/problem";
import { Skeleton } from "../../ui/feedback/skeleton";
import { ErrorState } from "../../ui/feedback/states";
import { Conditions } from "./conditions";
import type { KubernetesObject } from "./kubernetes";
import { Metadata } from "./metadata";
import { readObjectSearch } from "./object-search";
import styles from "./object.module.css";

const YamlView = lazy(() => import("../yaml/yaml-view"));

export interface ObjectPageProps {
  name: string;
  /** A link to the list. */
  parent: ReactNode;
  /** The status as in the list; undefined while the row is unknown. */
  status: ReactNode;
  /** Whether the console's cache has the object; undefined while unknown. */
  known: boolean | undefined;
  object: { data: KubernetesObject | undefined; error: unknown; refetch: () => unknown };
  summary: KeyValueProps["items"];
  notice?: ReactNode;
  /** Cards between the summary and the conditions. */
  children?: ReactNode;
  /** Cards after the conditions. */
  after?: ReactNode;
}

export function ObjectPage(props: ObjectPageProps) {
  const { name, parent, status, known, object } = props;
  const { view } = readObjectSearch(useSearch({ strict: false }));
  const { data, error } = object;
  const failed = error !== null && error !== undefined;
  const retry = () => void object.refetch();
  const header = <PageHeader title={name} parent={parent} aside={status} />;
  // Neither the API server nor the console's cache has it.
  if (failed && data === undefined && known !== true)
    return (
      <>
        {header}
        <ErrorState error={error} onRetry={retry} />
      </>
    );
  return (
    <>
      {header}
      <Views yaml={view === "yaml"} />
      {failed && view !== "yaml" ? <Behind error={error} /> : null}
      {view === "yaml" ? (
        data === undefined ? (
          failed ? (
            <ErrorState error={error} onRetry={retry} />
          ) : (
            <Skeleton lines={12} height={20} />
          )
        ) : (
          <Suspense fallback={<Skeleton lines={12} height={20} />}>
            <YamlView name={name} object={data} />
          </Suspense>
        )
      ) : known === undefined && data === undefined ? (
        <Skeleton lines={10} />
      ) : (
        <Overview {...props} />
      )}
    </>
  );
}

function Overview({ object: { data }, summary, notice, children, after }: ObjectPageProps) {
  const { t } = useTranslation("objects");
  return (
    <>
      {notice}
      <div className={styles.cards}>
        <Card title={t("summary")}>
          <KeyValue items={summary} />
        </Card>
        {children}
        <Conditions status={data?.status} />
        {after}
        <Metadata object={data} />
      </div>
    </>
  );
}

function Views({ yaml }: { yaml: boolean }) {
  const { t } = useTranslation("objects");
  const changeSearch = useChangeSearch();
  const show = (view: "yaml" | undefined) =>
    changeSearch((search) => ({ ...search, view }), { resetScroll: false });
  return (
    <nav className={styles.views} aria-label={t("views")}>
      <button type="button" className={styles.view} aria-current={!yaml} onClick={() => show(undefined)}>
        {t("overview")}
      </button>
      <button type="button" className={styles.view} aria-current={yaml} onClick={() => show("yaml")}>
        {t("yaml")}
      </button>
    </nav>
  );
}

/** The object could not be read: the rest of the page shows the console's cache. */
function Behind({ error }: { error: unknown }) {
  const { t } = useTranslation("objects");
  const { code, message } = problemOf(error);
  return (
    <Notice tone="warn" title={code === 404 ? t("gone") : t("behind")}>
      {message}
    </Notice>
  );
}
