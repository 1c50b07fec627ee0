import type { ProcessDefinition } from "../definitions/process.ts";
import { classifyExecution } from "./automation.ts";
import type { CaseEvent, StepExecution } from "./case.ts";

/** This many steps by one person within the burst look like a script: a hint for review, no more (grade C). */
const BURST_STEPS = 3;
const BURST_MS = 5000;

/**
 * The executions of the declared steps, in time order. Doing a step again is another execution; the one before it is an error,
 * since the step (or its stage) had to be reopened.
 */
export function stepExecutions(
  events: readonly CaseEvent[],
  process: ProcessDefinition,
  registered: ReadonlySet<string>,
): readonly StepExecution[] {
  const executions: StepExecution[] = [];
  for (const step of process.steps) {
    const mine = events.filter((event) => event.activity === step.name);
    let occurrence = 0;
    for (const [index, event] of mine.entries()) {
      if (event.reopens) continue;
      occurrence += 1;
      executions.push({
        step: step.name,
        occurrence,
        at: event.at,
        eventId: event.id,
        actor: event.actor,
        routine: step.routine,
        critical: step.critical,
        isError: mine.length > index + 1,
        ...classifyExecution(event, step, registered),
      });
    }
  }
  executions.sort((a, b) => a.at - b.at);
  return markBursts(executions);
}

function markBursts(executions: readonly StepExecution[]): readonly StepExecution[] {
  return executions.map((execution, index) => {
    if (execution.automation !== "manual" || execution.actor === null) return execution;
    const near = executions.filter(
      (other, at) =>
        Math.abs(at - index) < BURST_STEPS
        && other.actor?.id === execution.actor?.id
        && Math.abs(other.at - execution.at) <= BURST_MS,
    );
    return near.length >= BURST_STEPS ? { ...execution, evidence: "C" as const } : execution;
  });
}

/** Activities done again after they were done: re-entered stages and reopened steps. */
export function repeats(events: readonly CaseEvent[], process: ProcessDefinition): number {
  const once = new Set<string>();
  const known = new Set([...process.steps.map((step) => step.name), ...process.ends.map((end) => end.activity)]);
  let count = 0;
  for (const event of events) {
    if (event.reopens) count += 1;
    else if (known.has(event.activity)) {
      if (once.has(event.activity) && event.event.stage !== null) count += 1;
      once.add(event.activity);
    }
  }
  return count;
}
