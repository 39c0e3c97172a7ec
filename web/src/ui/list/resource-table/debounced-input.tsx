/** A text input that reports its value after a pause in typing, and follows changes of `value` from outside. */
import { useEffect, useRef, useState } from "react";
import type { Ref } from "react";

import { Input } from "antd";
import type { InputProps, InputRef } from "antd";

import { textOf } from "../list-search";

/** The pause in milliseconds. */
const DEBOUNCE_MS = 250;

export interface DebouncedInputProps extends Omit<InputProps, "onChange" | "value"> {
  ref?: Ref<InputRef>;
  value: string;
  /** Called with the trimmed text, undefined for none. */
  onChangeText: (text: string | undefined) => void;
}

export function DebouncedInput({ value, onChangeText, ...input }: DebouncedInputProps) {
  const [text, setText] = useState(value);
  const [previous, setPrevious] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  if (value !== previous) {
    setPrevious(value);
    if (value !== text.trim()) setText(value);
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  const schedule = (next: string, after: number) => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onChangeText(textOf(next)), after);
  };
  return (
    <Input
      {...input}
      allowClear
      value={text}
      maxLength={256}
      onChange={(event) => schedule(event.target.value, DEBOUNCE_MS)}
      onPressEnter={() => schedule(text, 0)}
    />
  );
}
