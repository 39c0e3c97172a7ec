/** A CamelCase word that may wrap between its parts. */
import { Fragment } from "react";

export function CamelCase({ text }: { text: string }) {
  return text.split(/(?<=[a-z])(?=[A-Z])/).map((word, index) => (
    <Fragment key={index}>
      {index === 0 ? null : <wbr />}
      {word}
    </Fragment>
  ));
}
