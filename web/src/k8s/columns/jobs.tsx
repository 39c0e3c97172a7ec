/** The columns of jobs, in their list and on the page of their cron job. */
import { useMemo } from "react";

import { useTranslation } from "react-i18next";

import { Images } from "../images";
import { LinkTo } from "../link-to";
import { RelativeTime } from "../../ui/format/relative-time";
import type { Column } from "../../ui/list/resource-table/types";
import { StatusTag } from "../../ui/gauges/status-tag";
import { durationText } from "../../ui/format/times";

export interface JobLike {
  name: string;
  namespace: string;
  uid: string;
  status: string;
  reason: string;
  completions: number;
  podStatus: { active: number; failed: number; succeeded: number };
  images: readonly { image: string }[];
  ownerKind: string;
  ownerName: string;
  startTime: string;
  completionTime: string;
}

export function useJobColumns({ namespace = false, owner = false } = {}): Column<JobLike>[] {
  const { t, i18n } = useTranslation("objects");
  const { language } = i18n;
  return useMemo(() => {
    const columns: (Column<JobLike> | false)[] = [
      {
        key: "name",
        title: t("columns.name"),
        sort: "name",
        render: (job) => <LinkTo kind="jobs" namespace={job.namespace} name={job.name} />,
      },
      namespace && { key: "namespace", title: t("columns.namespace"), sort: "namespace", splits: true, render: (job) => job.namespace },
      {
        key: "status",
        title: t("columns.status"),
        sort: "status",
        render: (job) => <StatusTag status={job.status} reason={job.reason} />,
      },
      {
        key: "completions",
        title: t("columns.completions"),
        align: "end",
        render: (job) => `${job.podStatus.succeeded}/${job.completions}`,
      },
      { key: "active", title: t("columns.active"), align: "end", render: (job) => job.podStatus.active },
      { key: "failed", title: t("columns.failed"), align: "end", render: (job) => job.podStatus.failed },
      {
        key: "duration",
        title: t("columns.duration"),
        align: "end",
        render: (job) => durationText(job.startTime, job.completionTime, language) || "–",
      },
      { key: "images", title: t("columns.images"), least: namespace, hideOnPhone: true, render: (job) => <Images images={job.images} /> },
      owner && {
        key: "owner",
        title: t("columns.owner"),
        sort: "owner",
        render: (job) => <LinkTo kind={job.ownerKind} namespace={job.namespace} name={job.ownerName} />,
      },
      { key: "started", title: t("columns.started"), sort: "startTime", render: (job) => <RelativeTime time={job.startTime} /> },
    ];
    return columns.filter((column) => column !== false);
  }, [t, language, namespace, owner]);
}
