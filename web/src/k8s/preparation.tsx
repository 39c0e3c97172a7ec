/** The steps of an account's preparation. */
import { useTranslation } from "react-i18next";

import { Steps } from "../ui/layout/steps";
import type { StepState } from "../ui/layout/steps";

export interface PreparationProps {
  steps: readonly { key: string; state: StepState; message: string }[];
}

export function Preparation({ steps }: PreparationProps) {
  const { t, i18n } = useTranslation("ui");
  return (
    <Steps
      label={t("preparation.label")}
      steps={steps.map(({ key, state, message }) => {
        // A newer operator may have steps without a translation here.
        const known = i18n.exists(`preparation.steps.${key}`, { ns: "ui" });
        return { key, title: known ? t(`preparation.steps.${key as "ready"}`) : key, state, detail: message };
      })}
    />
  );
}
