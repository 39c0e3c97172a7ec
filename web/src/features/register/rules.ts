/** Client-side validation of the registration fields; the server is at least as strict. */
import type { Registration } from "../../api/session/mutations";

export type FieldName = keyof Registration;
export const FIELDS: readonly FieldName[] = ["email", "phone", "organization"];

const LIMITS: Record<FieldName, number> = { email: 254, phone: 40, organization: 128 };

/** A field's error as an i18n key, "" for none. */
export type Problem = "" | "required" | "tooLong" | "shape";

export function problemWith(field: FieldName, value: string): Problem {
  const text = value.trim();
  if (text === "") return "required";
  if (text.length > LIMITS[field]) return "tooLong";
  return SHAPES[field](text) ? "" : "shape";
}

const SHAPES: Record<FieldName, (text: string) => boolean> = {
  email: (text) => /^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(text),
  // Full-width digits count, as on the server.
  phone: (text) => {
    const plain = text.normalize("NFKC");
    return /^[\d+\-. ()/]+$/.test(plain) && plain.replace(/\D/g, "").length >= 5;
  },
  organization: (text) => !/\p{Cc}/u.test(text),
};

/** 128 random bits; plain HTTP has no `crypto.randomUUID`. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
