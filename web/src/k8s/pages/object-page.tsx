/** The page of a namespaced object: the standard one from its kind's record, and the frame of pages with more. */
import type { ComponentType } from "react";

import { useTranslation } from "react-i18next";

import { specOf } from "../../core/kinds/kinds";
import type { PagePlural } from "../../core/kinds/kinds";
import { Link } from "../../core/navigation/link";
import { listPath } from "../../core/navigation/paths";
import type { NamespacedPagePlural } from "../../core/navigation/paths";
import { RelativeTime } from "../../ui/format/relative-time";
import { StatusTag } from "../../ui/gauges/status-tag";
import { Data } from "../object/data";
import { Events } from "../object/events";
import { ObjectPage } from "../object/object-page";
import type { ObjectPageProps } from "../object/object-page";
import { Cell, useColumnTitle, valueOf } from "./kind-columns";
import { useKindObject } from "./use-kind-object";
import type { KindObject } from "./use-kind-object";

export interface KindObjectPageProps extends Pick<ObjectPageProps, "status" | "summary" | "notice" | "children"> {
  /** From `useKindObject`. */
  data: Pick<KindObject, "plural" | "name" | "object" | "events"> & { row: object | undefined; query: { data: unknown } };
}

/** The frame of an object's page: header, summary, cards, events. */
export function KindObjectPage({ data, ...parts }: KindObjectPageProps) {
  const { plural, name, query, row, object, events } = data;
  const { t } = useTranslation();
  return (
    <ObjectPage
      {...parts}
      name={name}
      parent={<Link to={listPath(plural)}>{t("title", { ns: plural as "nodes" })}</Link>}
      known={query.data === undefined ? undefined : row !== undefined}
      object={object}
      after={<Events list={events} />}
    />
  );
}

export function objectPage(plural: PagePlural): ComponentType {
  const { columns = [] } = specOf(plural);
  const status = columns.find(({ format }) => format === "status");
  return function StandardObjectPage() {
    const data = useKindObject(plural as NamespacedPagePlural);
    const title = useColumnTitle(plural);
    const { row, namespace } = data;
    return (
      <KindObjectPage
        data={data}
        status={row && status && <StatusTag status={String(valueOf(row, status.field))} />}
        summary={[
          [title("namespace"), namespace],
          ...columns
            .filter((column) => column !== status)
            .map(({ key, field, format }) => [title(key), row && <Cell key={key} format={format} value={valueOf(row, field)} limit={10} />] as const),
          [title("created"), row && <RelativeTime time={row.createTime} />],
        ]}
      >
        <Data data={data.object.data?.data} />
      </KindObjectPage>
    );
  };
}
