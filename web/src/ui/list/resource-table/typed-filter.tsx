/** What is typed is asked after a rest; an address that changes otherwise shows here too. */
import { useEffect, useRef, useState } from "react";
import type { Ref } from "react";

import { Input } from "antd";
import type { InputProps, InputRef } from "antd";

import { textOf } from "../list-search";

/** Milliseconds of rest after which what was typed is asked. */
const REST_MS = 250;

export interface TypedFilterProps extends Omit<InputProps, "onChange" | "value"> {
  ref?: Ref<InputRef>;
  value: string;
  /** Called with what was typed, undefined for nothing. */
  onAsk: (text: string | undefined) => void;
}

export function TypedFilter({ value, onAsk, ...input }: TypedFilterProps) {
  const [typed, setTyped] = useState(value);
  const [from, setFrom] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  if (value !== from) {
    setFrom(value);
    if (value !== typed.trim()) setTyped(value);
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  const ask = (text: string, after: number) => {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onAsk(textOf(text)), after);
  };
  return (
    <Input
      {...input}
      allowClear
      value={typed}
      maxLength={256}
      onChange={(event) => ask(event.target.value, REST_MS)}
      onPressEnter={() => ask(typed, 0)}
    />
  );
}
