/** "5m ago", counting on by itself; exactly when on hover and focus. */
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
  // The snapshot is the text itself: only what reads differently is drawn again.
  const text = useSyncExternalStore(onTick, () => relativeTime(time, Date.now(), language));
  // The tooltip is made when somebody comes near: a page of a table shows a hundred times.
  const [near, setNear] = useState(false);
  const inTable = useContext(InTable);
  if (text === "") return <span aria-hidden="true">–</span>;
  const shown = (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- exactly when, on hover and focus
    <time
      dateTime={time}
      tabIndex={inTable ? -1 : 0}
      onMouseEnter={() => setNear(true)}
      onFocus={() => setNear(true)}
    >
      {text}
    </time>
  );
  return near ? (
    <Tooltip title={exactTime(time, language)} trigger={["hover", "focus"]} defaultOpen>
      {shown}
    </Tooltip>
  ) : (
    shown
  );
}
