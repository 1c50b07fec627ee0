import { Hono } from "hono";
import { z } from "zod";
import type { SandboxClock } from "./clock.ts";
import { mountDials } from "./dial-control.ts";
import type { Dials } from "./dials.ts";
import type { SandboxSystem } from "./system.ts";
import { controlWithDials } from "./wire.ts";

const clockChange = z.strictObject({
  set: z.iso.datetime({ offset: true }).optional(),
  advanceMs: z.number().optional(),
  freeze: z.boolean().optional(),
});

/**
 * The sandbox's own API: `GET /` what runs where, `GET|POST /clock` business time, `/dials` and `/organisation` what goes
 * wrong and what changes, `POST /load` worlds of given records, `/systems/<name>/…` each system's control routes. Nothing of it exists at a real service and no connector knows it.
 */
export function createControl(options: {
  readonly clock: SandboxClock;
  readonly systems: readonly SandboxSystem[];
  readonly dials: Dials;
  readonly describe: () => unknown;
  /** Exchanges worlds for those of given records. @throws z.ZodError for a body that is none */
  readonly load?: (body: unknown) => Promise<object>;
}): (request: Request) => Response | Promise<Response> {
  const { clock, systems, dials, load } = options;
  const app = new Hono();
  const time = () => ({ now: new Date(clock.now()).toISOString(), frozen: clock.frozen });

  app.get("/", (context) => context.json(options.describe() as object));
  app.get("/clock", (context) => context.json(time()));
  app.post("/clock", async (context) => {
    const parsed = clockChange.safeParse(await context.req.json());
    if (!parsed.success) return context.json({ error: z.prettifyError(parsed.error) }, 400);
    const { set, advanceMs, freeze } = parsed.data;
    if (set !== undefined) clock.set(Date.parse(set));
    if (advanceMs !== undefined) clock.advance(advanceMs);
    if (freeze !== undefined) clock.freeze(freeze);
    for (const system of systems) await system.tick?.();
    return context.json(time());
  });
  app.post("/load", async (context) => {
    if (load === undefined) return context.notFound();
    try {
      return context.json(await load(await context.req.json()));
    } catch (error) {
      if (error instanceof z.ZodError) return context.json({ error: z.prettifyError(error) }, 400);
      throw error;
    }
  });
  mountDials(app, dials, systems);
  app.all("/systems/:name/*", (context) => {
    const name = context.req.param("name");
    const system = systems.find((candidate) => candidate.name === name);
    if (system === undefined) return context.json({ error: `No system ${name}.` }, 404);
    const url = new URL(context.req.url);
    url.pathname = url.pathname.slice(`/systems/${name}`.length);
    return controlWithDials(system, dials, clock, new Request(url, context.req.raw));
  });
  return app.fetch;
}
