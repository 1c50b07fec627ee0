/** How this server behaves where real ones differ, set over the control routes. */
export interface Settings {
  /** Polls a job stays unfinished; 0 finishes it with the request that made it. */
  pollsUntilDone: number;
  /** Polls at which a new job is not known yet (400031). */
  unknownPolls: number;
  /** Some servers say `finishCode="1"` in the first reply of a healthy publish. */
  initialFinishCode: boolean;
  /** Whether a failed job says why; real ones often do not. */
  jobNotes: boolean;
  /** `package`: a published .hyper is downloaded as a .tdsx around it, as real servers do; `published`: as it came. */
  downloadAs: "published" | "package";
  /** Whether data of extracts can be updated; refused with 403157 when false, as where the feature is switched off. */
  dataUpdates: boolean;
  /** The most bytes an update of data may bring. */
  updateBytes: number;
  /** Whether data-quality warnings exist, which need a licence of their own; refused with 403157 when false. */
  catalog: boolean;
  /** How many of them something published may have; older servers allow one. */
  warningsPerItem: number;
  /** How an operation is refused that a JWT's scopes do not cover. */
  missingScope: 401 | 403;
  /** The next jobs that fail whatever they do. */
  failJobs: number;
  /** Publishes and updates of data a site may make within an hour; undefined is no limit. */
  publishesPerHour: number | undefined;
  /** Refreshes a site may start within an hour; undefined is no limit. */
  refreshesPerHour: number | undefined;
  /** Origin that the next sign-ins are sent to by 301, and how many of them. */
  signInRedirect: { readonly origin: string; count: number } | undefined;
}

/** @param limits `real`: the hourly limits of Tableau Cloud (reference §1.7). */
export function defaultSettings(limits: "demo" | "real"): Settings {
  return {
    pollsUntilDone: 0,
    unknownPolls: 0,
    initialFinishCode: false,
    jobNotes: false,
    downloadAs: "published",
    dataUpdates: true,
    updateBytes: 100 * 1024 ** 2,
    catalog: true,
    warningsPerItem: 1,
    missingScope: 401,
    failJobs: 0,
    publishesPerHour: limits === "real" ? 600 : undefined,
    refreshesPerHour: limits === "real" ? 60 : undefined,
    signInRedirect: undefined,
  };
}
