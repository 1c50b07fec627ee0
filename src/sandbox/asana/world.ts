import type { SystemDials } from "../kit/dials.ts";
import type { SandboxEnvironment } from "../kit/system.ts";
import type { AsanaSeed } from "../seeds.ts";
import { EventLog } from "./events.ts";
import { addGenerated } from "./generated-projects.ts";
import { Jobs } from "./jobs.ts";
import { Pager } from "./paging.ts";
import { createResources } from "./resources.ts";
import type { Resources } from "./kinds.ts";
import { SearchIndex } from "./search-index.ts";
import { SelectionCache } from "./selection.ts";
import { createState } from "./state.ts";
import type { State } from "./state.ts";
import { seededTemplate } from "./templates.ts";
import type { ProjectTemplateRow, TaskTemplateRow } from "./templates.ts";
import { webhookParts } from "./webhook-parts.ts";
import { Webhooks } from "./webhooks.ts";

/** What the test world may set about the service itself. */
export interface Options {
  /** Whether webhooks may point at this machine; the real service refuses that. */
  localWebhooks: boolean;
}

/** What the handlers work with: the rows, how they render, the event log and the clock. */
export interface World {
  readonly state: State;
  readonly resources: Resources;
  readonly events: EventLog;
  readonly webhooks: Webhooks;
  readonly jobs: Jobs;
  readonly searchIndex: SearchIndex;
  readonly projectTemplates: Map<string, ProjectTemplateRow>;
  readonly taskTemplates: Map<string, TaskTemplateRow>;
  readonly pager: Pager;
  readonly selections: SelectionCache;
  readonly options: Options;
  readonly dials: SystemDials;
  readonly tokenUserGid: string;
  /** Business time as an ISO string with milliseconds. */
  now(): string;
  /** Numbers in [0, 1) for secrets and ids. */
  random(): number;
}

export function createWorld(seed: AsanaSeed, environment: SandboxEnvironment): World {
  const now = (): number => environment.clock.now();
  const secret = `asana-${Math.floor(environment.random() * 1e9)}`;
  const state = createState(seed, environment.random);
  for (const generated of seed.generated ?? []) addGenerated(state, generated);
  const resources = createResources(state);
  const webhooks = new Webhooks(webhookParts(state, resources, environment));
  return {
    state,
    resources,
    webhooks,
    events: new EventLog(now, secret, (event) => {
      webhooks.offer(event);
    }),
    jobs: new Jobs(now),
    searchIndex: new SearchIndex(now),
    projectTemplates: new Map((seed.projectTemplates ?? []).map((each) => [each.gid, seededTemplate(each)])),
    taskTemplates: new Map(),
    pager: new Pager(now, secret),
    selections: new SelectionCache(500),
    dials: environment.dials,
    options: { localWebhooks: true },
    tokenUserGid: seed.tokenUserGid,
    now: () => new Date(now()).toISOString(),
    random: environment.random,
  };
}
