import { createHmac } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { asana } from "../../../src/connectors/asana/index.ts";
import type { WebhookHook, WebhookOutcome } from "../../../src/connectors/kit/index.ts";

const SECRET = "given-at-the-handshake";
const HOOK: WebhookHook = { secrets: [SECRET], expected: false, now: 0 };
const sign = (body: string, secret = SECRET): string => createHmac("sha256", secret).update(body).digest("hex");

function receive(
  body: string,
  headers: Readonly<Record<string, string>>,
  hook: Partial<WebhookHook> = {},
): WebhookOutcome {
  const { webhooks } = asana;
  if (webhooks === undefined) throw new Error("Asana receives no webhooks");
  const request = { url: "https://hub.example/hooks/asana", headers, body: new TextEncoder().encode(body) };
  return webhooks(request, { ...HOOK, ...hook });
}

function signed(...events: readonly object[]): WebhookOutcome {
  const body = JSON.stringify({ events });
  return receive(body, { "x-hook-signature": sign(body) });
}

const task = (gid: string, action = "changed", at = "2026-02-01T12:00:00.000Z"): object => ({
  action,
  created_at: at,
  user: { gid: "7" },
  resource: { gid, resource_type: "task" },
  parent: null,
});
const refused = (code: string): unknown => expect.objectContaining({ code });

describe("webhooks of Asana", () => {
  test("answers a handshake only while the hook is being made, and hands its secret over", () => {
    const outcome = receive("", { "x-hook-secret": "new" }, { expected: true, secrets: [] });
    expect(outcome).toMatchObject({ answer: { status: 200, headers: { "x-hook-secret": "new" } }, secret: "new" });
    expect(() => receive("", { "x-hook-secret": "new" })).toThrow(refused("HUB-1424"));
    expect(() => receive("", { "x-hook-secret": "" }, { expected: true })).toThrow(refused("HUB-1424"));
  });

  test("takes no secret from a signed call for a known hook", () => {
    const body = JSON.stringify({ events: [task("1")] });
    const headers = { "x-hook-secret": "attackers", "x-hook-signature": sign(body) };
    expect(() => receive(body, headers)).toThrow(refused("HUB-1424"));
  });

  test("takes an empty call for the heartbeat it is", () => {
    expect(signed()).toEqual({ answer: { status: 200, headers: {}, body: "" }, marks: [] });
  });

  test("checks the signature over the very bytes, whatever they parse to", () => {
    const spaced = '{ "events": [] }';
    expect(receive(spaced, { "x-hook-signature": sign(spaced) }).answer.status).toBe(200);
    expect(() => receive(spaced, { "x-hook-signature": sign('{"events":[]}') })).toThrow(refused("HUB-1424"));
  });

  test.each([
    ["none", undefined],
    ["another secret's", sign('{"events":[]}', "guessed")],
    ["an empty secret's", sign('{"events":[]}', "")],
    ["a shortened one", sign('{"events":[]}').slice(0, 62)],
    ["no hex", "z".repeat(64)],
    ["base64", createHmac("sha256", SECRET).update('{"events":[]}').digest("base64")],
  ])("refuses a call whose signature is %s", (_what, signature) => {
    const headers: Record<string, string> = signature === undefined ? {} : { "x-hook-signature": signature };
    expect(() => receive('{"events":[]}', headers, { secrets: ["", SECRET] })).toThrow(refused("HUB-1424"));
  });

  test("accepts either of two secrets while one replaces the other", () => {
    const headers = { "x-hook-signature": sign('{"events":[]}', "older") };
    expect(receive('{"events":[]}', headers, { secrets: [SECRET, "older"] }).answer.status).toBe(200);
  });

  test("gathers the events of a task, its stories and its attachments in one mark", () => {
    const story = (gid: string): object => ({
      action: "added",
      created_at: "2026-02-01T12:00:01.000Z",
      resource: { gid, resource_type: "story", resource_subtype: "section_changed" },
      parent: { gid: "1", resource_type: "task" },
    });
    const section = { ...task("9", "added"), resource: { gid: "9", resource_type: "section" } };
    const moved = { ...task("1", "removed"), parent: { gid: "9", resource_type: "section" } };
    const { marks } = signed(task("1"), story("50"), moved, story("51"), task("2", "deleted"), section);
    expect(marks.map(({ stream, id }) => `${stream} ${id}`)).toEqual(["tasks 1", "tasks 2", "sections 9"]);
  });

  test("gives a repeated or reordered call the same deliveries and a new change another", () => {
    const early = task("1", "changed", "2026-02-01T11:00:00.000Z");
    const [first] = signed(early, task("1")).marks;
    const [again] = signed(task("1"), early, early).marks;
    const [later] = signed(task("1", "changed", "2026-02-01T13:00:00.000Z")).marks;
    expect(again).toEqual(first);
    expect(later?.delivery).not.toBe(first?.delivery);
  });

  test("leaves out events about nothing it reads, and refuses what is no list of events with HUB-1425", () => {
    expect(signed({ action: "added", resource: null }, { nonsense: true }, task("1")).marks).toHaveLength(1);
    for (const body of ["no JSON", "[]", '{"events":1}'])
      expect(() => receive(body, { "x-hook-signature": sign(body) })).toThrow(refused("HUB-1425"));
  });
});
