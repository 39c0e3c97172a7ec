/** The actions of a row as a menu; the row's full object loads when the menu opens. */
import { useState } from "react";

import { MoreOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { useTranslation } from "react-i18next";

import type { ObjectAction } from "../../core/actions";
import { useActionRunner } from "./use-action-runner";

export interface ActionMenuProps<Row> {
  /** The row's name, for screen readers. */
  name: string;
  /** A hook that reads the object; `enabled` is whether the menu was opened. */
  useRow: (enabled: boolean) => { data: Row | undefined; error: Error | null };
  actions: readonly ObjectAction<Row>[];
}

export function ActionMenu<Row>({ name, useRow, actions }: ActionMenuProps<Row>) {
  const { t } = useTranslation("ui");
  const [opened, setOpened] = useState(false);
  const { data: row, error } = useRow(opened);
  const { start, running, dialog } = useActionRunner(row, actions);
  const possible = row === undefined ? [] : actions.filter(({ can }) => can(row));
  const note = error !== null ? t("actions.failed") : row === undefined ? t("loading") : t("actions.none");
  return (
    <>
      <Dropdown
        trigger={["click"]}
        placement="bottomRight"
        onOpenChange={(open) => open && setOpened(true)}
        menu={{
          items:
            possible.length === 0
              ? [{ key: "note", label: note, disabled: true }]
              : possible.map((action) => ({
                  key: action.key,
                  label: action.label,
                  danger: action.danger ?? false,
                  onClick: () => start(action),
                })),
        }}
      >
        <Button type="text" size="small" icon={<MoreOutlined />} loading={running !== undefined} aria-label={t("actions.menu", { name })} />
      </Dropdown>
      {dialog}
    </>
  );
}
