/** The card of the page object's pods, with a link to the list. */
import { useTranslation } from "react-i18next";

import { Link } from "../../core/navigation/link";
import { listPath } from "../../core/navigation/paths";
import { usePodColumns } from "../columns/pods";
import type { PodColumnChoice, PodLike } from "../columns/pods";
import type { ListQuery } from "../../ui/list/resource-table/types";
import { Related } from "./related";

export interface PodsProps {
  list: ListQuery<PodLike>;
  /** The search parameters of the list with the same pods. */
  search: { namespace?: string; labels?: string; owner?: string; node?: string };
  columns?: PodColumnChoice;
  /** The text for no pods, instead of the default. */
  empty?: string;
}

export function Pods({ list, search, columns, empty }: PodsProps) {
  const { t } = useTranslation("objects");
  return (
    <Related
      title={t("pods")}
      list={list}
      columns={usePodColumns(columns)}
      rowKey={(pod) => pod.uid}
      empty={empty ?? t("noPods")}
      all={
        <Link to={listPath("pods")} search={search}>
          {t("allPods")}
        </Link>
      }
    />
  );
}
