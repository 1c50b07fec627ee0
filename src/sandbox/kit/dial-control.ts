import type { Hono } from "hono";
import { z } from "zod";
import type { Dials } from "./dials.ts";
import { DIAL, ORGANISATION_CHANGE, WIRE_FAULTS } from "./fault.ts";
import type { Dial } from "./fault.ts";
import { OrganisationError } from "./system.ts";
import type { SandboxSystem } from "./system.ts";

const SET = z.union([z.strictObject({ seed: z.number().int().optional(), dials: z.array(DIAL) }), z.array(DIAL), DIAL]);
const CHANGE = ORGANISATION_CHANGE.extend({ system: z.string().min(1) });

/** A dial that no system of this sandbox can play. */
export class UnknownDial extends Error {
  /** Which of the dials given, counted from 0. */
  readonly index: number;

  constructor(index: number, message: string) {
    super(message);
    this.index = index;
  }
}

/** @throws UnknownDial for a system that is not there, or a fault it does not have */
export function checkDials(systems: readonly SandboxSystem[], dials: readonly Dial[]): void {
  const everywhere = new Set<string>(WIRE_FAULTS);
  for (const [index, { system: name, fault }] of dials.entries()) {
    const system = systems.find((each) => each.name === name);
    if (system === undefined) throw new UnknownDial(index, `No system ${name}.`);
    if (!everywhere.has(fault) && !system.faults.includes(fault)) {
      throw new UnknownDial(index, `${name} has no fault ${fault}.`);
    }
  }
}

/**
 * `POST /dials` (one, an array, or `{seed, dials}`), `GET /dials`, `DELETE /dials[?system=]`, `GET|DELETE /dials/log`,
 * `POST /organisation` (one change of one system).
 */
export function mountDials(app: Hono, dials: Dials, systems: readonly SandboxSystem[]): void {
  app.get("/dials", (context) => context.json(dials.standing()));
  app.get("/dials/log", (context) => context.json(dials.log));
  app.delete("/dials/log", (context) => {
    dials.clearLog();
    return context.json({});
  });
  app.delete("/dials", (context) => {
    dials.clear(context.req.query("system"));
    return context.json(dials.standing());
  });
  app.post("/dials", async (context) => {
    const parsed = SET.safeParse(await context.req.json());
    if (!parsed.success) return context.json({ error: z.prettifyError(closest(parsed.error)) }, 400);
    const given = parsed.data;
    const set = Array.isArray(given) ? { dials: given } : "dials" in given ? given : { dials: [given] };
    try {
      checkDials(systems, set.dials);
    } catch (error) {
      if (error instanceof UnknownDial) return context.json({ error: error.message }, 400);
      throw error;
    }
    dials.arm(set.dials, set.seed);
    return context.json(dials.standing());
  });
  app.post("/organisation", async (context) => {
    const parsed = CHANGE.safeParse(await context.req.json());
    if (!parsed.success) return context.json({ error: z.prettifyError(parsed.error) }, 400);
    const { system: name, ...change } = parsed.data;
    const system = systems.find((each) => each.name === name);
    if (system === undefined) return context.json({ error: `No system ${name}.` }, 404);
    try {
      return context.json({ changed: (await system.organise(change)) ?? null });
    } catch (error) {
      if (error instanceof OrganisationError) return context.json({ error: error.message }, 400);
      if (error instanceof z.ZodError) return context.json({ error: z.prettifyError(error) }, 400);
      throw error;
    }
  });
}

/** Of the three forms a set of dials may have, the complaints about the one that was meant: those that go deepest. */
function closest(error: z.ZodError): z.ZodError {
  const [issue] = error.issues;
  if (issue?.code !== "invalid_union") return error;
  const depth = (issues: readonly z.core.$ZodIssue[]): number => Math.max(0, ...issues.map(({ path }) => path.length));
  const [best] = [...issue.errors].sort((a, b) => depth(b) - depth(a));
  return best === undefined ? error : new z.ZodError(best);
}
