import { z } from "zod";

/**
 * The words of a dial: what goes wrong, where, how often. One vocabulary for all systems; docs/sandbox.md has the same
 * as a table.
 */
const where = {
  /** A system by name: salesforce, asana, monday, tableau. */
  system: z.string().min(1),
  /** Part of the route (`GET /tasks`, `POST /services/oauth2/token`, `query boards`), whatever its casing; any when left out. */
  route: z.string().optional(),
  /** The chance that a matching call is struck, drawn from the seed. */
  rate: z.number().min(0).max(1).optional(),
  /** How often it strikes, null without end. Left out: once, or without end where there is a rate. */
  times: z.number().int().positive().nullable().optional(),
  /** How many matching calls pass first. */
  after: z.number().int().nonnegative().default(0),
};

const status = z.number().int().min(400).max(599);
const told = { code: z.string().optional(), message: z.string().optional() };
const plain = <F extends string>(fault: F) => z.strictObject({ ...where, fault: z.literal(fault) });

/** A change of an organisation, as `POST /organisation` takes it; `do` and what goes with it is checked by the system. */
export const ORGANISATION_CHANGE = z.looseObject({ do: z.string().min(1) });

export const DIAL = z.discriminatedUnion("fault", [
  z.strictObject({ ...where, fault: z.literal("latency"), ms: z.number().nonnegative() }),
  z.strictObject({
    ...where,
    fault: z.literal("throttle"),
    /** What the answer says of the wait: the truth, far too little, or nothing. */
    retryAfter: z.enum(["right", "wrong", "missing"]).default("right"),
    /** The wait in truth. */
    seconds: z.number().int().positive().default(7),
    /** Whether all matching calls are refused until then, in business time; a wrong answer is wrong only then. */
    hold: z.boolean().optional(),
    ...told,
  }),
  z.strictObject({ ...where, fault: z.literal("error"), status: status.default(503), ...told }),
  z.strictObject({ ...where, fault: z.literal("html"), status: z.number().int().min(200).max(599).default(502) }),
  plain("cut"),
  plain("malformed"),
  plain("empty"),
  plain("reset"),
  z.strictObject({
    ...where,
    fault: z.literal("lost-answer"),
    /** Keeps the socket open without a word until the client gives up, where it is otherwise closed. */
    hang: z.boolean().default(false),
    /** Answers with this failure although the call was served, where the socket is otherwise closed. */
    status: status.optional(),
  }),
  z.strictObject({ ...where, fault: z.literal("error-in-200"), ...told }),
  z.strictObject({ ...where, fault: z.literal("skew"), ms: z.number() }),
  plain("expire-token"),
  plain("expire-cursor"),
  plain("expire-sync"),
  z.strictObject({ ...where, fault: z.literal("late-commit"), ms: z.number().nonnegative() }),
  z.strictObject({
    ...where,
    fault: z.literal("tie"),
    /** How long after the first of them a write still gets its stamp. */
    ms: z.number().nonnegative().default(1000),
  }),
  plain("reorder"),
  plain("retired-version"),
  plain("quota"),
  z.strictObject({
    ...where,
    fault: z.literal("schema"),
    change: z.enum(["add", "remove", "retype"]),
    object: z.string(),
    field: z.string(),
    /** The type a field gets, in the system's own words. */
    type: z.string().optional(),
  }),
  z.strictObject({ ...where, fault: z.literal("organisation"), change: ORGANISATION_CHANGE }),
  z.strictObject({
    ...where,
    fault: z.literal("meanwhile"),
    /** What somebody else does: the body of the system's own `POST /write`. */
    write: z.looseObject({}),
    /** Just before the call is served, or just after. */
    when: z.enum(["before", "after"]).default("before"),
  }),
  z.strictObject({
    ...where,
    fault: z.literal("job"),
    /** Nothing made; half of it made and told as failed, or told as done; never an end. */
    outcome: z.enum(["failed", "half-done", "incomplete", "stuck"]).default("failed"),
  }),
  plain("webhook-duplicate"),
  plain("webhook-reorder"),
]);

/** A dial as the control API and fault files take it. */
export type DialInput = z.input<typeof DIAL>;
export type Dial = z.output<typeof DIAL>;
export type FaultName = Dial["fault"];
export type DialOf<F extends FaultName> = Extract<Dial, { fault: F }>;
export type OrganisationChange = z.output<typeof ORGANISATION_CHANGE>;

/** A file of dials (`hub sandbox --faults FILE`); the seed is the sandbox's own when left out. */
export const DIAL_FILE = z.strictObject({ seed: z.number().int().optional(), dials: z.array(DIAL) });

/** The faults the wire plays for every system, whatever it is. */
export const WIRE_FAULTS = [
  "latency",
  "throttle",
  "error",
  "html",
  "cut",
  "malformed",
  "empty",
  "reset",
  "lost-answer",
  "skew",
  "tie",
  "organisation",
] as const satisfies readonly FaultName[];
