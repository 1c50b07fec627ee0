import PQueue from "p-queue";
import { HubError } from "../../model/index.ts";
import type {
  ConnectOptions,
  PublishCommand,
  PublishFace,
  PublishReceipt,
  StandingSource,
  ChangeRowsCommand,
  ChangeRowsReceipt,
  WorkbookCommand,
  WorkbookReceipt,
} from "../kit/index.ts";
import { datasourceAnswer, jobAnswer } from "./answers.ts";
import type { Datasource } from "./answers.ts";
import { TRANSFER_TIMEOUT_MS } from "./client.ts";
import type { TableauClient } from "./client.ts";
import { addTags, downloadContent, findDatasource, findDatasourceById } from "./datasources.ts";
import { isAmbiguous, LOST_UPLOAD, tableauCode } from "./failures.ts";
import { waitForJob } from "./jobs.ts";
import { datasourcePayload, multipartBody } from "./multipart.ts";
import { describeFile } from "./file.ts";
import { Permissions } from "./permissions.ts";
import { ProjectTree } from "./projects.ts";
import { projectPath } from "./settings.ts";
import type { TableauSettings } from "./settings.ts";
import { changeRows } from "./change-rows.ts";
import { uploadInChunks } from "./upload.ts";
import { setWarning } from "./warnings.ts";
import { publishWorkbook } from "./workbooks.ts";

const MEGABYTE = 1024 * 1024;
const TRIES = 2;
/** Waits between looks for a result whose answer was lost: the server may still be at it. */
const SETTLE_WAITS_MS = [0, 2000, 5000, 10_000];

/** One publish on its way. */
interface Publication {
  readonly command: PublishCommand;
  readonly type: string;
  readonly bytes: number;
  readonly projectId: string;
  /** What stood under this name before; undefined when nothing did. */
  readonly before: Datasource | undefined;
}

interface Outcome {
  readonly datasource: Datasource;
  readonly how: PublishReceipt["how"];
  readonly chunks: number;
  readonly jobId: string | null;
}

/**
 * Publishes files as data sources with `overwrite`, one at a time (reference tableau.md §7). The server swaps the
 * content as a whole, so the old one stays when anything fails.
 */
export function publishFace(client: TableauClient, options: ConnectOptions<TableauSettings>): PublishFace {
  const publisher = new Publisher(client, options);
  const permissions = new Permissions(client);
  return {
    project: projectPath(options.settings),
    largestUpdate: options.settings.updateMegabytes * MEGABYTE,
    find: (name, project, signal) => publisher.find(name, project, signal),
    findById: (id, project, signal) => publisher.findById(id, project, signal),
    publish: (command, signal) => publisher.publish(command, signal),
    changeRows: (command, signal) => publisher.changeRows(command, signal),
    publishWorkbook: (command, signal) => publisher.publishWorkbook(command, signal),
    warn: (id, warning, signal) => setWarning(client, id, warning, signal),
    grant: (kind, id, grants, signal) =>
      permissions.grant(kind === "workbook" ? "workbooks" : "datasources", id, grants, signal),
    download: ({ id }, file, signal) => downloadContent(client, id, file, signal),
  };
}

class Publisher {
  readonly #client: TableauClient;
  readonly #options: ConnectOptions<TableauSettings>;
  readonly #projects: ProjectTree;
  readonly #queue = new PQueue({ concurrency: 1 });

  constructor(client: TableauClient, options: ConnectOptions<TableauSettings>) {
    this.#client = client;
    this.#options = options;
    this.#projects = new ProjectTree(client);
  }

  async publish(command: PublishCommand, signal: AbortSignal): Promise<PublishReceipt> {
    return this.#queue.add(() => this.#publish(command, signal), { signal });
  }

  async find(name: string, project: readonly string[], signal: AbortSignal): Promise<StandingSource | null> {
    const projectId = await this.#projects.find(project, signal);
    if (projectId === null) return null;
    const datasource = await findDatasource(this.#client, name, projectId, signal);
    return datasource === undefined ? null : standing(datasource);
  }

  async findById(id: string, project: readonly string[], signal: AbortSignal): Promise<StandingSource | null> {
    const projectId = await this.#projects.find(project, signal);
    if (projectId === null) return null;
    const datasource = await findDatasourceById(this.#client, id, projectId, signal);
    return datasource === undefined ? null : standing(datasource);
  }

  async changeRows(command: ChangeRowsCommand, signal: AbortSignal): Promise<ChangeRowsReceipt> {
    const { bytes } = await describeFile(command.file);
    const wait = (id: string, limited: AbortSignal): Promise<void> => this.#wait(id, limited);
    const chunkBytes = this.#chunkBytes();
    const boundary = (): string => this.#boundary();
    return this.#queue.add(() => changeRows(this.#client, command, { bytes, chunkBytes, boundary, wait, signal }), {
      signal,
    });
  }

  async publishWorkbook(command: WorkbookCommand, signal: AbortSignal): Promise<WorkbookReceipt> {
    return this.#queue.add(
      () =>
        this.#inProject(command.project, signal, (projectId) =>
          publishWorkbook(this.#client, command, projectId, () => this.#boundary(), signal),
        ),
      { signal },
    );
  }

  async #publish(command: PublishCommand, signal: AbortSignal): Promise<PublishReceipt> {
    const { type, bytes } = await describeFile(command.file);
    const { datasource, how, chunks, jobId } = await this.#inProject(command.project, signal, (projectId) =>
      this.#toProject(command, projectId, type, bytes, signal),
    );
    await addTags(this.#client, datasource, command.tags, signal);
    return { ...standing(datasource), bytes, how, chunks, jobId };
  }

  /** Resolves the path once more where the project we knew is gone. */
  async #inProject<Answer>(
    path: readonly string[],
    signal: AbortSignal,
    publish: (projectId: string) => Promise<Answer>,
  ): Promise<Answer> {
    try {
      return await publish(await this.#projects.resolve(path, signal));
    } catch (error) {
      if (tableauCode(error) !== "404005") throw error;
      this.#projects.forget();
      return publish(await this.#projects.resolve(path, signal));
    }
  }

  async #toProject(
    command: PublishCommand,
    projectId: string,
    type: string,
    bytes: number,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const before = await findDatasource(this.#client, command.name, projectId, signal);
    const publication: Publication = { command, type, bytes, projectId, before };
    const single = bytes <= this.#options.settings.singleRequestMegabytes * MEGABYTE;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return single ? await this.#single(publication, signal) : await this.#chunked(publication, signal);
      } catch (error) {
        signal.throwIfAborted();
        const lostChunks = !single && LOST_UPLOAD.has(tableauCode(error) ?? "");
        if (!isAmbiguous(error) && !lostChunks) throw error;
        const landed = isAmbiguous(error) ? await this.#settled(publication, signal) : undefined;
        if (landed !== undefined) return this.#unheard(landed, single, bytes);
        if (attempt >= TRIES) throw error;
        // Nothing landed, and sending the same content again can only land it.
        this.#options.dependencies.log("info", `Publishing ${command.name} is begun anew.`, { system: "tableau" });
      }
    }
  }

  /** A publish whose answer was lost, found done. */
  #unheard(datasource: Datasource, single: boolean, bytes: number): Outcome {
    const chunks = single ? 1 : Math.ceil(bytes / this.#chunkBytes());
    return { datasource, how: single ? "single" : "chunked", chunks, jobId: null };
  }

  #chunkBytes(): number {
    return Math.max(1, Math.floor(this.#options.settings.chunkMegabytes * MEGABYTE));
  }

  async #single(publication: Publication, signal: AbortSignal): Promise<Outcome> {
    const { command, type, bytes } = publication;
    const range = { file: command.file, start: 0, end: bytes };
    const file = { name: "tableau_datasource", fileName: `datasource.${type}`, range } as const;
    const datasource = await this.#client.request(
      {
        method: "POST",
        path: `/datasources?datasourceType=${type}&overwrite=true`,
        schema: datasourceAnswer,
        operation: "POST /datasources",
        body: multipartBody(payloadOf(publication), file, this.#boundary()),
        timeoutMs: TRANSFER_TIMEOUT_MS,
      },
      signal,
    );
    return { datasource, how: "single", chunks: 1, jobId: null };
  }

  async #chunked(publication: Publication, signal: AbortSignal): Promise<Outcome> {
    const { command, type, bytes } = publication;
    const chunkBytes = this.#chunkBytes();
    const boundary = () => this.#boundary();
    const { asQuery, chunks } = await uploadInChunks(this.#client, command.file, bytes, chunkBytes, boundary, signal);
    const job = await this.#client.request(
      {
        method: "POST",
        path: `/datasources?${asQuery}&datasourceType=${type}&overwrite=true&asJob=true`,
        schema: jobAnswer,
        operation: "POST /datasources (asJob)",
        body: multipartBody(payloadOf(publication), undefined, this.#boundary()),
      },
      signal,
    );
    await this.#wait(job.id, signal);
    // A finished job does not say which data source it made.
    const datasource = await this.#settled(publication, signal);
    if (datasource !== undefined) return { datasource, how: "chunked", chunks, jobId: job.id };
    throw new HubError("HUB-5111", `Tableau says ${command.name} is published, but the data source has not changed.`, {
      disposition: "stop-stream",
      place: { system: "tableau", record: publication.before?.id ?? command.name },
      remedy: "Run again; if it stays so, look at the data source's revisions in Tableau.",
    });
  }

  async #wait(jobId: string, signal: AbortSignal): Promise<void> {
    const { settings, dependencies } = this.#options;
    await waitForJob(this.#client, jobId, settings.jobTimeoutMinutes * 60_000, dependencies, signal);
  }

  /** The data source if it is new or its stamp has moved since we began; looks a few times while the server settles. */
  async #settled(publication: Publication, signal: AbortSignal): Promise<Datasource | undefined> {
    const { command, projectId, before } = publication;
    for (const wait of SETTLE_WAITS_MS) {
      if (wait > 0) await this.#options.dependencies.sleep(wait, signal);
      const now = await findDatasource(this.#client, command.name, projectId, signal);
      if (now !== undefined && (before === undefined || now.id !== before.id || now.updatedAt > before.updatedAt)) {
        return now;
      }
    }
    return undefined;
  }

  #boundary(): string {
    const { random } = this.#options.dependencies;
    return `hub-${Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join("")}`;
  }
}

function standing({ id, name, webpageUrl, contentUrl, updatedAt }: Datasource): StandingSource {
  return { id, name, url: webpageUrl ?? null, contentUrl: contentUrl ?? null, updatedAt };
}

function payloadOf({ command, projectId }: Publication): string {
  return datasourcePayload({ name: command.name, description: command.description, projectId });
}
