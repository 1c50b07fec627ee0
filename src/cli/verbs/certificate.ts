import { formatShapeChange, HubError, toIso } from "../../model/index.ts";
import type { Certificate, Instant, RunRecord, StorePort } from "../../model/index.ts";
import { certificateDocument, toCertificatePart, toRunPart } from "../documents/certificate.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import type { GlobalOptions } from "../hub.ts";
import { formatProblems, openStoreToLook } from "../look.ts";
import { formatTable } from "../table.ts";
import type { Machine } from "../terminal.ts";

export interface CertificateVerbOptions extends GlobalOptions {
  readonly run?: string;
}

/** Shows how complete a run's reading was: 0 when every stream was read in full, else 3. */
export async function certificateVerb(machine: Machine, options: CertificateVerbOptions): Promise<number> {
  const store = openStoreToLook(machine, options);
  try {
    const run = await findRun(store, options.run);
    const certificates = await store.records.certificates(run.id);
    const complete = certificates.every((certificate) => certificate.complete);
    if (options.json) {
      writeDocument(machine.terminal, certificateDocument, {
        run: toRunPart(run),
        complete,
        certificates: certificates.map(toCertificatePart),
      });
    } else machine.terminal.out(certificateText(run, certificates, machine.directory));
    return complete ? EXIT.complete : EXIT.incomplete;
  } finally {
    await store.close();
  }
}

/** @throws HubError HUB-0005 when nothing was read yet, HUB-0006 for a run that left no certificate. */
async function findRun(store: StorePort, id: string | undefined): Promise<RunRecord> {
  const certified = await store.runs.certified(id === undefined ? 1 : 1000);
  const run = certified.find(
    (each) => id === undefined || each.id === id || (id.length >= 4 && each.id.startsWith(id)),
  );
  if (run !== undefined) return run;
  if (id === undefined || certified.length === 0) {
    throw new HubError("HUB-0005", "Nothing has been read into this store yet.", {
      disposition: "operator",
      remedy: "Run `hub sync`, or name another store with --db.",
    });
  }
  throw new HubError("HUB-0006", `No run "${id}" left a completeness certificate.`, {
    disposition: "operator",
    remedy: `The latest that did is ${certified[0]?.id ?? ""}.`,
  });
}

function certificateText(run: RunRecord, certificates: readonly Certificate[], directory: string): string {
  const open = certificates.filter((certificate) => !certificate.complete);
  const rows = certificates.map((each) => [
    each.connection,
    each.stream,
    `${each.complete ? "complete" : "INCOMPLETE"}${each.sweep ? ", swept" : ""}`,
    count(each.stored),
    each.sourceCount === null ? "–" : count(each.sourceCount),
    count(each.inserted),
    count(each.changed),
    count(each.removed),
    count(each.rejected),
    count(each.calls),
    coveredText(each.covered),
  ]);
  const right = (title: string): { readonly title: string; readonly align: "right" } => ({ title, align: "right" });
  const columns = [{ title: "connection" }, { title: "stream" }, { title: "" }];
  const numbers = ["stored", "at source", "new", "changed", "removed", "rejected", "calls"].map(right);
  return [
    `Run ${run.id}, ${run.kind}, started ${toIso(run.startedAt)}, ${run.outcome ?? "without an end"}.\n`,
    formatTable([...columns, ...numbers, { title: "covered" }], rows),
    open.length === 0
      ? `All ${certificates.length} streams were read in full, as seen by the signed-in users.\n`
      : `${open.length} of ${certificates.length} streams were not read in full:\n`,
    ...certificates
      .filter(({ outOfSight = 0 }) => outOfSight > 0)
      .map(
        ({ connection, stream, asSeenBy, outOfSight = 0 }) =>
          `Out of sight: ${count(outOfSight)} records of ${connection} ${stream} that ${asSeenBy} sees no more; they are kept, and not taken for deleted.\n`,
      ),
    ...certificates
      .filter(({ repeated = 0 }) => repeated > 0)
      .map(
        ({ connection, stream, repeated = 0 }) =>
          `Given twice: ${count(repeated)} ids of ${connection} ${stream} stood twice on one page with other contents; the later ones are stored.\n`,
      ),
    ...certificates.flatMap(({ connection, stream, drift = [] }) =>
      drift.map((change) => `Changed: ${connection} ${stream}: ${formatShapeChange(change)}\n`),
    ),
    formatProblems(
      directory,
      open.flatMap((certificate) => certificate.problems),
    ),
  ].join("");
}

function coveredText(covered: Certificate["covered"]): string {
  const time = (instant: Instant): string => (instant === 0 ? "the beginning" : toIso(instant).slice(0, 19));
  return covered.map(({ from, to }) => `${time(from)} to ${time(to)}`).join(", ");
}

function count(n: number): string {
  return n.toLocaleString("en-US");
}
