/** A relative time ("5m ago") that updates itself; the exact time on hover and focus. */
import { useContext, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";

import { Tooltip } from "antd";

import { onTick } from "./clock";
import { InTable } from "../list/in-table";
import { exactTime, relativeTime } from "./times";

export interface RelativeTimeProps {
  /** RFC 3339; "" shows a dash. */
  time: string;
}

export function RelativeTime({ time }: RelativeTimeProps) {
  const { i18n } = useTranslation();
  const language = i18n.language;
  // The snapshot is the text itself, so that only changed texts render again.
  const text = useSyncExternalStore(onTick, () => relativeTime(time, Date.now(), language));
  // The tooltip is created on first hover or focus: a table page shows a hundred times.
  const [tooltip, setTooltip] = useState(false);
  const inTable = useContext(InTable);
  if (text === "") return <span aria-hidden="true">–</span>;
  const element = (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- exactly when, on hover and focus
    <time
      dateTime={time}
      tabIndex={inTable ? -1 : 0}
      onMouseEnter={() => setTooltip(true)}
      onFocus={() => setTooltip(true)}
    >
      {text}
    </time>
  );
  return tooltip ? (
    <Tooltip title={exactTime(time, language)} trigger={["hover", "focus"]} defaultOpen>
      {element}
    </Tooltip>
  ) : (
    element
  );
}
