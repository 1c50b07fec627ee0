import type { NodeType, Plain } from "./condition-values.ts";
import { safePattern } from "./safe-pattern.ts";

type Built = { readonly run: (values: readonly Plain[]) => Plain } | { readonly why: string };

interface KnownFunction {
  readonly receiver: NodeType;
  readonly parameters: readonly NodeType[];
  readonly type: NodeType;
  /** @param literals the operands that are written out, undefined for the others. */
  build(literals: readonly (Plain | undefined)[]): Built;
}

function onTexts(type: NodeType, others: number, run: (...texts: string[]) => Plain): KnownFunction {
  return {
    receiver: "text",
    parameters: Array.from({ length: others }, () => "text" as const),
    type,
    build: () => ({ run: (values) => (values.every((v) => typeof v === "string") ? run(...values) : null) }),
  };
}

function onAny(type: NodeType, run: (value: Plain) => Plain): KnownFunction {
  return { receiver: "any", parameters: ["any"], type, build: () => ({ run: (values) => run(values[0] ?? null) }) };
}

const matches: KnownFunction = {
  receiver: "text",
  parameters: ["text"],
  type: "bool",
  build: (literals) => {
    const source = literals[1];
    if (typeof source !== "string") return { why: "The pattern of `matches` is written out, in quotes." };
    const pattern = safePattern(source);
    if ("why" in pattern) return { why: `The pattern of \`matches\` is refused: ${pattern.why}.` };
    return { run: ([text]) => (typeof text === "string" ? pattern.test(text) : null) };
  },
};

function sizeOf(value: Plain): Plain {
  if (typeof value === "string") return Array.from(value).length;
  return Array.isArray(value) ? value.length : null;
}

function numberOf(value: Plain): Plain {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || value.trim() === "") return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

function textFrom(value: Plain): Plain {
  return value === null || typeof value === "object" ? null : String(value);
}

/** Called as `name(value)`. */
export const FUNCTIONS: ReadonlyMap<string, KnownFunction> = new Map([
  ["has", onAny("bool", (value) => value !== null)],
  ["size", onAny("number", sizeOf)],
  ["double", onAny("number", numberOf)],
  ["int", onAny("number", (value) => mapNumber(numberOf(value), Math.trunc))],
  ["string", onAny("text", textFrom)],
  ["lower", onAny("text", (value) => (typeof value === "string" ? value.toLowerCase() : null))],
]);

/** Called as `text.name(…)`. */
export const METHODS: ReadonlyMap<string, KnownFunction> = new Map([
  ["startsWith", onTexts("bool", 1, (text = "", part = "") => text.startsWith(part))],
  ["endsWith", onTexts("bool", 1, (text = "", part = "") => text.endsWith(part))],
  ["contains", onTexts("bool", 1, (text = "", part = "") => text.includes(part))],
  ["lower", onTexts("text", 0, (text = "") => text.toLowerCase())],
  ["lowerAscii", onTexts("text", 0, (text = "") => text.toLowerCase())],
  ["trim", onTexts("text", 0, (text = "") => text.trim())],
  ["size", { receiver: "any", parameters: [], type: "number", build: () => ({ run: ([v]) => sizeOf(v ?? null) }) }],
  ["matches", matches],
]);

function mapNumber(value: Plain, change: (value: number) => number): Plain {
  return typeof value === "number" ? change(value) : null;
}

/** The list macros that conditions know. */
export function macroOf(name: string): "exists" | "all" | undefined {
  return name === "exists" || name === "all" ? name : undefined;
}
