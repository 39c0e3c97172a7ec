/** An object's labels and annotations: untrusted text. */
import { useTranslation } from "react-i18next";

import { Card } from "../../ui/layout/card";
import { Labels } from "../labels";
import { labelTexts } from "./kubernetes";
import type { KubernetesObject } from "./kubernetes";
import styles from "./object.module.css";
import { ScrollText } from "./scroll-text";

export function Metadata({ object }: { object: KubernetesObject | undefined }) {
  const { t } = useTranslation("objects");
  if (object === undefined) return null;
  const { labels, annotations } = object.metadata;
  const notes = Object.entries(annotations ?? {}).sort(([one], [other]) => (one < other ? -1 : 1));
  return (
    <Card title={t("metadata")}>
      <div className={styles.part}>
        <h3 className={styles.partTitle}>{t("labels")}</h3>
        <Labels labels={labelTexts(labels)} limit={20} />
      </div>
      <div className={styles.part}>
        <h3 className={styles.partTitle}>{t("annotations")}</h3>
        {notes.length === 0 ? (
          <span aria-hidden="true">–</span>
        ) : (
          <dl>
            {notes.map(([name, value]) => (
              <div key={name} className={styles.annotation}>
                <dt className={styles.annotationName}>{name}</dt>
                <dd>
                  <ScrollText label={name} text={value} />
                </dd>
              </div>
            ))}
          </dl>
        )}
      </div>
    </Card>
  );
}
