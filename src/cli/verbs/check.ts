import { toIso } from "../../model/index.ts";
import { checkConnections } from "../../sync/index.ts";
import type { ConnectionCheck } from "../../sync/index.ts";
import { checkDocument } from "../documents/check.ts";
import type { CheckDocument } from "../documents/check.ts";
import { isoOrNull } from "../documents/parts.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import type { GlobalOptions } from "../hub.ts";
import { formatProblems, openLook } from "../look.ts";
import type { Machine } from "../terminal.ts";

/** Signs in to every configured connection; 2 when a person has to change something, 3 for any other trouble. */
export async function checkVerb(machine: Machine, options: GlobalOptions): Promise<number> {
  const context = await openLook(machine, options);
  try {
    const checks = await checkConnections(context);
    if (options.json) {
      writeDocument(machine.terminal, checkDocument, {
        asOf: toIso(context.asOf),
        ok: checks.every(isFine),
        connections: checks.map(toDocument),
      });
    } else {
      for (const check of checks) machine.terminal.out(paragraph(check, machine.directory));
    }
    if (checks.every(isFine)) return EXIT.complete;
    return checks.some((check) => check.disposition === "operator") ? EXIT.usage : EXIT.incomplete;
  } finally {
    await context.store.close();
  }
}

function isFine(check: ConnectionCheck): boolean {
  return check.problems.length === 0;
}

function toDocument(check: ConnectionCheck): CheckDocument["connections"][number] {
  const { connection, system, uses, identity, pinned, quota, calls, problems } = check;
  return {
    connection,
    system,
    ok: isFine(check),
    uses: [...uses],
    signedIn:
      identity === null
        ? null
        : {
            tenant: identity.tenant,
            name: identity.tenantName,
            user: identity.user,
            userName: identity.userName,
            apiVersion: identity.apiVersion,
            notes: [...identity.notes],
          },
    pinned,
    quota: quota === null ? null : { used: quota.used, limit: quota.limit, resetsAt: isoOrNull(quota.resetsAt) },
    calls,
    problems: problems.map((problem) => ({ ...problem })),
  };
}

function paragraph(check: ConnectionCheck, directory: string): string {
  const { connection, system, uses, identity, pinned, quota, problems } = check;
  const line = (name: string, text: string): string => `  ${name.padEnd(9)} ${text}\n`;
  const use = uses.length === 0 ? "not used" : uses.join(" and ");
  return [
    `${isFine(check) ? "ok     " : "PROBLEM"} ${connection} (${system}, ${use})\n`,
    ...(identity === null
      ? []
      : [
          line("tenant", `${identity.tenant} ${identity.tenantName}${tenantRemark(check)}`),
          line("user", identity.userName),
          line("API", `version ${identity.apiVersion}`),
        ]),
    ...(identity === null && pinned !== null ? [line("tenant", `pinned to ${pinned.tenant} ${pinned.name}`)] : []),
    ...(quota === null || quota.limit === null ? [] : [line("quota", quotaText(quota))]),
    ...(identity?.notes ?? []).map((note) => line("note", note)),
    formatProblems(directory, problems),
  ].join("");
}

function tenantRemark({ identity, pinned }: ConnectionCheck): string {
  if (pinned === null) return ", not pinned yet";
  return identity?.tenant === pinned.tenant ? ", as pinned" : "";
}

function quotaText({ used, limit, resetsAt }: NonNullable<ConnectionCheck["quota"]>): string {
  const share = limit === null || limit === 0 ? "" : ` (${String(Math.round((used / limit) * 100))} %)`;
  const reset = resetsAt === null ? "" : `, starts anew ${toIso(resetsAt)}`;
  return `${used.toLocaleString("en-US")} of ${(limit ?? 0).toLocaleString("en-US")} calls used${share}${reset}`;
}
