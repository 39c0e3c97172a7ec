/** The command palette (Ctrl+K): pages, objects and commands by a few letters. */
import { useEffect, useId, useRef, useState } from "react";
import type { KeyboardEvent } from "react";

import { Input, Modal } from "antd";
import type { InputRef } from "antd";
import { useTranslation } from "react-i18next";

import { useGo } from "../../core/navigation/use-go";
import type { Feature } from "../../core/feature";
import styles from "./palette.module.css";
import { useHits } from "./use-hits";
import type { Hit } from "./use-hits";

export interface PaletteProps {
  open: boolean;
  onClose: () => void;
  features: readonly Feature[];
  /** Opens the help on shortcuts. */
  onHelp: () => void;
}

export default function Palette({ open, ...finder }: PaletteProps) {
  const { t } = useTranslation("app");
  return (
    <Modal
      open={open}
      onCancel={finder.onClose}
      footer={null}
      closable={false}
      destroyOnHidden
      title={t("palette.open")}
      width={560}
      transitionName=""
      maskTransitionName=""
    >
      <Finder {...finder} />
    </Modal>
  );
}

function Finder({ features, onClose, onHelp }: Omit<PaletteProps, "open">) {
  const { t } = useTranslation("app");
  const go = useGo();
  const list = useId();
  const [query, setQuery] = useState("");
  const [selected, setSelected] = useState(0);
  const { hits, searching } = useHits(features, onHelp, query.trim());
  const input = useRef<InputRef>(null);
  // The dialog is not visible at once, and an invisible input takes no focus: keys would be lost.
  useEffect(() => {
    let frame = requestAnimationFrame(function focus() {
      input.current?.focus();
      if (document.activeElement !== input.current?.input) frame = requestAnimationFrame(focus);
    });
    return () => cancelAnimationFrame(frame);
  }, []);
  const at = Math.min(selected, Math.max(hits.length - 1, 0));
  const open = (hit: Hit | undefined) => {
    if (hit === undefined) return;
    onClose();
    if ("run" in hit) hit.run();
    else void go(hit.path);
  };
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || hits.length === 0) return;
    event.preventDefault();
    setSelected((at + step + hits.length) % hits.length);
  };
  return (
    <>
      <Input
        ref={input}
        role="combobox"
        aria-label={t("palette.open")}
        aria-expanded
        aria-controls={list}
        aria-activedescendant={hits[at] ? `${list}-${at}` : undefined}
        placeholder={t("palette.hint")}
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setSelected(0);
        }}
        onKeyDown={keys}
        onPressEnter={() => open(hits[at])}
      />
      <div id={list} role="listbox" aria-label={t("palette.open")} className={styles.hits}>
        {hits.map((hit, index) => (
          // The input keeps the focus and handles the keys; these handlers are for the mouse.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={hit.key}
            id={`${list}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            className={styles.hit}
            onMouseMove={() => setSelected(index)}
            onClick={() => open(hit)}
          >
            <span className={styles.name}>{hit.name}</span>
            <span className={styles.where}>{hit.where}</span>
          </div>
        ))}
      </div>
      <p className={styles.count} role="status">
        {searching ? t("palette.searching") : hits.length === 0 ? t("palette.nothing") : t("palette.results", { count: hits.length })}
      </p>
    </>
  );
}
