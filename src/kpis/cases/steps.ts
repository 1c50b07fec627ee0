import type { ProcessDefinition } from "../definitions/process.ts";
import { classifyExecution } from "./automation.ts";
import type { CaseEvent, StageVisit, StepExecution } from "./case.ts";
import { isReturn } from "./visits.ts";

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
    for (const [index, event] of mine.entries()) {
      if (event.reopens) continue;
      executions.push({
        step: step.name,
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

/**
 * The stages and steps that were done again: stages returned to, ends reached once more after they were left, steps done once
 * more. A step that was reopened and still waits to be done is not among them.
 */
export function repeatedActivities(
  events: readonly CaseEvent[],
  visits: readonly StageVisit[],
  process: ProcessDefinition,
): readonly string[] {
  const repeated = new Set(visits.filter(isReturn).map((visit) => visit.stage));
  const done = new Set<string>();
  let stage: string | null = null;
  for (const { activity, reopens, event } of events) {
    if (reopens) continue;
    const isStage = event.stage !== null;
    if (isStage && stage === activity) continue;
    if (isStage) stage = activity;
    if (done.has(activity) && (!isStage || process.ends.some((end) => end.activity === activity)))
      repeated.add(activity);
    done.add(activity);
  }
  return documented(process).filter((activity) => repeated.has(activity));
}

/** How often a step was done once more. To enter a stage again is a move, which counts separately (reference §2.2, rework). */
export function repeatsInPlace(events: readonly CaseEvent[], process: ProcessDefinition): number {
  const known = new Set(documented(process));
  const done = events.filter(({ activity, reopens, event }) => event.stage === null && !reopens && known.has(activity));
  return done.length - new Set(done.map(({ activity }) => activity)).size;
}

/** The stages, or what closes them, the steps and the ends that a procedure names, each once. */
function documented({ stages, steps, ends }: ProcessDefinition): readonly string[] {
  const names = [
    ...stages.map(({ until, name }) => until ?? name),
    ...steps.map(({ name }) => name),
    ...ends.map(({ activity }) => activity),
  ];
  return [...new Set(names)];
}
