import type { z } from "zod";
import type { NodePath } from "./yaml-file.ts";
import type { BusinessCalendar, ErrorPlace } from "../model/index.ts";
import type { RateTable } from "../mappings/index.ts";
import type { PeopleFile } from "./people-file.ts";
import type { ModelVocabulary } from "./vocabulary.ts";

/** A slip in one file, told by the room that owns the file's language. */
export interface KindProblem {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
  readonly path: NodePath;
  /** Characters into the text at `path`. */
  readonly offset?: number;
}

/** What a file may refer to while it is compiled. */
export interface KindContext {
  readonly zone: string;
  readonly money: RateTable;
  readonly calendars: ReadonlyMap<string, BusinessCalendar>;
  readonly calendar: string;
  readonly people: PeopleFile;
  readonly vocabulary: ModelVocabulary;
  /** Connection name → system. */
  readonly connections: ReadonlyMap<string, string>;
  /** What the files of an earlier kind were compiled to. */
  readonly compiled: <Compiled>(kind: FileKind<Compiled>) => readonly Compiled[];
  /** False when a file of that kind could not be compiled: a name not found may be in it. */
  readonly isComplete: (kind: FileKind<unknown>) => boolean;
  /** Where something stands in the file at hand. */
  readonly placeOf: (path: NodePath) => ErrorPlace;
}

/**
 * A kind of configuration file: one folder under config/, owned by the room whose language it speaks. Kinds are read in
 * the order of their registry, so that a later one may refer to an earlier one.
 */
export interface FileKind<Compiled> {
  /** In the singular, for sentences: `process`. */
  readonly name: string;
  /** Folder under the configuration directory. */
  readonly folder: string;
  /** Code of the problems of shape, `HUB-22xx`. */
  readonly shapeCode: string;
  readonly schema: z.ZodType;
  /**
   * Gets data that fits the schema. Problems are collected over all files; a HubError thrown instead counts as one
   * problem, its `place.path` leads to the line.
   */
  compile(
    data: unknown,
    context: KindContext,
  ): { readonly value: Compiled | null; readonly problems: readonly KindProblem[] };
  /** Problems that only several files have together; each is told in the file of that identity. */
  checkTogether?(compiled: readonly Compiled[]): readonly (KindProblem & { readonly identity: string })[];
  /** Tries what the file itself expects of it (`tests:`); asked for only when everything else is in order. */
  runTests?(data: unknown, compiled: Compiled, context: KindContext): readonly KindProblem[];
  /** What makes two files the same thing (`customer-onboarding@4`). */
  identityOf(compiled: Compiled): string;
  /** One sentence that says the file back. */
  explain(compiled: Compiled): string;
}
