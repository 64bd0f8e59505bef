import { CloseButton, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";

interface SearchBoxProps {
  value: string;
  onSearch: (q: string) => void;
  delayMs?: number;
}

/** Typing searches after a short rest; "/" brings the cursor here. */
export function SearchBox({ value, onSearch, delayMs = 250 }: SearchBoxProps) {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const sent = useRef(value);

  // The URL changed by other means (back, clear all): it wins.
  useEffect(() => {
    if (value !== sent.current) {
      sent.current = value;
      setText(value);
    }
  }, [value]);

  useEffect(() => {
    const trimmed = text.trim();
    if (trimmed === sent.current) return;
    const timer = window.setTimeout(() => {
      sent.current = trimmed;
      onSearch(trimmed);
    }, delayMs);
    return () => window.clearTimeout(timer);
  }, [text, delayMs, onSearch]);

  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const typing =
        event.target instanceof HTMLElement && event.target.closest("input, textarea, select");
      if (event.key !== "/" || event.ctrlKey || event.metaKey || typing) return;
      event.preventDefault();
      input.current?.focus();
    };
    window.addEventListener("keydown", focus);
    return () => window.removeEventListener("keydown", focus);
  }, []);

  return (
    <TextInput
      ref={input}
      type="search"
      role="searchbox"
      aria-label="Search the library"
      placeholder="Search title, artist, album, path"
      radius="xl"
      size="sm"
      value={text}
      maxLength={500}
      onChange={(event) => setText(event.currentTarget.value)}
      leftSection={<IconSearch size={17} stroke={1.7} aria-hidden="true" />}
      rightSection={
        text && <CloseButton size="sm" aria-label="Clear the search" onClick={() => setText("")} />
      }
    />
  );
}
