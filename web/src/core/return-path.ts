/** The address to open after login. Only own pages behind the login; anything else becomes "/". */
export function safeReturn(path: string | undefined): string {
  if (path === undefined || !path.startsWith("/") || /^\/[\\/]/.test(path)) return "/";
  if (/^\/login\b/.test(path)) return "/";
  return path;
}
