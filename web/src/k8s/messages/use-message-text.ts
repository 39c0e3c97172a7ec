/** A pod's or workload's message in the reader's words, where they are known. */
import { useCallback } from "react";

import { useTranslation } from "react-i18next";

import { complaintOf } from "./kubelet";
import { schedulingReasons } from "./scheduler";

/** Turns the messages of the scheduler and of kubelets into words; others stay as they are. */
export function useWhy(): (message: string) => string {
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
