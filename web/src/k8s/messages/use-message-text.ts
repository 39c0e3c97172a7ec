/** Translates the scheduler's and kubelets' messages. */
import { useCallback } from "react";

import { useTranslation } from "react-i18next";

import { complaintOf } from "./kubelet";
import { schedulingReasons } from "./scheduler";

/** A function that translates known messages and returns others unchanged. */
export function useMessageText(): (message: string) => string {
  const { t } = useTranslation("objects");
  return useCallback(
    (message) => {
      const reasons = schedulingReasons(message);
      if (reasons.length === 0) {
        const complaint = complaintOf(message);
        return complaint === undefined ? message : t(`kubelet.${complaint.about}`, complaint);
      }
      return reasons.map(({ obstacle, ...values }) => t(`scheduling.${obstacle}`, values)).join(t("scheduling.and"));
    },
    [t],
  );
}
