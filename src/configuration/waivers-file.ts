import { z } from "zod";
import { windowOfDays } from "../kpis/index.ts";
import type { ProcessDefinition, Waiver } from "../kpis/index.ts";
import type { KindProblem } from "./file-kind.ts";
import type { PeopleFile } from "./people-file.ts";
import { suggestion } from "./shape.ts";

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/u, "is a day written 2026-12-31");

/** config/waivers.yaml: approved exceptions from the rules of procedures. */
export const waiversSchema = z.array(
  z
    .strictObject({
      process: z.string().min(1),
      rule: z.string().min(1).describe("Its id in the process file: R1."),
      case: z
        .string()
        .min(1)
        .optional()
        .describe("The case's own id in its system, or its key system/tenant/stream/id."),
      where: z
        .record(z.string().min(1), z.string().min(1))
        .optional()
        .describe("Every case with these attributes or dimensions: `{ segment: SMB }`."),
      reason: z.string().min(1),
      approver: z.string().min(1).describe("Who agreed to it, by the name in people.yaml."),
      until: day.optional().describe("Its last day; the deviation counts again from the next one on."),
    })
    .refine((waiver) => (waiver.case === undefined) !== (waiver.where === undefined), {
      error: "says which case, or where: one of the two",
    }),
);

export type WaiversFile = z.output<typeof waiversSchema>;

export function toWaivers(file: WaiversFile, zone: string): readonly Waiver[] {
  return file.map(({ process, rule, case: caseId, where, reason, approver, until }) => ({
    process,
    rule,
    caseId: caseId ?? null,
    where: where ?? {},
    reason,
    approver,
    until: until === undefined ? null : windowOfDays(until, until, until, zone).to,
  }));
}

/** Processes and rules that are not there, and approvers whom nobody knows. */
export function checkWaivers(
  file: WaiversFile,
  processes: readonly ProcessDefinition[],
  people: PeopleFile,
): readonly KindProblem[] {
  const problems: KindProblem[] = [];
  const names = [...new Set(processes.map(({ name }) => name))];
  const persons = people.map(({ name }) => name);
  for (const [index, { process, rule, approver }] of file.entries()) {
    const rules = processes.filter(({ name }) => name === process).flatMap((each) => each.rules.map(({ id }) => id));
    if (!names.includes(process)) {
      problems.push({
        code: "HUB-2046",
        message: `The waiver names the unknown process "${process}".`,
        path: [index, "process"],
        remedy: suggestion(process, names),
      });
    } else if (!rules.includes(rule)) {
      problems.push({
        code: "HUB-2046",
        message: `The process ${process} has no rule "${rule}" that could be waived.`,
        path: [index, "rule"],
        remedy: suggestion(rule, [...new Set(rules)]),
      });
    }
    if (people.length > 0 && !persons.includes(approver)) {
      problems.push({
        code: "HUB-2029",
        message: `The approver "${approver}" is no person of people.yaml.`,
        path: [index, "approver"],
        remedy: suggestion(approver, persons),
      });
    }
  }
  return problems;
}

/** One sentence for each, for `hub config check`. */
export function waiverSentence({ process, rule, caseId, where, reason, approver, until }: Waiver): string {
  const whom =
    caseId
    ?? `cases with ${Object.entries(where)
      .map(([name, value]) => `${name} ${value}`)
      .join(" and ")}`;
  const end = until === null ? "" : ` until ${new Date(until).toISOString().slice(0, 10)}`;
  return `${rule} of ${process} is waived for ${whom}${end}, as ${approver} approved: ${reason}`;
}
