/** An administrator's choice of namespace; it lives in the address, so that links carry it. */
import { useState } from "react";

import { Select } from "antd";
import { useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useList } from "../../api/lists";
import { useChangeSearch } from "../../core/navigation/use-go";
import styles from "./shell.module.css";

const LIMIT = 50;

export function NamespacePicker() {
  const { t } = useTranslation("app");
  const changeSearch = useChangeSearch();
  const { namespace }: { namespace?: string } = useSearch({ strict: false });
  const [q, setQ] = useState("");
  const found = useList("namespaces", { q, limit: LIMIT });
  const names = (found.data?.rows ?? []).map(({ name }) => ({ value: name, label: name }));
  return (
    <Select
      className={styles.picker ?? ""}
      aria-label={t("namespace.namespace")}
      allowClear
      showSearch={{ filterOption: false, onSearch: setQ }}
      placeholder={t("namespace.all")}
      value={namespace ?? null}
      options={names}
      onChange={(chosen: string | null | undefined) =>
        changeSearch((search) => ({ ...search, page: undefined, namespace: chosen ?? undefined }))
      }
    />
  );
}
