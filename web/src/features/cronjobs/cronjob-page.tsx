/** The page of one CronJob: schedule, jobs, template. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useRelated, useRow } from "../../api/lists";
import { useObject } from "../../api/objects";
import { useJobColumns } from "../../k8s/columns/jobs";
import { Images } from "../../k8s/images";
import { Containers } from "../../k8s/object/containers";
import { Events } from "../../k8s/object/events";
import type { KubernetesObject } from "../../k8s/object/kubernetes";
import { ObjectPage } from "../../k8s/object/object-page";
import { Related } from "../../k8s/object/related";
import { RELATED_LIMIT } from "../../k8s/object/related-limit";
import { useObjectAddress } from "../../k8s/object/use-object-address";
import { RelativeTime } from "../../ui/format/relative-time";
import { StatusTag } from "../../ui/gauges/status-tag";

export default function CronJobPage() {
  const { t } = useTranslation(["cronjobs", "objects"]);
  const { namespace, name } = useObjectAddress();
  const row = useRow("cronjobs", namespace, name);
  const object = useObject<KubernetesObject>("cronjobs", namespace, name);
  const jobs = useRelated("jobs", { namespace, owner: `CronJob/${name}`, sort: "-startTime", limit: RELATED_LIMIT });
  const events = useRelated("events", { namespace, kind: "CronJob", name, limit: RELATED_LIMIT });
  const cronJob = row.data?.rows[0];
  const spec = object.data?.spec;
  return (
    <ObjectPage
      name={name}
      parent={<Link to="/cronjobs">{t("title")}</Link>}
      status={cronJob && <StatusTag status={cronJob.status} />}
      known={row.data && cronJob !== undefined}
      object={object}
      summary={[
        [t("objects:columns.namespace"), namespace],
        [t("objects:columns.schedule"), cronJob && <code>{cronJob.schedule}</code>],
        [t("concurrency"), spec?.concurrencyPolicy && t(`policies.${spec.concurrencyPolicy}`)],
        [t("objects:columns.active"), cronJob?.active],
        [t("objects:columns.lastRun"), cronJob && <RelativeTime time={cronJob.lastScheduleTime} />],
        [t("objects:columns.images"), cronJob && <Images images={cronJob.images} limit={3} />],
        [t("objects:columns.created"), cronJob && <RelativeTime time={cronJob.createTime} />],
      ]}
      after={<Events list={events} />}
    >
      <Related
        title={t("jobs")}
        list={jobs}
        columns={useJobColumns()}
        rowKey={(job) => job.uid}
        empty={t("noJobs")}
      />
      <Containers spec={spec?.jobTemplate?.spec?.template?.spec} />
    </ObjectPage>
  );
}
