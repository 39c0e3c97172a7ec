/** Connects the stream of changes to the query cache. */
import { useEffect, useReducer } from "react";

import { useQueryClient } from "@tanstack/react-query";

import { call } from "../../api/http/client";
import type { ChangeKind } from "../../core/kinds/kinds";
import { sessionOptions } from "../../api/session/queries";
import { Invalidator } from "./invalidator";
import { share } from "./share";
import { openSource } from "./source";
import { after, CONNECTING } from "./state";
import type { LiveState, Signal } from "./state";

/** Follows the stream of `account`; "" follows none. */
export function useLive(account: string): LiveState {
  const client = useQueryClient();
  const [state, dispatch] = useReducer(after, CONNECTING);

  useEffect(() => {
    if (account === "") return undefined;
    const invalidator = new Invalidator(client);
    let opened = false;

    const onSignal = (signal: Signal) => {
      dispatch(signal);
      if (signal.type === "changed") invalidator.changed(signal.kind);
      // Lists show since when they are stale: refetch them when that changes.
      if (signal.type === "stale" || signal.type === "live") invalidator.changed(signal.kind as ChangeKind);
      if (signal.type !== "open") return;
      // The first opening follows the first queries; later ones may have missed changes.
      if (opened) invalidator.all();
      opened = true;
      void readiness().then((signals) => signals.forEach(dispatch));
    };
    const mayRetry = async () => {
      // Either the session has ended, which this refetch finds out, or the console is not ready.
      await client.invalidateQueries({ queryKey: sessionOptions.queryKey });
      return client.getQueryState(sessionOptions.queryKey)?.error?.code !== 401;
    };
    const onVisibilityChange = () => {
      if (document.visibilityState === "visible") invalidator.onVisible();
    };

    const unsubscribe = share(`yurt-console.changes.${account}`, (emit) => openSource(emit, mayRetry), onSignal);
    document.addEventListener("visibilitychange", onVisibilityChange);
    return () => {
      unsubscribe();
      invalidator.stop();
      document.removeEventListener("visibilitychange", onVisibilityChange);
    };
  }, [account, client]);
  return state;
}

/** The kinds that are stale when the stream opens. */
async function readiness(): Promise<Signal[]> {
  try {
    const { stale } = await call("get", "/readyz");
    return stale.map(({ kind, since }) => ({ type: "stale", kind, since }));
  } catch {
    return [];
  }
}
