import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { notify } from "../../core/notify";
import { Notifications } from "./notifications";

const texts = () => [...screen.getByRole("log").children].map((each) => each.textContent);
const pass = (seconds: number) => act(() => void vi.advanceTimersByTime(seconds * 1000));

describe("notifications", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    render(<Notifications />);
  });
  afterEach(() => void vi.useRealTimers());

  it("go by themselves, except failures", () => {
    act(() => {
      notify("good", "Copied");
      notify("bad", "Nothing was changed");
    });
    expect(texts()).toEqual(["Copied", "Nothing was changed"]);
    pass(10);
    expect(texts()).toEqual(["Nothing was changed"]);
  });

  it("stay while one reads them", () => {
    act(() => notify("good", "Copied"));
    fireEvent.focus(screen.getByRole("button", { name: "Close" }));
    pass(60);
    expect(texts()).toEqual(["Copied"]);
    fireEvent.blur(screen.getByRole("button", { name: "Close" }));
    pass(10);
    expect(texts()).toEqual([]);
  });

  it("are never more than four, and the newest", () => {
    act(() => ["1", "2", "3", "4", "5"].forEach((text) => notify("bad", text)));
    expect(texts()).toEqual(["2", "3", "4", "5"]);
  });

  it("show what comes from the cluster as text", () => {
    act(() => notify("bad", "<img src=x onerror=alert(1)>"));
    expect(texts()).toEqual(["<img src=x onerror=alert(1)>"]);
  });
});
