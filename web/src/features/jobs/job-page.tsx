/** The page of one Job: progress, pods, owner. */
import { useTranslation } from "react-i18next";

import { useRelated } from "../../api/lists";
import { useNodeCounts } from "../../api/overview";
import { Images } from "../../k8s/images";
import { LinkTo } from "../../k8s/link-to";
import { NoNodes } from "../../k8s/no-nodes";
import { Containers } from "../../k8s/object/containers";
import { Pods } from "../../k8s/object/pods";
import { RELATED_LIMIT } from "../../k8s/object/related-limit";
import { KindObjectPage } from "../../k8s/pages/object-page";
import { useKindObject } from "../../k8s/pages/use-kind-object";
import { RelativeTime } from "../../ui/format/relative-time";
import { StatusTag } from "../../ui/gauges/status-tag";
import { durationText } from "../../ui/format/times";

export default function JobPage() {
  const { t, i18n } = useTranslation(["jobs", "objects"]);
  const data = useKindObject("jobs");
  const { namespace, name, row: job } = data;
  const owner = `Job/${name}`;
  const pods = useRelated("pods", { namespace, owner, limit: RELATED_LIMIT });
  const counts = useNodeCounts();
  const spec = data.object.data?.spec;
  return (
    <KindObjectPage
      data={data}
      status={job && <StatusTag status={job.status} reason={job.reason} />}
      notice={job?.status === "Running" ? <NoNodes counts={counts} /> : null}
      summary={[
        [t("objects:columns.namespace"), namespace],
        [t("objects:columns.completions"), job && `${job.podStatus.succeeded}/${job.completions}`],
        [t("parallelism"), job?.parallelism],
        [t("objects:columns.active"), job?.podStatus.active],
        [t("objects:columns.failed"), job?.podStatus.failed],
        [t("backoffLimit"), spec?.backoffLimit],
        [t("objects:columns.duration"), job && durationText(job.startTime, job.completionTime, i18n.language)],
        [t("objects:columns.images"), job && <Images images={job.images} limit={3} />],
        [
          t("objects:columns.owner"),
          job?.ownerName ? (
            <>
              {job.ownerKind} <LinkTo kind={job.ownerKind} namespace={namespace} name={job.ownerName} />
            </>
          ) : undefined,
        ],
        [t("objects:columns.started"), job && <RelativeTime time={job.startTime} />],
        [t("completed"), job && <RelativeTime time={job.completionTime} />],
      ]}
    >
      <Pods list={pods} search={{ namespace, owner }} />
      <Containers spec={spec?.template?.spec} />
    </KindObjectPage>
  );
}
