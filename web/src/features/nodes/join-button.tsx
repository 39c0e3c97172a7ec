/** Opens the join dialog; its state lives in the address, so that other pages can link to it. */
import { lazy, Suspense } from "react";

import { PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

import type { Account } from "../../api/session/queries";
import { useListSearch } from "../../ui/list/use-list-search";
import { readNodesSearch } from "./nodes-search";

const JoinDialog = lazy(() => import("./join-dialog"));

export function JoinButton({ account }: { account: Account }) {
  const { t } = useTranslation("nodes");
  const [search, setSearch] = useListSearch(readNodesSearch);
  return (
    <>
      <Button type="primary" icon={<PlusOutlined />} onClick={() => setSearch({ join: true, page: search.page })}>
        {t("join.title")}
      </Button>
      {search.join ? (
        <Suspense>
          <JoinDialog account={account} onClose={() => setSearch({ join: undefined, page: search.page })} />
        </Suspense>
      ) : null}
    </>
  );
}
