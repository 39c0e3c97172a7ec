/** The toolbar above the rows: search, filters, the order on phones, the total, and a warning when stale. */
import { useEffect, useRef } from "react";

import { SearchOutlined, TagOutlined } from "@ant-design/icons";
import { Select } from "antd";
import type { InputRef } from "antd";
import { useTranslation } from "react-i18next";

import { textOf } from "../list-search";
import { ToneShape } from "../../gauges/status-tag";
import { exactTime } from "../../format/times";
import { isTyping } from "../../keyboard/typing";
import { usePhone } from "../../../core/use-media";
import styles from "./resource-table.module.css";
import { DebouncedInput } from "./debounced-input";
import type { ResourceTableProps } from "./types";

export function Toolbar<Row>(props: ResourceTableProps<Row>) {
  const { t, i18n } = useTranslation("ui");
  const phone = usePhone();
  const { label, list, search, onSearch, filters = [], actions, byLabels, columns, defaultSort } = props;
  const values = search as Record<string, unknown>;
  const staleSince = list.data?.staleSince;
  const sorts = columns.flatMap(({ sort, title }) =>
    sort === undefined
      ? []
      : [
          { value: sort, label: `${title}, ${t("table.ascending")}` },
          { value: `-${sort}`, label: `${title}, ${t("table.descending")}` },
        ],
  );
  return (
    <div className={styles.toolbar} role="search" aria-label={label}>
      <Search q={search.q ?? ""} hint={props.searchHint ?? t("table.searchHint")} onSearch={(q) => onSearch({ q })} />
      {byLabels ? (
        <DebouncedInput
          className={styles.labels ?? ""}
          prefix={<TagOutlined />}
          aria-label={t("table.labels")}
          placeholder={t("table.labelsHint")}
          value={search.labels ?? ""}
          onChangeText={(labels) => onSearch({ labels })}
        />
      ) : null}
      {filters.map((filter) => (
        <Select
          key={filter.name}
          className={styles.filter ?? ""}
          aria-label={t("table.filterBy", { label: filter.label })}
          allowClear
          placeholder={t("table.filterAll", { label: filter.label })}
          value={textOf(values[filter.name]) ?? null}
          options={[...filter.options]}
          onChange={(value: string | null | undefined) => onSearch({ [filter.name]: value ?? undefined })}
        />
      ))}
      {phone && sorts.length > 0 ? (
        <Select
          className={styles.filter ?? ""}
          aria-label={t("table.sortBy")}
          value={search.sort ?? defaultSort}
          options={sorts}
          onChange={(sort: string) => onSearch({ sort: sort === defaultSort ? undefined : sort })}
        />
      ) : null}
      <span className={styles.count} role="status">
        {list.data === undefined ? "" : t("table.total", { count: list.data.total })}
      </span>
      {staleSince ? (
        <span className={styles.stale} role="status" data-state="stale">
          <ToneShape tone="warn" /> {t("table.stale", { since: exactTime(staleSince, i18n.language) })}
        </span>
      ) : null}
      {actions ? <span className={styles.actions}>{actions}</span> : null}
    </div>
  );
}

/** The search field; "/" focuses it. */
function Search({ q, hint, onSearch }: { q: string; hint: string; onSearch: (q: string | undefined) => void }) {
  const { t } = useTranslation("ui");
  const input = useRef<InputRef>(null);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key !== "/" || isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", focus);
    return () => document.removeEventListener("keydown", focus);
  }, []);
  return (
    <DebouncedInput
      ref={input}
      className={styles.search ?? ""}
      prefix={<SearchOutlined />}
      aria-label={t("table.search")}
      aria-keyshortcuts="/"
      placeholder={hint}
      value={q}
      onChangeText={onSearch}
    />
  );
}
