import { explainContract, handoffSchema, tryCompileContract } from "../../handoffs/index.ts";
import type { Contract } from "../../handoffs/index.ts";
import type { FileKind, KindProblem } from "../file-kind.ts";
import { checkTeam } from "./names.ts";

/** config/handoffs/*.yaml: what one team passes to another. */
export const handoffKind: FileKind<Contract> = {
  name: "handoff",
  folder: "handoffs",
  shapeCode: "HUB-2201",
  schema: handoffSchema,
  compile: (data, { calendars, calendar, vocabulary, connections, people }) => {
    const businessTime = calendars.get(calendar);
    // Without the calendar the configuration is refused as a whole; contracts would only add follow-up problems.
    if (businessTime === undefined) return { value: null, problems: [] };
    const file = handoffSchema.parse(data);
    const outcome = tryCompileContract(file, {
      calendar: businessTime,
      types: vocabulary,
      connections: [...connections.keys()],
    });
    const teams: KindProblem[] = [];
    if (file.from.team !== undefined) teams.push(...checkTeam(file.from.team, ["from", "team"], people));
    if (file.to.team !== undefined) teams.push(...checkTeam(file.to.team, ["to", "team"], people));
    return { value: outcome.value, problems: [...outcome.problems, ...teams] };
  },
  identityOf: (contract) => contract.name,
  explain: (contract) => explainContract(contract).join(" "),
};
