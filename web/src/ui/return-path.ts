/** Where to go after logging in: only ever a page of ours, whatever the address says. */
export function safeReturn(asked: string | undefined): string {
  if (asked === undefined || !asked.startsWith("/") || /^\/[\\/]/.test(asked)) return "/";
  return asked;
}
