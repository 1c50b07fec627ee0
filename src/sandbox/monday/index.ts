import { disturbed } from "../kit/deliveries.ts";
import type { SandboxEnvironment, SandboxSystem } from "../kit/system.ts";
import type { MondaySeed } from "../seeds.ts";
import { SANDBOX_APP } from "./apps.ts";
import { CallCounter } from "./call-counter.ts";
import { control } from "./control.ts";
import { FAULTS, failure, routes } from "./dials.ts";
import { GraphQLEngine } from "./engine.ts";
import { IdempotencyCache } from "./idempotency.ts";
import { DEMO_LIMITS, REAL_LIMITS } from "./limits.ts";
import { MondayState } from "./state.ts";
import { organise } from "./organisation.ts";
import { OAuth } from "./oauth.ts";
import { SANDBOX_TOKEN, Tokens } from "./tokens.ts";
import { answer } from "./transport.ts";
import { Webhooks } from "./webhooks.ts";

/** The stand-in for monday.com: its GraphQL API at `/v2`, over its own part of the vendor's 2026-10 schema. */
export function createMonday(seed: MondaySeed, environment: SandboxEnvironment): SandboxSystem {
  const state = new MondayState(seed, environment);
  const webhooks = new Webhooks(state);
  webhooks.arrange = (batch) => disturbed(environment.dials, batch);
  const engine = new GraphQLEngine(state, webhooks);
  const limits = environment.limits === "demo" ? DEMO_LIMITS : REAL_LIMITS;
  const tokens = new Tokens(environment.clock, limits, seed.tokenUserId);
  const oauth = new OAuth(state, tokens, seed.tokenUserId);
  const calls = new CallCounter();
  const idempotency = new IdempotencyCache(environment.clock);
  const newRequestId = (): string => state.newUuid();
  return {
    name: "monday",
    fetch: (request) =>
      answer({ state, engine, tokens, oauth, calls, idempotency, dials: environment.dials, newRequestId }, request),
    control: (request) => control({ state, engine, tokens, webhooks, calls }, request),
    routes: (request) => routes(engine, request),
    faults: FAULTS,
    failure: (told) => failure(told, newRequestId()),
    organise: (change) => organise(state, change, seed.tokenUserId),
    describe: (origin) => ({
      endpoint: `${origin}/v2`,
      token: SANDBOX_TOKEN,
      clientId: SANDBOX_APP.clientId,
      clientSecret: SANDBOX_APP.clientSecret,
      signingSecret: SANDBOX_APP.signingSecret,
    }),
    environment: (origin) => ({ MONDAY_PRODUCT_ENDPOINT: `${origin}/v2`, MONDAY_PRODUCT_TOKEN: SANDBOX_TOKEN }),
    close: () => {
      webhooks.close();
      return Promise.resolve();
    },
  };
}
