/** A per-board id from a title, as monday makes them: lower case, underscores, a number when taken. */
export function slug(title: string, taken: (id: string) => boolean): string {
  const base =
    `_${title.toLowerCase().replaceAll(/[^a-z0-9]+/gu, "_")}`.slice(1, 20).replaceAll(/^_+|_+$/gu, "") || "new";
  let id = base;
  for (let n = 1; taken(id); n += 1) id = `${base}${n}`;
  return id;
}
