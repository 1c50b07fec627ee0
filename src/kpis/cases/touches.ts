import type { Instant } from "../../model/index.ts";
import { fold } from "../definitions/problems.ts";
import type { ProcessDefinition } from "../definitions/process.ts";
import type { CaseEvent } from "./case.ts";

/**
 * When a person turned to whom the case is about (reference §2.2, lead response): automatic replies, mails of a sequence and what
 * a program did under somebody's name are no touches.
 */
export function touchesIn(events: readonly CaseEvent[], process: ProcessDefinition): readonly Instant[] {
  if (process.touches.length === 0) return [];
  const touches = new Set(process.touches.map(fold));
  return events.filter((event) => touches.has(fold(event.activity)) && isPersonal(event)).map((event) => event.at);
}

function isPersonal({ by, actor }: CaseEvent): boolean {
  if (by.kind === "automation" || by.kind === "api") return false;
  return actor === null ? by.kind === "human" : actor.kind === "human";
}
