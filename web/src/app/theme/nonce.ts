/** The nonce under which the server lets this page have styles of its own. */
export function nonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";
}

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
