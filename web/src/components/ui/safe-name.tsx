import { visibleName } from "@/lib/file-name";
import classes from "./safe-name.module.css";

interface SafeNameProps {
  name: string;
  /** One line with an ellipsis, or as many lines as it needs. */
  wrap?: boolean;
  className?: string;
}

/** A name or path from the file system: isolated from the text around it, never breaking the layout. */
export function SafeName({ name, wrap = false, className }: SafeNameProps) {
  const text = visibleName(name);
  const shape = wrap ? classes.wrap : classes.line;
  return (
    <bdi dir="auto" title={text} className={className ? `${shape} ${className}` : shape}>
      {text}
    </bdi>
  );
}
