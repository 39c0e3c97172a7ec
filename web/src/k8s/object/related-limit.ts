/** Rows shown of what belongs to an object; a link leads to all. */
export const SHOWN = 25;
