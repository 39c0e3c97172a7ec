/** The progress of an account's preparation, from its conditions, or from its spec when it has none. */
import { STATE } from "../core/account-phases";
import type { Account } from "./session/queries";

export type Progress = "done" | "busy" | "waiting" | "failed";

export interface PreparationStep {
  /** A condition's type, or a part of the account: `account`, `namespace`, `kubeconfig`, `script`, `ready`. */
  key: string;
  state: Progress;
  /** The condition's message. */
  message: string;
}

/** The condition that summarizes the others. */
const SUMMARY = "Ready";
/** The condition's reason for a failed step; the operator retries. */
const FAILED = "Failed";

export function preparation(account: Account): PreparationStep[] {
  const own = account.conditions.filter(({ type }) => type !== SUMMARY);
  return inOrder(own.length > 0 ? fromConditions(account, own) : fromSpec(account));
}

function fromConditions(account: Account, conditions: Account["conditions"]): Raw[] {
  const steps = conditions.map(({ type, status, reason, message }) => ({
    key: type,
    done: status === "True",
    failed: reason === FAILED,
    message: message ?? "",
  }));
  return [...steps, { key: "ready", done: account.state === STATE.ready, message: account.message }];
}

function fromSpec({ spec, state, message }: Account): Raw[] {
  const admin = state === STATE.ready && spec.namespace === "";
  return [
    { key: "account", done: true, message: "" },
    { key: "namespace", done: admin || spec.namespace !== "", message: "" },
    { key: "kubeconfig", done: admin || spec.kubeConfig !== "", message: "" },
    { key: "script", done: admin || spec.nodeAddScript !== "", message: "" },
    { key: "ready", done: state === STATE.ready, message },
  ];
}

interface Raw {
  key: string;
  done: boolean;
  failed?: boolean;
  message: string;
}

/** The first step that is not done is busy; later ones wait. */
function inOrder(steps: Raw[]): PreparationStep[] {
  const at = steps.findIndex(({ done }) => !done);
  return steps.map(({ key, done, failed = false, message }, index) => ({
    key,
    state: done ? "done" : failed ? "failed" : index === at ? "busy" : "waiting",
    message: done ? "" : message,
  }));
}
