/** Whether a key goes into a text: then it is a letter, and no shortcut. */
export function isTyping({ target }: Event): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}
