/** The page of one CronJob: schedule, jobs, template. */
import { useTranslation } from "react-i18next";

import { useRelated } from "../../api/lists";
import { useJobColumns } from "../../k8s/columns/jobs";
import { Images } from "../../k8s/images";
import { Containers } from "../../k8s/object/containers";
import { Related } from "../../k8s/object/related";
import { RELATED_LIMIT } from "../../k8s/object/related-limit";
import { KindObjectPage } from "../../k8s/pages/object-page";
import { useKindObject } from "../../k8s/pages/use-kind-object";
import { RelativeTime } from "../../ui/format/relative-time";
import { StatusTag } from "../../ui/gauges/status-tag";

export default function CronJobPage() {
  const { t } = useTranslation(["cronjobs", "objects"]);
  const data = useKindObject("cronjobs");
  const { namespace, name, row: cronJob } = data;
  const jobs = useRelated("jobs", { namespace, owner: `CronJob/${name}`, sort: "-startTime", limit: RELATED_LIMIT });
  const spec = data.object.data?.spec;
  return (
    <KindObjectPage
      data={data}
      status={cronJob && <StatusTag status={cronJob.status} />}
      summary={[
        [t("objects:columns.namespace"), namespace],
        [t("objects:columns.schedule"), cronJob && <code>{cronJob.schedule}</code>],
        [t("concurrency"), spec?.concurrencyPolicy && t(`policies.${spec.concurrencyPolicy}`)],
        [t("objects:columns.active"), cronJob?.active],
        [t("objects:columns.lastRun"), cronJob && <RelativeTime time={cronJob.lastScheduleTime} />],
        [t("objects:columns.images"), cronJob && <Images images={cronJob.images} limit={3} />],
        [t("objects:columns.created"), cronJob && <RelativeTime time={cronJob.createTime} />],
      ]}
    >
      <Related
        title={t("jobs")}
        list={jobs}
        columns={useJobColumns()}
        rowKey={(job) => job.uid}
        empty={t("noJobs")}
      />
      <Containers spec={spec?.jobTemplate?.spec?.template?.spec} />
    </KindObjectPage>
  );
}
