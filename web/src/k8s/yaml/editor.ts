/** CodeMirror as a reader of YAML: colours, folding, search; nothing can be typed. */
import { defaultKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { codeFolding, foldGutter, foldKeymap, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

import { nonce } from "../../ui/theme/nonce";

const COLOURS = HighlightStyle.define([
  { tag: [tags.definition(tags.propertyName), tags.propertyName], color: "var(--accent)" },
  { tag: [tags.string, tags.special(tags.string), tags.content], color: "var(--text)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--busy)" },
  { tag: [tags.comment, tags.meta, tags.punctuation, tags.separator], color: "var(--muted)" },
]);

const LOOK = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "var(--surface)", fontSize: "var(--text-xs)", maxHeight: "70vh" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "20px", overflow: "auto" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--muted)", borderRight: "1px solid var(--border)" },
  ".cm-panels": { backgroundColor: "var(--page)", color: "var(--text)", borderColor: "var(--border)" },
  ".cm-panels, .cm-textfield, .cm-button, .cm-panels label": { fontSize: "var(--text-xs)", fontFamily: "var(--sans)" },
  ".cm-textfield": { backgroundColor: "var(--surface)", borderColor: "var(--border)", color: "var(--text)" },
  ".cm-button": { backgroundImage: "none", backgroundColor: "var(--surface)", borderColor: "var(--border)", color: "var(--text)" },
  ".cm-searchMatch": { backgroundColor: "var(--accent-soft)", outline: "1px solid var(--accent)" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--hover)", borderColor: "var(--border)", color: "var(--muted)" },
});

export interface EditorWords {
  /** The reader's name for screen readers. */
  label: string;
  /** CodeMirror's own texts in the reader's language, by their English. */
  phrases: Record<string, string>;
}

export function openEditor(parent: HTMLElement, text: string, { label, phrases }: EditorWords): EditorView {
  const state = EditorState.create({
    doc: text,
    extensions: [
      EditorView.cspNonce.of(nonce()),
      EditorState.readOnly.of(true),
      EditorView.editable.of(false),
      // What cannot be edited takes no focus by itself, and the keys for searching need it.
      EditorView.contentAttributes.of({ tabindex: "0", role: "textbox", "aria-readonly": "true", "aria-label": label }),
      EditorState.phrases.of(phrases),
      lineNumbers(),
      codeFolding(),
      foldGutter(),
      yaml(),
      syntaxHighlighting(COLOURS),
      search({ top: true }),
      highlightSelectionMatches(),
      keymap.of([...searchKeymap, ...foldKeymap, ...defaultKeymap]),
      LOOK,
    ],
  });
  return new EditorView({ state, parent });
}
