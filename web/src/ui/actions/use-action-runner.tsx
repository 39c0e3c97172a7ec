/** Starts actions on a row: runs them and notifies of the result, or opens their dialog. */
import { useState } from "react";
import type { ReactNode } from "react";

import type { ObjectAction } from "../../core/actions";
import { notify } from "../../core/notify";
import { problemOf } from "../feedback/problem";

export interface ActionRunner<Row> {
  start: (action: ObjectAction<Row>) => void;
  /** The key of the action that runs, if any. */
  running: string | undefined;
  /** The open dialog. */
  dialog: ReactNode;
}

/** `row` undefined: nothing can start. */
export function useActionRunner<Row>(row: Row | undefined, actions: readonly ObjectAction<Row>[]): ActionRunner<Row> {
  const [running, setRunning] = useState<string | undefined>();
  const [open, setOpen] = useState<string | undefined>();
  const start = (action: ObjectAction<Row>) => {
    if (row === undefined || running !== undefined) return;
    if ("dialog" in action) {
      setOpen(action.key);
      return;
    }
    setRunning(action.key);
    action
      .run(row)
      .then(
        () => notify("good", action.done),
        (error: unknown) => notify("bad", [action.failed, problemOf(error).message].filter(Boolean).join(": ")),
      )
      .finally(() => setRunning(undefined));
  };
  const opened = actions.find(({ key }) => key === open);
  const Dialog = opened !== undefined && "dialog" in opened ? opened.dialog : undefined;
  const dialog = Dialog && row !== undefined ? <Dialog row={row} onClose={() => setOpen(undefined)} /> : null;
  return { start, running, dialog };
}
