/** The stream of changes of whoever is logged in, and what it means for what is shown. */
import { useEffect, useReducer } from "react";

import { useQueryClient } from "@tanstack/react-query";

import { call } from "../../api/http/client";
import type { Kind } from "../../api/query-client";
import { sessionOptions } from "../../api/session/queries";
import { Invalidator } from "./invalidator";
import { share } from "./share";
import { openSource } from "./source";
import { after, CONNECTING } from "./state";
import type { LiveState, Signal } from "./state";

/** Follows the stream of `account`, "" for nobody's. */
export function useLive(account: string): LiveState {
  const client = useQueryClient();
  const [state, dispatch] = useReducer(after, CONNECTING);

  useEffect(() => {
    if (account === "") return undefined;
    const invalidator = new Invalidator(client);
    let opened = false;

    const hear = (signal: Signal) => {
      dispatch(signal);
      if (signal.type === "changed") invalidator.changed(signal.kind);
      // Lists say themselves since when they are behind, and must stop saying so.
      if (signal.type === "stale" || signal.type === "live") invalidator.changed(signal.kind as Kind);
      if (signal.type !== "open") return;
      // The first opening comes right after the first questions; later ones may have missed something.
      if (opened) invalidator.all();
      opened = true;
      void readiness().then((signals) => signals.forEach(dispatch));
    };
    const refused = async () => {
      // Either the session is over, which this finds out, or the console is not ready.
      await client.invalidateQueries({ queryKey: sessionOptions.queryKey });
      return client.getQueryState(sessionOptions.queryKey)?.error?.code !== 401;
    };
    const looked = () => {
      if (document.visibilityState === "visible") invalidator.looked();
    };

    const leave = share(`yurt-console.changes.${account}`, (tell) => openSource("/changes", tell, refused), hear);
    document.addEventListener("visibilitychange", looked);
    return () => {
      leave();
      invalidator.stop();
      document.removeEventListener("visibilitychange", looked);
    };
  }, [account, client]);
  return state;
}

/** What is stale already when the stream opens. */
async function readiness(): Promise<Signal[]> {
  try {
    const { stale } = await call("get", "/readyz");
    return stale.map(({ kind, since }) => ({ type: "stale", kind, since }));
  } catch {
    return [];
  }
}
