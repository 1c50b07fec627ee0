import type { Exported } from "../exported.ts";
import type { LogReader } from "../log-reader.ts";
import { writeInstant } from "../moment.ts";
import { writeTextFile } from "../text-file.ts";
import type { TextFile } from "../text-file.ts";
import { EPOCH } from "./put.ts";
import { ocelShape } from "./shape.ts";
import type { OcelThing, TypeAttributes } from "./shape.ts";

/** Writes OCEL 2.0 in JSON: values as texts, times with their offset. @throws HubError HUB-2412 */
export async function writeOcelJson(log: LogReader, path: string): Promise<Exported> {
  const written = { events: 0, objects: 0, told: [] };
  const shape = await ocelShape(log);
  await writeTextFile(path, async (file) => {
    await file.write('{"eventTypes":[');
    await list(file, typeDocuments(shape.eventTypes));
    await file.write('\n],"objectTypes":[');
    await list(file, typeDocuments(shape.objectTypes));
    await file.write('\n],"events":[');
    written.events = await list(
      file,
      (async function* () {
        for await (const event of shape.events()) {
          const attributes = event.attributes.map(({ name, value }) => ({ name, value }));
          yield { id: event.id, type: event.type, time: writeInstant(event.at), attributes, ...relationships(event) };
        }
      })(),
    );
    await file.write('\n],"objects":[');
    written.objects = await list(
      file,
      (async function* () {
        for await (const object of shape.objects()) {
          const attributes = object.attributes.map(({ name, value, at }) => ({
            name,
            value,
            time: writeInstant(at ?? EPOCH),
          }));
          yield { id: object.id, type: object.type, attributes, ...relationships(object) };
        }
      })(),
    );
    await file.write("\n]}\n");
  });
  return written;
}

/** Returns how many there were. */
async function list(file: TextFile, items: AsyncIterable<object> | Iterable<object>): Promise<number> {
  let n = 0;
  for await (const item of items) {
    await file.write(`${n === 0 ? "" : ","}\n${JSON.stringify(item)}`);
    n += 1;
  }
  return n;
}

function* typeDocuments(types: TypeAttributes): Iterable<object> {
  for (const [name, attributes] of types)
    yield { name, attributes: [...attributes].map(([attribute, type]) => ({ name: attribute, type })) };
}

function relationships({ relations }: OcelThing): object {
  return { relationships: relations.map(({ to, qualifier }) => ({ objectId: to, qualifier })) };
}
