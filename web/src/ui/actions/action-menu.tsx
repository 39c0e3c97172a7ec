/** The actions of a row as a menu; the object itself may load when the menu opens. */
import { MoreOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { useTranslation } from "react-i18next";

import type { ObjectAction } from "../../core/actions";
import { useActionRunner } from "./use-action-runner";

export interface ActionMenuProps<Row> {
  /** The row's name, for screen readers. */
  name: string;
  /** The object; undefined while it loads. */
  row: Row | undefined;
  error: Error | null;
  actions: readonly ObjectAction<Row>[];
  /** The menu opens: load the object. */
  onOpen: () => void;
}

export function ActionMenu<Row>({ name, row, error, actions, onOpen }: ActionMenuProps<Row>) {
  const { t } = useTranslation("ui");
  const { start, running, dialog } = useActionRunner(row, actions);
  const possible = row === undefined ? [] : actions.filter(({ can }) => can(row));
  const note = error !== null ? t("actions.failed") : row === undefined ? t("loading") : t("actions.none");
  return (
    <>
      <Dropdown
        trigger={["click"]}
        placement="bottomRight"
        onOpenChange={(open) => {
          if (open) onOpen();
        }}
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
