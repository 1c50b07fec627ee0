import type { SandboxEnvironment } from "../kit/system.ts";
import type { Datasource, DefaultKind, Grant, Workbook } from "./content/published.ts";
import type { Schedule } from "./schedule/schedules.ts";
import type { RefreshTask } from "./schedule/tasks.ts";
import type { ConnectedApp } from "./sign-in/connected-app.ts";
import type { Counted } from "./site/hourly-limits.ts";
import type { Webhook, WebhookDeliveries } from "./webhooks/deliveries.ts";
import type { Element } from "./wire/element.ts";

export interface Project {
  readonly id: string;
  name: string;
  description: string;
  contentPermissions: string;
  parentId: string | undefined;
  readonly ownerId: string;
  readonly createdAt: number;
  updatedAt: number;
  grants: Grant[];
  /** What is granted on what is published into it, by kind. */
  readonly defaults: Map<DefaultKind, Grant[]>;
}

export interface Upload {
  readonly id: string;
  readonly file: string;
  bytes: number;
}

export interface Job {
  readonly id: string;
  readonly type: string;
  readonly createdAt: number;
  readonly title: string;
  startedAt: number | undefined;
  completedAt: number | undefined;
  finishCode: "0" | "1" | "2" | undefined;
  notes: string;
  remainingPolls: number;
  remainingUnknownPolls: number;
  /** What the job is about, as its kind tells it beside the notes; undefined for kinds that tell nothing. */
  readonly child: ((notes: string) => Element) | undefined;
  /** What the job does when its time comes; throws a TableauError to fail. */
  readonly work: () => Promise<void>;
  /** Id of what the job is about, for kinds of which one at a time may be queued. */
  readonly about: string | undefined;
}

export interface Site {
  readonly id: string;
  readonly contentUrl: string;
  readonly name: string;
  readonly projects: Map<string, Project>;
  readonly datasources: Map<string, Datasource>;
  readonly workbooks: Map<string, Workbook>;
  readonly uploads: Map<string, Upload>;
  readonly jobs: Map<string, Job>;
  /** Updates of data by their RequestID: the job that was made, and when. */
  readonly updates: Map<string, { readonly jobId: string; readonly at: number }>;
  readonly tasks: Map<string, RefreshTask>;
  readonly webhooks: Map<string, Webhook>;
  /** Instants of the calls of the last hour, oldest first. */
  readonly counted: Record<Counted, readonly number[]>;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly password: string;
}

export interface Group {
  readonly id: string;
  readonly name: string;
  readonly userIds: ReadonlySet<string>;
}

export interface Login {
  readonly token: string;
  readonly siteId: string;
  readonly userId: string;
  /** Undefined for a login without a personal access token. */
  readonly tokenName: string | undefined;
  /** What a login with a JWT may do; undefined for the others, which may do everything. */
  readonly scopes: readonly string[] | undefined;
}

/** Everything this server knows. */
export interface ServerState {
  readonly environment: SandboxEnvironment;
  readonly sites: Map<string, Site>;
  readonly users: Map<string, User>;
  readonly groups: Map<string, Group>;
  readonly schedules: Map<string, Schedule>;
  readonly webhooks: WebhookDeliveries;
  /** Personal access tokens: secret by name. */
  readonly accessTokens: Map<string, string>;
  readonly connectedApp: ConnectedApp;
  /** When each JWT that was used runs out, by its `jti`. */
  readonly usedJwts: Map<string, number>;
  /** Live logins by session token. */
  readonly logins: Map<string, Login>;
  nextPage: number;
}

/** 8-4-4-4-12 hex. */
export function newLuid(state: ServerState): string {
  const hex = hexDigits(state, 32);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export function hexDigits(state: ServerState, length: number): string {
  let text = "";
  for (let at = 0; at < length; at += 1) text += Math.floor(state.environment.random() * 16).toString(16);
  return text;
}

/** Always `YYYY-MM-DDTHH:MM:SSZ`: clients read fractional seconds as no date at all. */
export function stamp(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}

/** A later instant than `previous` at the resolution of the wire, so that two changes within a second can be told apart. */
export function laterStamp(state: ServerState, previous: number): number {
  return Math.max(state.environment.clock.now(), (Math.floor(previous / 1000) + 1) * 1000);
}

export function createSite(state: ServerState, contentUrl: string, name: string, ownerId: string): Site {
  const site: Site = {
    id: newLuid(state),
    contentUrl,
    name,
    projects: new Map(),
    datasources: new Map(),
    workbooks: new Map(),
    uploads: new Map(),
    jobs: new Map(),
    updates: new Map(),
    tasks: new Map(),
    webhooks: new Map(),
    counted: { publishes: [], refreshes: [] },
  };
  state.sites.set(site.id, site);
  addProject(state, site, { name: "default", ownerId });
  return site;
}

export function addProject(
  state: ServerState,
  site: Site,
  values: {
    name: string;
    ownerId: string;
    description?: string;
    parentId?: string | undefined;
    contentPermissions?: string;
  },
): Project {
  const now = state.environment.clock.now();
  const project: Project = {
    id: newLuid(state),
    name: values.name,
    description: values.description ?? "",
    contentPermissions: values.contentPermissions ?? "ManagedByOwner",
    parentId: values.parentId,
    ownerId: values.ownerId,
    createdAt: now,
    updatedAt: now,
    grants: [],
    defaults: new Map(),
  };
  site.projects.set(project.id, project);
  return project;
}

/** The project `name` right under `parentId`; names are compared without case. */
export function findProject(site: Site, name: string, parentId: string | undefined): Project | undefined {
  const folded = name.toLowerCase();
  for (const project of site.projects.values()) {
    if (project.parentId === parentId && project.name.toLowerCase() === folded) return project;
  }
  return undefined;
}
