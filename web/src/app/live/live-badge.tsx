/** The live state as colour, shape and word, with the time of the data when it is not live. */
import { Tooltip } from "antd";
import { useTranslation } from "react-i18next";

import { ToneShape } from "../../ui/gauges/status-tag";
import { timeOfDay } from "../../ui/format/times";
import styles from "./live-badge.module.css";
import { staleSince } from "./state";
import type { LiveState } from "./state";

export function LiveBadge({ state }: { state: LiveState }) {
  const { t, i18n } = useTranslation("app");
  const since = staleSince(state);
  const is = state.phase === "live" && since !== "" ? "stale" : state.phase;
  const at = is === "stale" ? Date.parse(since) : state.lostAt;
  const time = at > 0 ? timeOfDay(at, i18n.language) : "";
  const tone = ({ live: "good", stale: "warn", reconnecting: "busy", connecting: "busy" } as const)[is];
  const hint =
    is === "stale"
      ? t("live.staleHint", { time })
      : is === "reconnecting"
        ? t("live.reconnectingHint", { time })
        : t("live.liveHint");
  return (
    <Tooltip title={hint}>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- its explanation shows on focus */}
      <span className={styles.badge} role="status" tabIndex={0} data-live={is}>
        <ToneShape tone={tone} />
        <span className={styles.word}>{t(`live.${is}`)}</span>
        {time === "" ? null : <span className={styles.time}>{t("live.asOf", { time })}</span>}
      </span>
    </Tooltip>
  );
}
