import type { Dial, Draw } from "../../acceptance/harness.ts";
import { ASANA } from "../../support/asana-seed.ts";

/** What happens to a custom field in the middle of somebody's reading. */
export function fieldMidway(draw: Draw, after: number, serial: number): Dial {
  const object = draw.pick([ASANA.onboarding, ASANA.rollout]) ?? ASANA.onboarding;
  const field = draw.pick([ASANA.opportunity, ASANA.stage]) ?? ASANA.opportunity;
  const schema = { fault: "schema", object, after };
  switch (draw.pick(["add", "remove", "retype", "rename"])) {
    case "add":
      return { ...schema, change: "add", field: `Midway ${serial}` };
    case "remove":
      return { ...schema, change: "remove", field };
    case "retype":
      return { ...schema, change: "retype", field, type: "number" };
    default:
      return { fault: "organisation", change: { do: "rename-field", field, to: `Renamed ${serial}` }, after };
  }
}
