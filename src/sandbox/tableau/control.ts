import { Hono } from "hono";
import { z } from "zod";
import type { Gateway } from "./gateway.ts";
import { endLogins } from "./organisation.ts";
import { finishAllJobs } from "./site/jobs.ts";
import { createSite, newLuid } from "./state.ts";

const SettingsPatch = z
  .strictObject({
    pollsUntilDone: z.int().min(0),
    unknownPolls: z.int().min(0),
    initialFinishCode: z.boolean(),
    jobNotes: z.boolean(),
    failJobs: z.int().min(0),
    dataUpdates: z.boolean(),
    updateBytes: z.int().min(0),
    catalog: z.boolean(),
    warningsPerItem: z.int().min(1),
    missingScope: z.literal([401, 403]),
    downloadAs: z.enum(["published", "package"]),
  })
  .partial();

const Limit = z.int().min(0).nullable();
const Limits = z.strictObject({ publishesPerHour: Limit, refreshesPerHour: Limit }).partial();

const Redirect = z.strictObject({ origin: z.url(), count: z.int().min(1).default(1) });
const NewToken = z.strictObject({ name: z.string().min(1), secret: z.string().min(1) });
const NewPerson = z.strictObject({
  name: z.string().min(1),
  password: z.string().min(1),
  groups: z.array(z.string().min(1)).default([]),
});
const NewSite = z.strictObject({ contentUrl: z.string(), name: z.string().min(1) });
const LostSession = z.strictObject({ tokenName: z.string().optional() });

/**
 * The sandbox's own routes for this system:
 * `GET /state`, `GET|DELETE /calls`, `GET|POST /settings`, `POST /limits`, `POST /sign-in-redirect`,
 * `POST /tokens` (another personal access token), `POST /people` (a user, in groups), `POST /sites`, `POST /lose-session`, `POST /jobs/finish`.
 */
export function controlRoutes(gateway: Gateway): Hono {
  const { state, settings, engine, calls } = gateway;
  const app = new Hono();
  app.onError((error, context) =>
    error instanceof z.ZodError || error instanceof SyntaxError
      ? context.json({ error: error instanceof z.ZodError ? z.prettifyError(error) : error.message }, 400)
      : context.json({ error: String(error) }, 500),
  );
  app.get("/state", (context) =>
    context.json({
      hyperEngine: engine.available,
      contentChecks: engine.available ? "magic bytes and tables" : "magic bytes only",
      logins: state.logins.size,
      sites: [...state.sites.values()].map((site) => ({
        id: site.id,
        contentUrl: site.contentUrl,
        projects: site.projects.size,
        datasources: site.datasources.size,
        workbooks: site.workbooks.size,
        uploads: site.uploads.size,
        jobs: site.jobs.size,
      })),
      users: [...state.users.values()].map(({ id, name, password }) => ({ id, name, password })),
    }),
  );
  app.get("/calls", (context) => context.json(calls.snapshot()));
  app.delete("/calls", (context) => {
    calls.reset();
    return context.json(calls.snapshot());
  });
  app.get("/settings", (context) => context.json(settings));
  app.post("/settings", async (context) => {
    const given = SettingsPatch.parse(await context.req.json());
    Object.assign(settings, given);
    return context.json(settings);
  });
  app.post("/limits", async (context) => {
    const given = Limits.parse(await context.req.json());
    if (given.publishesPerHour !== undefined) settings.publishesPerHour = given.publishesPerHour ?? undefined;
    if (given.refreshesPerHour !== undefined) settings.refreshesPerHour = given.refreshesPerHour ?? undefined;
    return context.json(settings);
  });
  app.post("/sign-in-redirect", async (context) => {
    settings.signInRedirect = Redirect.parse(await context.req.json());
    return context.json(settings);
  });
  app.post("/tokens", async (context) => {
    const { name, secret } = NewToken.parse(await context.req.json());
    state.accessTokens.set(name, secret);
    return context.json({ accessTokens: [...state.accessTokens.keys()] });
  });
  app.post("/people", async (context) => {
    const { name, password, groups } = NewPerson.parse(await context.req.json());
    const person = { id: newLuid(state), name, password };
    state.users.set(person.id, person);
    for (const groupName of ["All Users", ...groups]) {
      const group = [...state.groups.values()].find((each) => each.name === groupName) ?? {
        id: newLuid(state),
        name: groupName,
        userIds: new Set(),
      };
      state.groups.set(group.id, { ...group, userIds: new Set([...group.userIds, person.id]) });
    }
    return context.json({ id: person.id }, 201);
  });
  app.post("/sites", async (context) => {
    const { contentUrl, name } = NewSite.parse(await context.req.json());
    const [owner] = state.users.keys();
    const site = createSite(state, contentUrl, name, owner ?? "");
    return context.json({ id: site.id, contentUrl: site.contentUrl }, 201);
  });
  app.post("/lose-session", async (context) => {
    const text = await context.req.text();
    const { tokenName } = LostSession.parse(text === "" ? {} : JSON.parse(text));
    if (tokenName === undefined) state.logins.clear();
    else endLogins(state, tokenName);
    return context.json({ logins: state.logins.size });
  });
  app.post("/jobs/finish", async (context) => {
    let finished = 0;
    for (const site of state.sites.values()) finished += await finishAllJobs(state, settings, site);
    return context.json({ finished });
  });
  return app;
}
