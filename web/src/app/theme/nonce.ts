/** Styles under the Content Security Policy: every style element that a script makes needs the page's nonce. */
import { nonce } from "../../ui/theme/nonce";

/**
 * Gives every style element that a script makes the nonce. antd does so where it is told, except where it measures
 * scroll bars and locks scrolling. Markup that somebody smuggles in is not made this way, and stays refused.
 */
export function nonceStyles(): void {
  const page: { createElement: (tag: string, options?: ElementCreationOptions) => HTMLElement } = document;
  const create = page.createElement.bind(document);
  page.createElement = (tag, options) => {
    const element = create(tag, options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce();
    return element;
  };
}
