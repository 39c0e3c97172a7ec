/** Where to go after logging in: only ever a page of ours behind the login, whatever the address says. */
export function safeReturn(asked: string | undefined): string {
  if (asked === undefined || !asked.startsWith("/") || /^\/[\\/]/.test(asked)) return "/";
  if (/^\/login\b/.test(asked)) return "/";
  return asked;
}
