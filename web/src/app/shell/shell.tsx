/** The layout of all pages behind the session guard: navigation, header, live stream. */
import { lazy, Suspense, useEffect, useState } from "react";

import { useQuery } from "@tanstack/react-query";
import { Outlet, useLocation, useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useClearCacheOnLogout } from "../../api/session/mutations";
import { isAdmin, sessionOptions } from "../../api/session/queries";
import { onSessionEnd } from "../../api/session/end";
import { STATE } from "../../core/account-phases";
import type { Feature } from "../../core/feature";
import { PATHS } from "../../core/navigation/paths";
import { usePhone } from "../../core/use-media";
import { useKeyboardHelp } from "../keyboard/use-keyboard-help";
import { useLive } from "../live/use-live";
import { AccountBlocked } from "./account-blocked";
import { ExpiryNotice } from "./expiry-notice";
import { Header } from "./header";
import { Navigation } from "./navigation";
import styles from "./shell.module.css";
import { useFocusOnNavigation } from "./use-focus-on-navigation";

/** Only phones load it. */
const Drawer = lazy(() => import("./drawer"));

/** Milliseconds between refetches of an account that is not ready. */
const LOOK_MS = { preparing: 2000, other: 30_000 };

export function Shell({ features }: { features: readonly Feature[] }) {
  const { t } = useTranslation("app");
  const phone = usePhone();
  const [open, setOpen] = useState(false);
  const { data: account } = useQuery({
    ...sessionOptions,
    refetchInterval: ({ state: { data } }) =>
      data === undefined || data.state === STATE.ready
        ? false
        : data.state === STATE.preparing
          ? LOOK_MS.preparing
          : LOOK_MS.other,
  });
  const ready = account?.state === STATE.ready;
  const help = useKeyboardHelp(ready);
  const live = useLive(ready ? account.name : "");
  useLoginRedirect();
  useClearCacheOnLogout();
  useFocusOnNavigation();

  const { pathname } = useLocation();
  const [at, setAt] = useState(pathname);
  if (at !== pathname) {
    setAt(pathname);
    setOpen(false);
  }
  if (account === undefined) return null;
  const entries = features.filter(({ entry }) => entry !== undefined && (!entry.admin || isAdmin(account)));
  const navigation = ready ? <Navigation features={entries} /> : null;
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">
        {t("skip")}
      </a>
      <Header
        features={entries}
        account={account}
        live={live}
        onHelp={help.show}
        {...(phone && ready ? { onMenu: () => setOpen(true) } : {})}
      />
      {phone ? (
        <Suspense>
          <Drawer open={open} onClose={() => setOpen(false)} placement="left" size={260} title={t("name")}>
            {navigation}
          </Drawer>
        </Suspense>
      ) : (
        <div className={styles.side}>{navigation}</div>
      )}
      <main id="content" className={styles.main} tabIndex={-1}>
        {ready ? (
          <>
            <ExpiryNotice account={account} />
            <Outlet />
          </>
        ) : (
          <AccountBlocked account={account} />
        )}
      </main>
      {help.dialog}
    </div>
  );
}

/** Redirects to the login page when the session ends, with the current address to return to. */
function useLoginRedirect(): void {
  const router = useRouter();
  useEffect(
    () =>
      onSessionEnd(() => {
        // Many requests may fail at once: only the first redirects.
        const { pathname, href } = router.latestLocation;
        if (pathname === PATHS.login) return;
        void router.navigate({ to: PATHS.login, search: { return: href, after: "ended" } });
      }),
    [router],
  );
}
