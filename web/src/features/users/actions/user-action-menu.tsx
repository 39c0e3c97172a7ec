/** The menu of actions in an account's row. */
import { useState } from "react";

import { useUser } from "../../../api/users";
import { ActionMenu } from "../../../ui/actions/action-menu";
import { useUserActions } from "./use-user-actions";

export function UserActionMenu({ user: { name, email } }: { user: { name: string; email: string } }) {
  const [opened, setOpened] = useState(false);
  // The row has not all that actions depend on.
  const { data, error } = useUser(name, opened);
  return <ActionMenu name={email || name} row={data} error={error} actions={useUserActions()} onOpen={() => setOpened(true)} />;
}
