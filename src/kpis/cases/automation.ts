import type { StepDefinition } from "../definitions/process.ts";
import { fold } from "../definitions/problems.ts";
import type { AutomationClass, CaseEvent, EvidenceGrade } from "./case.ts";

export interface Automation {
  readonly automation: AutomationClass;
  readonly evidence: EvidenceGrade;
  readonly actorKind: string;
}

/**
 * Who did a step, person or machine, and how we know (reference §2.5). A program acting through the API under a person's name
 * is `unknown` unless its client is registered: people act through APIs, too.
 * @param registered client and rule names that are known to be automations
 */
export function classifyExecution(event: CaseEvent, step: StepDefinition, registered: ReadonlySet<string>): Automation {
  const { by, actor } = event;
  const client = by.client;
  const named = client !== undefined && step.automatedBy.some((name) => fold(name) === fold(client));
  const done = (automation: AutomationClass, evidence: EvidenceGrade, actorKind: string): Automation =>
    step.assisted && automation === "automated"
      ? { automation: "assisted", evidence, actorKind }
      : { automation, evidence, actorKind };

  if (actor !== null && (actor.kind === "service" || actor.kind === "automation"))
    return done("automated", "B", actor.kind);
  if (named) return done("automated", "A", "automation");
  if (by.kind === "automation") return done("automated", by.person === null ? "A" : "B", "automation");
  if (client !== undefined && registered.has(client)) return done("automated", "B", "automation");
  if (by.kind === "api") return done("unknown", null, "api");
  if (by.kind === "human" || actor?.kind === "human") {
    return step.assisted
      ? { automation: "assisted", evidence: null, actorKind: "human" }
      : done("manual", null, "human");
  }
  return done("unknown", null, "unknown");
}
