import { createContext } from "react";

/** Whether this is shown in a table's row: there arrow keys reach what Tab skips. */
export const InTable = createContext(false);
