/** A node's status with its explanation: offline since, autonomous until, or the reason. */
import { useTranslation } from "react-i18next";

import type { Rows } from "../../api/lists";
import { RelativeTime } from "../../ui/format/relative-time";
import { StatusTag } from "../../ui/gauges/status-tag";
import styles from "./nodes.module.css";

export type Node = Rows["nodes"];

export function NodeState({ node }: { node: Node }) {
  return (
    <span className={styles.state}>
      <StatusTag status={node.status} reason={isSilent(node) ? undefined : node.reason} />
      <Behind node={node} />
    </span>
  );
}

/** For a silent node the reason only repeats the status. */
function isSilent({ status }: Node): boolean {
  return /^(Offline|Autonomous)/.test(status);
}

function Behind({ node }: { node: Node }) {
  const { t } = useTranslation("nodes");
  if (!isSilent(node)) return null;
  const since = node.details?.conditions.find(({ type }) => type === "Ready")?.since ?? "";
  return (
    <span className={styles.behind} title={node.reason}>
      {since === "" ? null : (
        <>
          {t("state.silent")} <RelativeTime time={since} />
        </>
      )}
      {node.status.startsWith("Autonomous") ? (
        <>
          {since === "" ? "" : " · "}
          {node.autonomyEnds ? (
            <>
              {t("state.kept")} <RelativeTime time={node.autonomyEnds} />
            </>
          ) : (
            t("state.keptAlways")
          )}
        </>
      ) : null}
    </span>
  );
}
