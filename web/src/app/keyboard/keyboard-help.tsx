/** The dialog that lists all keyboard shortcuts. */
import { Fragment } from "react";

import { Modal } from "antd";
import { useTranslation } from "react-i18next";

import { usePageCommands } from "../../core/actions";
import styles from "./keyboard-help.module.css";
import { PLACES } from "./shortcuts";
import type { Shortcut } from "./shortcuts";

export default function KeyboardHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation("app");
  const commands = usePageCommands().filter(({ shortcut }) => shortcut !== undefined);
  return (
    <Modal
      open={open}
      onCancel={onClose}
      footer={null}
      title={t("keyboard.title")}
      width={480}
      transitionName=""
      maskTransitionName=""
    >
      {commands.length === 0 ? null : (
        <section className={styles.place}>
          <h3 className={styles.where}>{t("keyboard.places.object")}</h3>
          <dl>
            {commands.map(({ key, label, shortcut }) => (
              <div key={key} className={styles.shortcut}>
                <dt>{label}</dt>
                <dd className={styles.keys}>
                  <Keys keys={[[shortcut ?? ""]]} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      {PLACES.map(({ where, shortcuts }) => (
        <section key={where} className={styles.place}>
          <h3 className={styles.where}>{t(`keyboard.places.${where}`)}</h3>
          <dl>
            {shortcuts.map(({ does, keys }) => (
              <div key={does} className={styles.shortcut}>
                <dt>{t(`keyboard.does.${does}`)}</dt>
                <dd className={styles.keys}>
                  <Keys keys={keys} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Modal>
  );
}

function Keys({ keys }: Pick<Shortcut, "keys">) {
  const { t } = useTranslation("app");
  return keys.map((together, index) => (
    <Fragment key={together.join()}>
      {index === 0 ? null : <span className={styles.or}>{t("keyboard.or")}</span>}
      <span className={styles.together}>
        {together.map((key) => (
          <kbd key={key} className={styles.key}>
            {key}
          </kbd>
        ))}
      </span>
    </Fragment>
  ));
}
