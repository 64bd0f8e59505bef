import { type RefObject, useLayoutEffect, useState } from "react";

export interface Frame {
  /** Inner width in pixels. */
  width: number;
  /** Distance from the top of the document in pixels. */
  top: number;
}

function measure(element: HTMLElement | null): Frame {
  const box = element?.getBoundingClientRect();
  return {
    width: box?.width || window.innerWidth,
    top: Math.round((box?.top ?? 0) + window.scrollY),
  };
}

/** Where an element stands in the document and how wide it is, kept up to date. */
export function useFrame(ref: RefObject<HTMLElement>): Frame {
  const [frame, setFrame] = useState<Frame>({ width: window.innerWidth, top: 0 });

  useLayoutEffect(() => {
    const update = () => {
      const next = measure(ref.current);
      setFrame((now) => (now.width === next.width && now.top === next.top ? now : next));
    };
    update();
    // The body too: what stands above may grow (a wrapped toolbar) without changing our width.
    const observer = new ResizeObserver(update);
    if (ref.current) observer.observe(ref.current);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [ref]);

  return frame;
}
