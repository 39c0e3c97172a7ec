/** The keyboard shortcuts by the place where they work, as the help lists them. */
export interface Shortcut {
  /** Its i18n key, `keyboard.does.WHAT`. */
  does: "palette" | "help" | "close" | "search" | "rows" | "cells" | "open" | "choose" | "go" | "find" | "fold" | "unfold";
  /** Alternative key combinations. */
  keys: readonly (readonly string[])[];
}

export interface Place {
  /** Its i18n key, `keyboard.places.WHERE`. */
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
