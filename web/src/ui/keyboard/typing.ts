/** Whether a key event goes into a text input: then it is no shortcut. */
export function isTyping({ target }: Event): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}
