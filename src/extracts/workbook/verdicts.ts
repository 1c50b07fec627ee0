/** Each verdict has a word, a shape of its own that can be written, and a colour that says no more than they do. */
export const VERDICTS: Readonly<Record<string, { readonly shape: string; readonly color: string }>> = {
  met: { shape: "✔", color: "#0b6b4a" },
  "not met": { shape: "◆", color: "#a8261d" },
  inconclusive: { shape: "◐", color: "#7a5200" },
  insufficient: { shape: "□", color: "#55616f" },
  gated: { shape: "▲", color: "#8b4a6b" },
  withdrawn: { shape: "✕", color: "#5b4a8b" },
  "no target": { shape: "–", color: "#1d5c96" },
};

export function verdictText(verdict: string): string {
  return `${VERDICTS[verdict]?.shape ?? "–"} ${verdict}`;
}

const cases = Object.keys(VERDICTS).map((verdict) => `WHEN '${verdict}' THEN '${verdictText(verdict)}'`);

/** The formula that tells a verdict by its shape and its word. */
export const VERDICT_WORDS = `CASE [status] ${cases.join(" ")} ELSE [status] END`;
