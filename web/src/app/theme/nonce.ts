/** Styles under the Content Security Policy: every style element created by script needs the page's nonce. */
import { nonce } from "../../ui/theme/nonce";

/**
 * Gives the nonce to every style element created by script. antd does so itself, except where it measures
 * scroll bars and locks scrolling. Injected markup is not created this way and stays blocked.
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
