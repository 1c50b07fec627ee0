import { filePart, idIn, multipart, payloadPart } from "./server.ts";
import type { Session } from "./server.ts";

export async function projectId(session: Session, name = "Process Hub"): Promise<string> {
  return idIn(await (await session.call("GET", `/projects?filter=name:eq:${name}`)).text(), "project");
}

/** Publishes a file as a data source and answers its id. @throws Error with what the server said */
export async function publishFile(session: Session, fileName: string, bytes: Buffer, name = "KPI"): Promise<string> {
  const project = await projectId(session);
  const { body, type } = multipart([
    payloadPart(`<tsRequest><datasource name="${name}"><project id="${project}"/></datasource></tsRequest>`),
    filePart(fileName, bytes),
  ]);
  const response = await session.call("POST", "/datasources?overwrite=true", { body, type });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return idIn(text, "datasource");
}

/** Sends chunks and answers the id of the upload. */
export async function uploadChunks(session: Session, chunks: readonly Buffer[]): Promise<string> {
  const created = await (await session.call("POST", "/fileUploads")).text();
  const id = /uploadSessionId="([^"]+)"/u.exec(created)?.[1] ?? "";
  for (const chunk of chunks) {
    const { body, type } = multipart([
      payloadPart(""),
      { disposition: 'form-data; name="tableau_file"; filename="file"', bytes: chunk },
    ]);
    const response = await session.call("PUT", `/fileUploads/${id}`, { body, type });
    if (!response.ok) throw new Error(await response.text());
  }
  return id;
}

export async function downloaded(session: Session, id: string): Promise<Buffer> {
  return Buffer.from(await (await session.call("GET", `/datasources/${id}/content`)).arrayBuffer());
}

/** Asks after a job. */
export async function jobOf(
  session: Session,
  id: string,
): Promise<{ readonly finishCode: string | undefined; readonly notes: string | undefined; readonly text: string }> {
  const text = await (await session.call("GET", `/jobs/${id}`)).text();
  return {
    finishCode: /finishCode="(\d)"/u.exec(text)?.[1],
    notes: /<notes>([^<]*)<\/notes>/u.exec(text)?.[1],
    text,
  };
}
