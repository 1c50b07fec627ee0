import { z } from "zod";
import type { CredentialSpec } from "../kit/index.ts";

/** What a monday.com connection may say in `hub.yaml` beyond `system`. Names fold case and white space; `*` stands for any text. */
export const settingsSchema = z.strictObject({
  /** Which boards are read; none named: every board the credential can see. New ones that fit join by themselves. */
  boards: z
    .strictObject({
      workspace: z.union([z.string(), z.array(z.string()).nonempty()]).optional(),
      name: z.union([z.string(), z.array(z.string()).nonempty()]).optional(),
    })
    .default({}),
  /** Title of a text column that carries the hub's marker; without it an update of each item does, at three times the calls. */
  marker: z.string().optional(),
  /** Share of the daily calls left to people: `30 %` or 0.3. */
  reserve: z.union([z.number().min(0).max(1), z.string().regex(/^\d{1,3}(\.\d+)? ?%$/u)]).optional(),
});

export type MondaySettings = z.output<typeof settingsSchema>;

export const DEFAULT_ENDPOINT = "https://api.monday.com/v2";

export const CREDENTIALS: readonly CredentialSpec[] = [
  {
    key: "TOKEN",
    required: true,
    secret: true,
    description: "API token of the user the hub reads as (avatar > Developers > API token).",
  },
  {
    key: "ENDPOINT",
    required: false,
    secret: false,
    description: `Address of the API; ${DEFAULT_ENDPOINT} unless set.`,
  },
];

/** The reserve as a share from 0 to 1. */
export function reserveShare(reserve: MondaySettings["reserve"]): number | undefined {
  if (reserve === undefined || typeof reserve === "number") return reserve;
  return Math.min(1, Number(reserve.replace("%", "").trim()) / 100);
}

/** True when the settings ask for a board of this name in this workspace. */
export function wantsBoard(settings: MondaySettings, name: string, workspace: string | null): boolean {
  const { boards } = settings;
  return fits(boards.name, name) && fits(boards.workspace, workspace ?? "Main workspace");
}

function fits(patterns: string | readonly string[] | undefined, text: string): boolean {
  if (patterns === undefined) return true;
  const list = typeof patterns === "string" ? [patterns] : patterns;
  return list.some((pattern) => wildcard(pattern).test(foldName(text)));
}

function wildcard(pattern: string): RegExp {
  const parts = foldName(pattern)
    .split("*")
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/gu, String.raw`\$&`));
  return new RegExp(`^${parts.join(".*")}$`, "u");
}

/** The form in which names of boards, columns and groups are compared. */
export function foldName(text: string): string {
  return text.trim().replaceAll(/\s+/gu, " ").toLowerCase();
}
