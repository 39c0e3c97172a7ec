/** CodeMirror in the page's look: the base of every editor, to which the caller adds what it is for. */
import { defaultKeymap } from "@codemirror/commands";
import { codeFolding, foldGutter, foldKeymap, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import type { Extension } from "@codemirror/state";
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

export interface EditorTexts {
  /** The accessible name. */
  label: string;
  /** Translations of CodeMirror's texts, by their English. */
  phrases: Record<string, string>;
}

/** Opens an editor with `extensions`, such as a language, a reader's or a writer's. */
export function openEditor(parent: HTMLElement, text: string, { label, phrases }: EditorTexts, extensions: Extension): EditorView {
  const state = EditorState.create({
    doc: text,
    extensions: [
      EditorView.cspNonce.of(nonce()),
      EditorView.contentAttributes.of({ role: "textbox", "aria-label": label }),
      EditorState.phrases.of(phrases),
      lineNumbers(),
      codeFolding(),
      foldGutter(),
      syntaxHighlighting(COLOURS),
      search({ top: true }),
      highlightSelectionMatches(),
      extensions,
      keymap.of([...searchKeymap, ...foldKeymap, ...defaultKeymap]),
      LOOK,
    ],
  });
  return new EditorView({ state, parent });
}
