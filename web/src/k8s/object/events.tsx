/** The card of the page object's events. */
import { useTranslation } from "react-i18next";

import { useEventColumns } from "../columns/events";
import type { EventLike } from "../columns/events";
import type { ListQuery } from "../../ui/list/resource-table/types";
import { Related } from "./related";

export function Events({ list }: { list: ListQuery<EventLike> }) {
  const { t } = useTranslation("objects");
  return (
    <Related
      title={t("events")}
      list={list}
      columns={useEventColumns()}
      rowKey={(event) => event.uid}
      empty={t("noEvents")}
    />
  );
}
