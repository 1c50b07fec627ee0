import type { LogAttribute } from "./log.ts";

/** An attribute as the log file keeps it: name, type, value, then instant and children where there are any. */
type Kept = [name: string, type: string, value: string, at?: Instant | null, children?: Kept[]];
type Instant = [micros: string, offset: number, dayOnly: boolean];

/** The attributes as one text, null when there are none. */
export function keepAttributes(attributes: readonly LogAttribute[]): string | null {
  return attributes.length === 0 ? null : JSON.stringify(attributes.map(toKept));
}

/** The attributes behind a text of `keepAttributes`. */
export function readAttributes(text: string | null): readonly LogAttribute[] {
  if (text === null) return [];
  const kept: Kept[] = JSON.parse(text);
  return kept.map(fromKept);
}

function toKept({ name, type, value, at, children }: LogAttribute): Kept {
  if (at === undefined && children === undefined) return [name, type, value];
  const when: Instant | null = at === undefined ? null : [String(at.micros), at.offset, at.dayOnly];
  return children === undefined ? [name, type, value, when] : [name, type, value, when, children.map(toKept)];
}

function fromKept([name, type, value, at, children]: Kept): LogAttribute {
  return {
    name,
    type,
    value,
    ...(at == null ? {} : { at: { micros: BigInt(at[0]), offset: at[1], dayOnly: at[2] } }),
    ...(children === undefined ? {} : { children: children.map(fromKept) }),
  };
}
