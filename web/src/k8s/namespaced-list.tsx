/** The list page of a namespaced kind: title, notice about missing nodes, table, and a first command when empty. */
import { FirstCommand } from "./first-command";
import { NoNodes } from "./no-nodes";
import type { NoNodesProps } from "./no-nodes";
import { PageHeader } from "../ui/layout/page-header";
import { ResourceTable } from "../ui/list/resource-table/resource-table";
import type { ResourceTableProps } from "../ui/list/resource-table/types";
import { EmptyState } from "../ui/feedback/states";

export interface NamespacedListProps<Row>
  extends Pick<ResourceTableProps<Row>, "list" | "columns" | "filters" | "search" | "onSearch"> {
  title: string;
  counts: NoNodesProps["counts"];
  /** The text for no objects. */
  empty: string;
  /** The command that creates the first one. */
  first: string | undefined;
}

export function NamespacedList<Row extends { uid: string }>(props: NamespacedListProps<Row>) {
  const { title, counts, empty, first, ...table } = props;
  return (
    <>
      <PageHeader title={title} />
      <NoNodes counts={counts} />
      <ResourceTable
        {...table}
        label={title}
        rowKey={(row) => row.uid}
        byLabels
        defaultSort="name"
        empty={<EmptyState title={empty} hint={first === undefined ? null : <FirstCommand command={first} />} />}
      />
    </>
  );
}
