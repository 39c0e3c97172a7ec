import { createContext } from "react";

/** Whether a component renders in a table row, where arrow keys move the focus instead of Tab. */
export const InTable = createContext(false);
