/** An object's YAML with copy and download. Loaded on first use: the editor is as large as the rest of the page. */
import { useEffect, useMemo, useRef } from "react";

import { DownloadOutlined } from "@ant-design/icons";
import type { EditorView } from "@codemirror/view";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { Card } from "../../ui/layout/card";
import { CopyButton } from "../../ui/form/copy-button";
import { openEditor } from "./editor";
import { yamlReader } from "./reader";
import { difference, yamlOf } from "./text";
import styles from "./yaml.module.css";

export interface YamlViewProps {
  /** The file name of the download. */
  name: string;
  object: object;
}

/** CodeMirror's texts that the reader shows. */
const PHRASES = ["Find", "next", "previous", "all", "match case", "regexp", "by word", "close", "Fold line", "Unfold line"] as const;

export default function YamlView({ name, object }: YamlViewProps) {
  const { t } = useTranslation("objects");
  const text = useMemo(() => yamlOf(object), [object]);
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView>(undefined);
  const latest = useRef(text);

  useEffect(() => {
    if (place.current === null) return undefined;
    const phrases = Object.fromEntries(PHRASES.map((phrase) => [phrase, t(`editor.${phrase}`)]));
    const opened = openEditor(place.current, latest.current, { label: t("yaml"), phrases }, yamlReader());
    editor.current = opened;
    return () => opened.destroy();
  }, [t]);

  useEffect(() => {
    latest.current = text;
    const view = editor.current;
    const change = view && difference(view.state.doc.toString(), text);
    if (view && change) view.dispatch({ changes: change });
  }, [text]);

  return (
    <Card
      title={t("yaml")}
      extra={
        <span className={styles.actions}>
          <CopyButton text={text} />
          <Button size="small" icon={<DownloadOutlined />} onClick={() => download(`${name}.yaml`, text)}>
            {t("download")}
          </Button>
        </span>
      }
      flush
    >
      <div ref={place} className={styles.editor} data-yaml="" />
    </Card>
  );
}

function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "application/yaml" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
