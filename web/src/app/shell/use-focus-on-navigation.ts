/** After going to another page the focus is on its title, so that screen readers say where they are. */
import { useEffect, useRef } from "react";

import { useLocation } from "@tanstack/react-router";

/** Milliseconds a page has to show its title: it may have to be loaded. */
const PATIENCE_MS = 3000;

export function useFocusOnNavigation(): void {
  const { pathname } = useLocation();
  const first = useRef(true);
  useEffect(() => {
    // The first page is where the browser itself put the focus.
    if (first.current) {
      first.current = false;
      return undefined;
    }
    const began = performance.now();
    let frame = requestAnimationFrame(function look() {
      const title = document.querySelector<HTMLElement>("main [data-page-title]");
      if (title !== null) title.focus({ preventScroll: true });
      else if (performance.now() - began < PATIENCE_MS) frame = requestAnimationFrame(look);
    });
    return () => cancelAnimationFrame(frame);
  }, [pathname]);
}
