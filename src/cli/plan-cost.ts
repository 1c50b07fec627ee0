import type { Operation, QuotaAccount } from "../model/index.ts";

/** What a plan would spend of one connection's calls. */
export interface PlanCost {
  readonly connection: string;
  readonly operations: number;
  readonly calls: number;
  /** Of the day's calls, 0 to 1; null where no limit is known. */
  readonly share: number | null;
  /** Calls that may still be made today beside the reserve for people; null where no limit is known. */
  readonly room: number | null;
}

/** By connection, in the order of their names. */
export function planCosts(operations: readonly Operation[], accounts: readonly QuotaAccount[]): readonly PlanCost[] {
  const sums = new Map<string, { system: string; operations: number; calls: number }>();
  for (const { connection, system, calls } of operations) {
    const sum = sums.get(connection) ?? { system, operations: 0, calls: 0 };
    sum.operations += 1;
    sum.calls += calls;
    sums.set(connection, sum);
  }
  return [...sums]
    .map(([connection, { system, operations: count, calls }]): PlanCost => {
      const account = accountOf(connection, system, accounts);
      const limit = account?.limit ?? null;
      const room =
        account === null || limit === null
          ? null
          : Math.max(0, Math.floor(limit * (1 - account.reserve)) - account.used);
      return {
        connection,
        operations: count,
        calls,
        share: limit === null || limit === 0 ? null : calls / limit,
        room,
      };
    })
    .toSorted((left, right) => (left.connection < right.connection ? -1 : 1));
}

/** The ledger names accounts by credential, which begins with its system; two of one system cannot be told apart. */
function accountOf(connection: string, system: string, accounts: readonly QuotaAccount[]): QuotaAccount | null {
  const named = accounts.find(({ credential }) => credential === `${system}/${connection}`);
  if (named !== undefined) return named;
  const [only, ...more] = accounts.filter(
    ({ credential }) => credential.startsWith(`${system} `) || credential.startsWith(`${system}/`),
  );
  return more.length === 0 ? (only ?? null) : null;
}
