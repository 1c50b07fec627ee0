import { createHmac } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { monday } from "../../../src/connectors/monday/index.ts";
import type { WebhookHook, WebhookOutcome } from "../../../src/connectors/kit/index.ts";

const SECRET = "s3cret-of-the-app";
const NOW = Date.UTC(2026, 10, 23, 9);
const HOOK: WebhookHook = { secrets: [SECRET], expected: false, now: NOW };
const ADDRESS = "https://hub.example/hooks/monday/7";

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

function token(claims: object, options: { secret?: string; alg?: string } = {}): string {
  const signed = `${encode({ alg: options.alg ?? "HS256", typ: "JWT" })}.${encode(claims)}`;
  const signature = createHmac("sha256", options.secret ?? SECRET)
    .update(signed)
    .digest("base64url");
  return `${signed}.${signature}`;
}

const seconds = (ms: number): number => Math.floor((NOW + ms) / 1000);
const GOOD = { aud: ADDRESS, exp: seconds(60_000), iat: seconds(-1000), accountId: 1 };

function receive(
  body: object | string,
  options: { url?: string; authorization?: string; hook?: Partial<WebhookHook> } = {},
): WebhookOutcome {
  const { webhooks } = monday;
  if (webhooks === undefined) throw new Error("monday receives no webhooks");
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return webhooks(
    {
      url: options.url ?? ADDRESS,
      headers: options.authorization === undefined ? {} : { authorization: options.authorization },
      body: new TextEncoder().encode(text),
    },
    { ...HOOK, ...options.hook },
  );
}

const signed = (event: object): WebhookOutcome => receive({ event }, { authorization: token(GOOD) });
const CHANGE = { type: "update_column_value", boardId: 7, pulseId: 70001, subscriptionId: 5, triggerUuid: "u-1" };
const refused = (code: string): unknown => expect.objectContaining({ code });

describe("webhooks of monday.com", () => {
  test("echoes a challenge only while the hook is being made", () => {
    const { answer, marks } = receive({ challenge: "c-1" }, { hook: { expected: true } });
    expect(answer).toMatchObject({ status: 200, body: '{"challenge":"c-1"}' });
    expect(marks).toEqual([]);
    expect(() => receive({ challenge: "c-1" })).toThrow(refused("HUB-1520"));
  });

  test("takes a call with a good token, raw or as Bearer or in the address", () => {
    const expected = [{ stream: "items", id: "70001", delivery: "5+u-1" }];
    expect(signed(CHANGE).marks).toEqual(expected);
    expect(receive({ event: CHANGE }, { authorization: `Bearer ${token(GOOD)}` }).marks).toEqual(expected);
    expect(receive({ event: CHANGE }, { url: `${ADDRESS}?token=${token(GOOD)}` }).marks).toEqual(expected);
  });

  test.each([
    ["another secret", token(GOOD, { secret: "guessed" })],
    ["no algorithm", `${encode({ alg: "none" })}.${encode(GOOD)}.`],
    ["an algorithm that was not agreed", token(GOOD, { alg: "HS512" })],
    ["claims changed after signing", token(GOOD).replace(/\.[^.]+\./u, `.${encode({ ...GOOD, accountId: 2 })}.`)],
    ["an end that has passed", token({ ...GOOD, exp: seconds(-120_000) })],
    ["a beginning that has not come", token({ ...GOOD, iat: seconds(120_000) })],
    ["another address", token({ ...GOOD, aud: "https://hub.example/hooks/monday/8" })],
    ["no end", token({ aud: ADDRESS })],
    ["no parts", "nonsense"],
  ])("refuses a token with %s", (_what, authorization) => {
    expect(() => receive({ event: CHANGE }, { authorization })).toThrow(refused("HUB-1520"));
  });

  test("takes an unsigned call only with the secret in its address", () => {
    expect(receive({ event: CHANGE }, { url: `${ADDRESS}?secret=${SECRET}` }).marks).toHaveLength(1);
    for (const url of [ADDRESS, `${ADDRESS}?secret=`, `${ADDRESS}?secret=guessed`, `${ADDRESS}?secret=${SECRET}x`])
      expect(() => receive({ event: CHANGE }, { url })).toThrow(refused("HUB-1520"));
    const none = { url: `${ADDRESS}?secret=`, hook: { secrets: [] } };
    expect(() => receive({ event: CHANGE }, none)).toThrow(refused("HUB-1520"));
  });

  test("a forged token is not saved by the right secret in the address", () => {
    const forged = { authorization: token(GOOD, { secret: "guessed" }), url: `${ADDRESS}?secret=${SECRET}` };
    expect(() => receive({ event: CHANGE }, forged)).toThrow(refused("HUB-1520"));
  });

  test("gives a repeated call the same delivery and a later change another, in whatever order they come", () => {
    const later = { ...CHANGE, triggerUuid: "u-2" };
    const [second, first, again] = [later, CHANGE, { ...CHANGE, isRetry: true }].map((event) => signed(event).marks[0]);
    expect(again).toEqual(first);
    expect(second?.delivery).not.toBe(first?.delivery);
    expect(second?.id).toBe(first?.id);
  });

  test("tells repeated calls without an id by what they say", () => {
    const { triggerUuid: _, ...bare } = CHANGE;
    const [one, again, other] = [bare, { ...bare, isRetry: true }, { ...bare, pulseId: 2 }].map(
      (event) => signed(event).marks[0]?.delivery,
    );
    expect(again).toBe(one);
    expect(other).not.toBe(one);
  });

  test.each([
    [{ type: "create_pulse", pulseId: 1 }, ["items 1"]],
    [{ type: "update_name", pulseId: "1" }, ["items 1"]],
    [{ type: "archive_pulse", itemId: 1 }, ["items 1"]],
    [{ type: "delete_pulse", itemId: 1 }, ["items 1"]],
    [{ type: "restore_pulse", itemId: 1 }, ["items 1"]],
    [{ type: "move_pulse_into_group", pulseId: 1, sourceGroupId: "a", destGroupId: "b" }, ["items 1"]],
    [{ type: "create_update", pulseId: 1, updateId: 9 }, ["items 1"]],
    [{ type: "create_pulse", pulseId: 2, parentItemId: "1", parentItemBoardId: "7" }, ["subitems 2", "items 1"]],
    [{ type: "delete_pulse", itemId: 2, parentItemId: 1, parentBoardId: 7 }, ["subitems 2", "items 1"]],
    [
      { type: "move_subitem", subitem: { id: 2 }, sourcePulseId: 1, destPulseId: 3 },
      ["subitems 2", "items 1", "items 3"],
    ],
    [{ type: "create_column", boardId: 7, columnId: "x" }, ["boards 7"]],
    [{ type: "something_new" }, []],
  ])("marks what %j is about", (event, marked) => {
    const { answer, marks } = signed({ subscriptionId: 5, triggerUuid: "u", ...event });
    expect(answer.status).toBe(200);
    expect(marks.map(({ stream, id }) => `${stream} ${id}`)).toEqual(marked);
  });

  test("refuses what is no event with HUB-1521", () => {
    expect(() => receive("no JSON")).toThrow(refused("HUB-1521"));
    expect(() => receive({ event: 1 }, { authorization: token(GOOD) })).toThrow(refused("HUB-1521"));
  });
});
