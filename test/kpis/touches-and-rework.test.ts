import { describe, expect, test } from "@jest/globals";
import { compileProcess, createCaseBuilder } from "../../src/kpis/index.ts";
import type { Case, ProcessDefinition } from "../../src/kpis/index.ts";
import type { LinkedObject } from "../../src/model/index.ts";
import { HOUR } from "../../src/model/index.ts";
import { at, context, linked } from "./support/build.ts";

const lead = compileProcess({
  process: "lead",
  version: 1,
  effective_from: "2026-01-01",
  case: "lead",
  starts: "lead created",
  ends: "Converted",
  stages: ["New", "MQL", "SQL"],
  activities: ["touch logged"],
  touches: "touch logged",
});
const incident = compileProcess({
  process: "incident",
  version: 1,
  effective_from: "2026-01-01",
  case: "incident",
  starts: "incident created",
  ends: "Resolved",
  stages: ["Detected", "Acknowledged", "Mitigated"],
  steps: { Mitigated: { critical: true } },
  dimensions: { category: "severity" },
});
const term = compileProcess({
  process: "term",
  version: 1,
  effective_from: "2026-01-01",
  case: "term",
  starts: "term created",
  ends: { Renewed: "renewed", Terminated: "terminated" },
  activities: ["renewal started"],
  rules: { R1: "renewal started at least 90 days before end if months >= 4" },
});

function build(process: ProcessDefinition, subject: LinkedObject): Case {
  const made = createCaseBuilder([process], context())(subject);
  if (made === null) throw new Error("no case");
  return made;
}

describe("touches", () => {
  test("are what persons did, not automations, sequences or programs under somebody's name", () => {
    const made = build(
      lead,
      linked("lead", "a", [
        { at: "2026-03-02T09:00:00Z", type: "lead created" },
        { at: "2026-03-02T09:05:00Z", type: "touch logged", by: { person: null, kind: "automation" } },
        { at: "2026-03-02T09:06:00Z", type: "touch logged", by: { person: "bot", kind: "human" } },
        { at: "2026-03-02T09:07:00Z", type: "touch logged", by: { person: "dana", kind: "api" } },
        { at: "2026-03-02T11:00:00Z", type: "touch logged", by: { person: "dana", kind: "human" } },
        { at: "2026-03-02T12:00:00Z", type: "touch logged", by: { person: "kate", kind: "unknown" } },
      ]),
    );
    expect(made.touches).toEqual([at("2026-03-02T11:00:00Z"), at("2026-03-02T12:00:00Z")]);
  });

  test("must be activities of the process", () => {
    const file = { process: "p", version: 1, effective_from: "2026-01-01", case: "lead", starts: "lead created" };
    expect(() => compileProcess({ ...file, ends: "Converted", touches: "Convertd" })).toThrow(
      expect.objectContaining({ code: "HUB-2304", remedy: 'Did you mean "Converted"?' }),
    );
  });
});

describe("rework", () => {
  test("tells moves back, with the time in stages that were left before, from steps done again in their place", () => {
    const made = build(
      incident,
      linked("incident", "a", [
        { at: "2026-03-02T09:00:00Z", type: "incident created" },
        { at: "2026-03-02T09:00:00Z", stage: "Detected" },
        { at: "2026-03-02T10:00:00Z", stage: "Acknowledged" },
        { at: "2026-03-02T11:00:00Z", stage: "Mitigated" },
        { at: "2026-03-02T12:00:00Z", stage: "Acknowledged" },
        { at: "2026-03-02T15:00:00Z", stage: "Mitigated" },
        { at: "2026-03-02T16:00:00Z", stage: "Resolved" },
      ]),
    );
    expect(made).toMatchObject({ backwardMoves: 1, repeatedSteps: 0, reentries: 2, reworkMs: 4 * HOUR });
  });

  test("counts what was closed and opened again among the moves back", () => {
    const made = build(
      incident,
      linked("incident", "a", [
        { at: "2026-03-02T09:00:00Z", stage: "Detected" },
        { at: "2026-03-02T11:00:00Z", stage: "Resolved" },
        { at: "2026-03-02T12:00:00Z", stage: "Mitigated" },
        { at: "2026-03-02T16:00:00Z", stage: "Resolved" },
      ]),
    );
    expect(made).toMatchObject({ backwardMoves: 1, repeatedSteps: 0, reentries: 0, reworkMs: null });
  });

  test("counts a step that was done once more in its place, and none that was only opened", () => {
    const onboarding = compileProcess({
      process: "onboarding",
      version: 1,
      effective_from: "2026-01-01",
      case: "onboarding",
      starts: "onboarding created",
      ends: "Go-live",
      joins: { "onboarding-step": "onboarding" },
      stages: [{ stage: "Kickoff", until: "Kickoff call" }],
      steps: { "Data import": { critical: true } },
    });
    const made = build(
      onboarding,
      linked("onboarding", "a", [
        { at: "2026-03-02T09:00:00Z", type: "onboarding created" },
        { at: "2026-03-02T10:00:00Z", done: "Kickoff call" },
        { at: "2026-03-02T11:00:00Z", reopened: "Kickoff call" },
        { at: "2026-03-02T12:00:00Z", done: "Kickoff call" },
        { at: "2026-03-02T13:00:00Z", done: "Data import" },
        { at: "2026-03-02T14:00:00Z", reopened: "Data import" },
        { at: "2026-03-02T15:00:00Z", done: "Coffee" },
        { at: "2026-03-02T16:00:00Z", done: "Coffee" },
      ]),
    );
    expect(made).toMatchObject({ backwardMoves: 0, repeatedSteps: 1 });
  });

  test("is empty, not nothing, where no stage was returned to", () => {
    const made = build(incident, linked("incident", "a", [{ at: "2026-03-02T09:00:00Z", stage: "Detected" }]));
    expect(made).toMatchObject({ backwardMoves: 0, repeatedSteps: 0, reworkMs: null });
  });
});

test("a severity is what it was when the case started", () => {
  const subject = linked("incident", "a", [{ at: "2026-03-02T09:00:00Z", stage: "Detected" }], { severity: "SEV3" });
  const history = [
    { attribute: "severity", value: "SEV1", validAt: at("2026-03-02T09:00:00Z") },
    { attribute: "severity", value: "SEV3", validAt: at("2026-03-02T12:00:00Z") },
  ].map((change) => ({ ...change, observedAt: change.validAt, source: "history" as const }));
  expect(build(incident, { ...subject, object: { ...subject.object, history } }).dimensions).toEqual({
    category: "SEV1",
  });
});

describe("a renewal's lead", () => {
  const started = { at: "2026-01-05T09:00:00Z", type: "term created" };
  const verdict = (...then: Parameters<typeof linked>[2]) =>
    build(term, linked("term", "a", [started, ...then], { end: { day: "2026-05-31" }, months: 12 })).verdicts[0];

  test("falls due ninety days before the end", () => {
    expect(verdict({ at: "2026-02-01T09:00:00Z", type: "renewal started" })).toMatchObject({
      state: "satisfied",
      activations: 1,
      dueAt: at("2026-03-03") - 1,
    });
  });

  test("is owed by nothing that was terminated before", () => {
    expect(verdict({ at: "2026-02-20T09:00:00Z", stage: "Terminated" })).toMatchObject({
      state: "satisfied",
      activations: 0,
    });
  });

  test("is owed by no term that is too short to have such a day", () => {
    const short = linked("term", "a", [started], { end: { day: "2026-03-04" }, months: 2 });
    expect(build(term, short).verdicts[0]).toMatchObject({ state: "satisfied", activations: 0, dueAt: null });
  });

  test("is broken by what went on past it without one", () => {
    expect(verdict({ at: "2026-04-20T09:00:00Z", stage: "Terminated" })).toMatchObject({ state: "violated" });
  });
});
