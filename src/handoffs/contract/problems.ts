/** One slip in a contract file; the reader of the file turns the path into a line. */
export interface ContractProblem {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
  readonly path: readonly (string | number)[];
  /** A name that is not known, and those that are: the nearest is what was meant. */
  readonly choice?: Choice;
}

export interface Choice {
  readonly word: string;
  readonly known: readonly string[];
}

/** What is known of an object type; the configuration's vocabulary of types fits. */
export interface TypeWords {
  readonly attributes: ReadonlyMap<string, string>;
  readonly references: readonly string[];
  /** Null when stages are taken as they come. */
  readonly stages: readonly string[] | null;
  /** Connections that its records are read from. */
  readonly connections?: readonly string[];
}

/** Takes note of one problem. */
export type Report = (
  path: ContractProblem["path"],
  code: string,
  message: string,
  remedy?: string,
  choice?: Choice,
) => void;

/** What both sides of a contract are made of, and where slips are told. */
export interface Sides {
  readonly sourceType: string;
  readonly targetType: string;
  readonly source: TypeWords | undefined;
  readonly target: TypeWords | undefined;
  readonly report: Report;
}

export function checkAttribute(
  path: ContractProblem["path"],
  attribute: string,
  words: TypeWords | undefined,
  type: string,
  report: Report,
): void {
  if (words === undefined || words.attributes.has(attribute)) return;
  report(
    path,
    "HUB-2203",
    `Objects of the type ${type} have no attribute "${attribute}".`,
    known([...words.attributes.keys()]),
    { word: attribute, known: [...words.attributes.keys()] },
  );
}

export function known(names: readonly string[]): string {
  return names.length === 0 ? "None is known yet." : `Known: ${names.join(", ")}.`;
}
