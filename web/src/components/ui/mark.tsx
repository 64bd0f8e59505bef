import source from "./mark.svg";

/** Apollonia's sign; decoration beside its name. */
export function Mark({ size }: { size: number }) {
  return <img src={source} width={size} height={size} alt="" draggable={false} />;
}
