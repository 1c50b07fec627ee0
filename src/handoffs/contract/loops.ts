import type { Contract } from "./contract.ts";
import type { ContractProblem } from "./problems.ts";

/** A problem that several contracts have together, told at a field of one of them. */
export interface JointProblem extends ContractProblem {
  readonly contract: string;
}

/** One attribute is written from another; `type.attribute` each. */
interface Write {
  readonly from: string;
  readonly to: string;
  readonly contract: string;
  readonly field: string;
}

/**
 * What the writes of all contracts would do to each other: an attribute that is written from two others would change
 * forever, and so would values that go round in a circle. The two directions of one shared field are none: there the
 * base says who moved. Contracts that only observe write nothing.
 */
export function jointProblems(contracts: readonly Contract[]): readonly JointProblem[] {
  const writes = contracts.flatMap(writesOf);
  return [...ownerProblems(writes), ...loopProblems(writes)];
}

function writesOf({ name, mode, presentOnce, fields, sourceType, targetType }: Contract): readonly Write[] {
  if (mode === "observe" || presentOnce !== null) return [];
  return fields.flatMap(({ name: field, ours, theirs, owner }): readonly Write[] => {
    const [source, target] = [`${sourceType}.${ours}`, `${targetType}.${theirs}`];
    const forth = { from: source, to: target, contract: name, field };
    const back = { from: target, to: source, contract: name, field };
    if (owner === "source" || owner === "append_only") return [forth];
    if (owner === "target") return [back];
    return owner === "shared" ? [forth, back] : [];
  });
}

function ownerProblems(writes: readonly Write[]): readonly JointProblem[] {
  const writers = Map.groupBy(writes, ({ to }) => to);
  return [...writers].flatMap(([attribute, all]): readonly JointProblem[] => {
    const [first] = all;
    const other = all.find((write) => write.from !== first?.from);
    if (first === undefined || other === undefined) return [];
    return [
      {
        contract: other.contract,
        path: ["fields", other.field],
        code: "HUB-2210",
        message: `${attribute} has two owners: ${say(first)}, and ${say(other)}.`,
        remedy: "Let one of the two fields only be compared (`rule: derived` leaves it out), or take it out.",
      },
    ];
  });
}

function loopProblems(writes: readonly Write[]): readonly JointProblem[] {
  const leaving = Map.groupBy(writes, ({ from }) => from);
  const told = new Set<string>();
  return writes.flatMap((write): readonly JointProblem[] => {
    const back = write.from === write.to ? [] : wayBack(write, leaving);
    if (back === null) return [];
    const circle = [write, ...back];
    const name = [...new Set(circle.map(pairOf))].sort().join("\0");
    if (told.has(name)) return [];
    told.add(name);
    const last = circle.at(-1) ?? write;
    return [
      {
        contract: last.contract,
        path: ["fields", last.field],
        code: "HUB-2209",
        message: `What is written would come back: ${circle.map(({ from }) => from).join(" → ")} → ${write.from} (${circle.map(say).join("; ")}).`,
        remedy: "Let one side own the field in every contract, or leave one of the writes out.",
      },
    ];
  });
}

/** The shortest way from where a write leads to where it came from, not by the same field; null when there is none. */
function wayBack(start: Write, leaving: ReadonlyMap<string, readonly Write[]>): readonly Write[] | null {
  const reached = new Map<string, Write | null>([[start.to, null]]);
  const waiting = [start.to];
  for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) {
    for (const write of leaving.get(at) ?? []) {
      if (pairOf(write) === pairOf(start) || reached.has(write.to)) continue;
      reached.set(write.to, write);
      if (write.to === start.from) return wayTo(write.to, reached);
      waiting.push(write.to);
    }
  }
  return null;
}

function wayTo(end: string, reached: ReadonlyMap<string, Write | null>): readonly Write[] {
  const way: Write[] = [];
  for (let write = reached.get(end) ?? null; write !== null; write = reached.get(write.from) ?? null)
    way.unshift(write);
  return way;
}

function pairOf({ contract, field }: Write): string {
  return `${contract} ${field}`;
}

function say({ contract, field, from, to }: Write): string {
  return `${contract} writes ${to} from ${from} (${field})`;
}
