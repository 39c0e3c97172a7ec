/** The card of the pods that belong to the page's object, with a link to all of them. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { usePodColumns } from "../columns/pods";
import type { PodColumnChoice, PodLike } from "../columns/pods";
import type { Asked } from "../../ui/list/resource-table/types";
import { Related } from "./related";

export interface PodsProps {
  list: Asked<PodLike>;
  /** What the list of all pods is asked to show the same. */
  search: { namespace?: string; labels?: string; owner?: string; node?: string };
  columns?: PodColumnChoice;
  /** What it says when there is none, where that is not simply that. */
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
        <Link to="/pods" search={search}>
          {t("allPods")}
        </Link>
      }
    />
  );
}
