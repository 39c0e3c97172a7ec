/** How far the operator is with an account: its conditions where it gives one for each step, else what is there already. */
import type { Account } from "./session/queries";

export type Progress = "done" | "busy" | "waiting" | "failed";

export interface PreparationStep {
  /** A condition's type, or what the account is given: `account`, `namespace`, `kubeconfig`, `script`, `ready`. */
  key: string;
  state: Progress;
  /** The operator's own words. */
  message: string;
}

/** The condition that sums up the others. */
const SUMMARY = "Ready";
/** The operator's reason for a step that it could not do; it goes on trying. */
const FAILED = "Failed";

export function preparation(account: Account): PreparationStep[] {
  const own = account.conditions.filter(({ type }) => type !== SUMMARY);
  return inOrder(own.length > 0 ? told(account, own) : seen(account));
}

function told(account: Account, conditions: Account["conditions"]): Raw[] {
  const steps = conditions.map(({ type, status, reason, message }) => ({
    key: type,
    done: status === "True",
    failed: reason === FAILED,
    message: message ?? "",
  }));
  return [...steps, { key: "ready", done: account.state === "ready", message: account.message }];
}

function seen({ spec, state, message }: Account): Raw[] {
  const admin = state === "ready" && spec.namespace === "";
  return [
    { key: "account", done: true, message: "" },
    { key: "namespace", done: admin || spec.namespace !== "", message: "" },
    { key: "kubeconfig", done: admin || spec.kubeConfig !== "", message: "" },
    { key: "script", done: admin || spec.nodeAddScript !== "", message: "" },
    { key: "ready", done: state === "ready", message },
  ];
}

interface Raw {
  key: string;
  done: boolean;
  failed?: boolean;
  message: string;
}

/** The first that is not done is under way; those behind it wait. */
function inOrder(steps: Raw[]): PreparationStep[] {
  const at = steps.findIndex(({ done }) => !done);
  return steps.map(({ key, done, failed = false, message }, index) => ({
    key,
    state: done ? "done" : failed ? "failed" : index === at ? "busy" : "waiting",
    message: done ? "" : message,
  }));
}
