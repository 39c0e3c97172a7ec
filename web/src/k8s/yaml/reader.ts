/** The extensions of a read-only YAML editor. */
import { yaml } from "@codemirror/lang-yaml";
import { EditorState } from "@codemirror/state";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

export function yamlReader(): Extension {
  return [
    yaml(),
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    // A text that cannot be edited takes no focus by itself, and the keys for searching need it.
    EditorView.contentAttributes.of({ tabindex: "0", "aria-readonly": "true" }),
  ];
}
