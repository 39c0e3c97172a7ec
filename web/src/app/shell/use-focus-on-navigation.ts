/** Moves the focus to the page's title after navigation, so that screen readers announce it. */
import { useEffect, useRef } from "react";

import { useLocation } from "@tanstack/react-router";

/** Milliseconds to wait for a title: the page's code may have to load. */
const TITLE_TIMEOUT_MS = 3000;

export function useFocusOnNavigation(): void {
  const { pathname } = useLocation();
  const first = useRef(true);
  useEffect(() => {
    // On the first page the browser itself sets the focus.
    if (first.current) {
      first.current = false;
      return undefined;
    }
    const began = performance.now();
    let frame = requestAnimationFrame(function look() {
      const title = document.querySelector<HTMLElement>("main [data-page-title]");
      if (title !== null) title.focus({ preventScroll: true });
      else if (performance.now() - began < TITLE_TIMEOUT_MS) frame = requestAnimationFrame(look);
    });
    return () => cancelAnimationFrame(frame);
  }, [pathname]);
}
