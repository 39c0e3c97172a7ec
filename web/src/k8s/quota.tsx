/** A namespace's quotas: usage of each limit. */
import { useTranslation } from "react-i18next";

import { Meter } from "../ui/gauges/meter";
import { bytesText, cpuText } from "../ui/format/quantities";
import styles from "./quota.module.css";

export interface QuotaProps {
  /** The lines of all quotas that hold. */
  limits: readonly { resource: string; hardAmount: number; usedAmount: number }[];
}

/** Resources that come first. */
const FIRST = ["pods", "requests.cpu", "limits.cpu", "requests.memory", "limits.memory", "requests.storage"];

export function Quota({ limits }: QuotaProps) {
  const { t, i18n } = useTranslation("ui");
  const place = (resource: string) => (FIRST.includes(resource) ? FIRST.indexOf(resource) : FIRST.length);
  const sorted = [...limits].sort((one, other) => place(one.resource) - place(other.resource));
  return (
    <div className={styles.quota}>
      {sorted.map(({ resource, hardAmount, usedAmount }, index) => {
        const key = resource.replace(/\W/g, "_");
        const title = i18n.exists(`quota.resources.${key}`, { ns: "ui" }) ? t(`quota.resources.${key as "pods"}`) : resource;
        const write = writer(resource);
        const words = { used: write(usedAmount), hard: write(hardAmount) };
        return (
          <Meter
            key={`${resource}-${index}`}
            title={title}
            used={usedAmount}
            hard={hardAmount}
            text={hardAmount === 0 ? t("quota.none") : t("quota.of", words)}
          />
        );
      })}
    </div>
  );
}

function writer(resource: string): (amount: number) => string {
  if (/(^|\.)cpu$/.test(resource)) return cpuText;
  if (/(^|\.)(memory|storage|ephemeral-storage)$/.test(resource)) return bytesText;
  return String;
}
