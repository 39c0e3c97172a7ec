/** The actions of an object's page as buttons; also offers them to the command palette and to key bindings. */
import { useEffect, useMemo, useRef } from "react";

import { Button } from "antd";

import { useOfferPageCommands } from "../../core/actions";
import type { ObjectAction, PageCommand } from "../../core/actions";
import { isTyping } from "../keyboard/typing";
import page from "../layout/page.module.css";
import { useActionRunner } from "./use-action-runner";

export interface ActionBarProps<Row> {
  row: Row;
  /** The object's name, for the palette. */
  name: string;
  actions: readonly ObjectAction<Row>[];
}

export function ActionBar<Row>({ row, name, actions }: ActionBarProps<Row>) {
  const { start, running, dialog } = useActionRunner(row, actions);
  const possible = useMemo(() => actions.filter(({ can }) => can(row)), [actions, row]);
  const latestStart = useRef(start);
  useEffect(() => {
    latestStart.current = start;
  });
  const commands = useMemo(
    () =>
      possible.map(
        (action): PageCommand => ({
          key: action.key,
          label: action.label,
          about: name,
          shortcut: "dialog" in action ? action.shortcut : undefined,
          start: () => latestStart.current(action),
        }),
      ),
    [possible, name],
  );
  useOfferPageCommands(commands);
  useShortcuts(commands);
  if (possible.length === 0) return null;
  return (
    <>
      <div className={page.buttons}>
        {possible.map((action) => (
          <Button
            key={action.key}
            type={action.primary ? "primary" : "default"}
            danger={action.danger ?? false}
            loading={running === action.key}
            {...("dialog" in action && action.shortcut !== undefined ? { "aria-keyshortcuts": action.shortcut } : {})}
            onClick={() => start(action)}
          >
            {action.label}
          </Button>
        ))}
      </div>
      {dialog}
    </>
  );
}

/** Letters open dialogs, unless a text has the focus or a dialog is open. */
function useShortcuts(commands: readonly PageCommand[]): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.querySelector('[role="dialog"], [role="menu"]:not([hidden])') !== null) return;
      const command = commands.find(({ shortcut }) => shortcut === event.key);
      if (command === undefined) return;
      event.preventDefault();
      command.start();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [commands]);
}
