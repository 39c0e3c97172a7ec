/** The number of rows in a card of related objects; a link leads to the full list. */
export const RELATED_LIMIT = 25;
