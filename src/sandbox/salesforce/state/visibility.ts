import type { FieldSchema, ObjectSchema } from "../schema/index.ts";

/**
 * What the API's users are not shown: objects and fields by permission, records by sharing. Nothing of it moves a stamp
 * or leaves a trace in the delete log (reference salesforce.md §6, §9, 5).
 */
export class Visibility {
  readonly #objects = new Set<string>();
  readonly #fields = new Map<string, ReadonlySet<string>>();
  readonly #rows = new Set<string>();

  hideObject(name: string, hidden: boolean): void {
    if (hidden) this.#objects.add(name);
    else this.#objects.delete(name);
  }

  /** Replaces the hidden fields of an object. */
  hideFields(object: string, names: readonly string[]): void {
    this.#fields.set(object, new Set(names.map((each) => each.toLowerCase())));
  }

  hideRows(ids: readonly string[], hidden: boolean): void {
    for (const id of ids) {
      if (hidden) this.#rows.add(id);
      else this.#rows.delete(id);
    }
  }

  shows(object: ObjectSchema): boolean {
    return !this.#objects.has(object.name);
  }

  /** The fields of an object that are shown. */
  fields(object: ObjectSchema): readonly FieldSchema[] {
    const hidden = this.#fields.get(object.name);
    return hidden === undefined ? object.fields : object.fields.filter((each) => !hidden.has(each.name.toLowerCase()));
  }

  /** Finds a shown field by name, whatever its casing. */
  field(object: ObjectSchema, name: string): FieldSchema | undefined {
    const lower = name.toLowerCase();
    return this.#fields.get(object.name)?.has(lower) === true ? undefined : object.fieldsByName.get(lower);
  }

  /** Whether no record is hidden. */
  showsAllRows(): boolean {
    return this.#rows.size === 0;
  }

  showsRow(id: string): boolean {
    return this.#rows.size === 0 || !this.#rows.has(id);
  }
}
