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

/** Signs in to every configured connection; 2 when a person has to change something, 75 when it is to wait, else 3 for trouble. */
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
    if (checks.some((check) => check.disposition === "operator")) return EXIT.usage;
    return checks.some((check) => check.disposition === "retry-later") ? EXIT.retryLater : EXIT.incomplete;
  } finally {
    await context.store.close();
  }
}

function isFine(check: ConnectionCheck): boolean {
  return check.problems.length === 0;
}

function toDocument(check: ConnectionCheck): CheckDocument["connections"][number] {
  const { connection, system, uses, identity, pinned, quota, calls, problems, offers } = check;
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
    quota:
      quota === null
        ? null
        : {
            used: Math.round(quota.used),
            limit: quota.limit,
            resetsAt: isoOrNull(quota.resetsAt),
            reserve: quota.reserve,
            perMinute: quota.perMinute,
            sweeps: { used: quota.sweeps?.used ?? 0, budget: quota.sweeps?.budget ?? null },
          },
    calls,
    problems: problems.map((problem) => ({ ...problem })),
    offers: offers.map((offer) => ({ ...offer })),
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
    ...(quota === null ? [] : quotaTexts(quota).map((text) => line("quota", text))),
    ...(identity?.notes ?? []).map((note) => line("note", note)),
    formatProblems(directory, problems),
    formatProblems(directory, check.offers),
  ].join("");
}

function tenantRemark({ identity, pinned }: ConnectionCheck): string {
  if (pinned === null) return ", not pinned yet";
  return identity?.tenant === pinned.tenant ? ", as pinned" : "";
}

function quotaTexts(quota: NonNullable<ConnectionCheck["quota"]>): readonly string[] {
  const { used, limit, resetsAt, reserve, perMinute, perMinuteFrom, sweeps } = quota;
  const texts: string[] = [];
  if (limit !== null) {
    const share = limit === 0 ? "" : ` (${percent(used / limit)})`;
    const kept = reserve === 0 ? "" : `, ${percent(reserve)} kept for people`;
    const reset = resetsAt === null ? "" : `, starts anew ${toIso(resetsAt)}`;
    texts.push(`${count(used)} of ${count(limit)} calls used${share}${kept}${reset}`);
  }
  if (sweeps !== undefined && sweeps.budget !== null) {
    texts.push(`sweeps: ${count(sweeps.used)} of ${count(sweeps.budget)} calls of the day`);
  }
  if (perMinute !== null) {
    const from = { told: "as the system says", configured: "as hub.yaml says", refused: "as a refusal showed" };
    texts.push(`${count(Math.round(perMinute))} calls a minute, ${from[perMinuteFrom ?? "told"]}`);
  }
  return texts;
}

function percent(share: number): string {
  return `${String(Math.round(share * 100))} %`;
}

function count(n: number): string {
  return n.toLocaleString("en-US");
}
