/** The keys that the page has, by where they work: what its help lists. */
export interface Shortcut {
  /** Its words, `keyboard.does.WHAT`. */
  does: "palette" | "help" | "close" | "search" | "rows" | "cells" | "open" | "choose" | "go" | "find" | "fold" | "unfold";
  /** Other ways to the same thing, each pressed together. */
  keys: readonly (readonly string[])[];
}

export interface Place {
  /** Its words, `keyboard.places.WHERE`. */
  where: "everywhere" | "lists" | "palette" | "yaml";
  shortcuts: readonly Shortcut[];
}

export const PLACES: readonly Place[] = [
  {
    where: "everywhere",
    shortcuts: [
      { does: "palette", keys: [["Ctrl", "K"], ["⌘", "K"]] },
      { does: "help", keys: [["?"]] },
      { does: "close", keys: [["Esc"]] },
    ],
  },
  {
    where: "lists",
    shortcuts: [
      { does: "search", keys: [["/"]] },
      { does: "rows", keys: [["↑"], ["↓"]] },
      { does: "cells", keys: [["←"], ["→"]] },
      { does: "open", keys: [["Enter"]] },
    ],
  },
  {
    where: "palette",
    shortcuts: [
      { does: "choose", keys: [["↑"], ["↓"]] },
      { does: "go", keys: [["Enter"]] },
    ],
  },
  {
    where: "yaml",
    shortcuts: [
      { does: "find", keys: [["Ctrl", "F"], ["⌘", "F"]] },
      { does: "fold", keys: [["Ctrl", "Shift", "["], ["⌘", "⌥", "["]] },
      { does: "unfold", keys: [["Ctrl", "Shift", "]"], ["⌘", "⌥", "]"]] },
    ],
  },
];
