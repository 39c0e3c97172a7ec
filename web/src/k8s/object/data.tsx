/** The card of an object's `data`, as ConfigMaps have it: untrusted text. */
import { useTranslation } from "react-i18next";

import { Card } from "../../ui/layout/card";
import styles from "./object.module.css";
import { ScrollText } from "./scroll-text";

export function Data({ data = {} }: { data: Readonly<Record<string, string>> | undefined }) {
  const { t } = useTranslation("objects");
  const entries = Object.entries(data).sort(([one], [other]) => (one < other ? -1 : 1));
  if (entries.length === 0) return null;
  return (
    <Card title={t("data")}>
      <dl>
        {entries.map(([key, value]) => (
          <div key={key} className={styles.annotation}>
            <dt className={styles.annotationName}>{key}</dt>
            <dd>
              <ScrollText label={key} text={value} />
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
