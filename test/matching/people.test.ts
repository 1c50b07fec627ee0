import { describe, expect, test } from "@jest/globals";
import { readAccount, resolvePeople } from "../../src/matching/index.ts";
import type { KnownPerson, UserAccount } from "../../src/matching/index.ts";

const person = (name: string, more: Partial<KnownPerson> = {}): KnownPerson => ({
  id: name.toLowerCase().replaceAll(" ", "-"),
  name,
  kind: "human",
  team: "Sales",
  backup: null,
  emails: [],
  accounts: {},
  ...more,
});

const account = (connection: string, id: string, more: Partial<UserAccount> = {}): UserAccount => ({
  connection,
  system: connection,
  tenant: "T",
  id,
  name: null,
  email: null,
  username: null,
  active: true,
  queue: false,
  ...more,
});

describe("accounts", () => {
  test("go to the person that people.yaml names, by id, user name, e-mail or display name", () => {
    const dana = person("Dana Ortiz", {
      accounts: { crm: ["dana@acme.example"], tasks: ["1208"], board: ["Dana O."], chat: ["dortiz"] },
    });
    const accounts = [
      account("crm", "005A", { username: "Dana@Acme.example" }),
      account("tasks", "1208"),
      account("board", "7", { name: "Dana  O." }),
      account("chat", "9", { username: "dortiz" }),
    ];
    const { byAccount, actors, unresolved } = resolvePeople([dana], accounts);
    expect([...byAccount.values()]).toEqual(Array.from({ length: 4 }, () => "dana-ortiz"));
    expect(actors[0]?.accounts.map((each) => [each.key, each.method])).toEqual([
      ["crm/T/005A", "configured"],
      ["tasks/T/1208", "configured"],
      ["board/T/7", "configured"],
      ["chat/T/9", "configured"],
    ]);
    expect(unresolved).toEqual([]);
  });

  test("go by e-mail next, also by the one another system knows", () => {
    const dana = person("Dana Ortiz", { accounts: { crm: ["005A"] } });
    const accounts = [
      account("crm", "005A", { email: "dana@acme.example" }),
      account("tasks", "1", { email: "DANA@acme.example" }),
    ];
    expect(resolvePeople([dana], accounts).actors[0]?.accounts[1]).toMatchObject({
      key: "tasks/T/1",
      method: "e-mail",
    });
  });

  test("go by name only where it is unique on both sides", () => {
    const people = [person("José Álvarez"), person("Sam Lee"), person("Sam  Lee", { id: "sam-2" }), person("Kim Park")];
    const accounts = [
      account("tasks", "1", { name: "Alvarez, Jose" }),
      account("tasks", "2", { name: "Sam Lee" }),
      account("tasks", "3", { name: "Kim Park" }),
      account("tasks", "4", { name: "kim park" }),
      account("tasks", "5", { name: "Nobody" }),
    ];
    const { byAccount, unresolved } = resolvePeople(people, accounts);
    expect([...byAccount]).toEqual([["tasks/T/1", "josé-álvarez"]]);
    expect(unresolved.map(({ account: { id }, why }) => [id, why])).toEqual([
      ["2", "More than one person in people.yaml is named Sam Lee."],
      ["3", "More than one account of tasks is named Kim Park."],
      ["4", "More than one account of tasks is named kim park."],
      ["5", "Nobody in people.yaml has this account, e-mail or name."],
    ]);
  });

  test("that fit two people or are absent are told", () => {
    const people = [person("A", { accounts: { board: ["Dana O."] } }), person("B", { accounts: { board: ["Gone"] } })];
    const twins = [account("board", "1", { name: "Dana O." }), account("board", "2", { name: "Dana O." })];
    const { unresolved, absent } = resolvePeople(people, twins);
    expect(unresolved.map(({ why }) => why)).toEqual(
      Array.from({ length: 2 }, () => '"Dana O." of A fits 2 accounts.'),
    );
    expect(absent).toEqual([{ person: "B", connection: "board", account: "Gone" }]);
  });

  test("make a person inactive when a system says that all of theirs are", () => {
    const people = [
      person("A", { accounts: { crm: ["1", "2"] } }),
      person("B", { accounts: { crm: ["3"], tasks: ["4"] } }),
    ];
    const accounts = [
      account("crm", "1", { active: false }),
      account("crm", "2"),
      account("crm", "3", { active: false }),
      account("tasks", "4", { active: null }),
    ];
    expect(resolvePeople(people, accounts).actors.map(({ active }) => active)).toEqual([true, false]);
  });
});

describe("records of users", () => {
  const of = { connection: "c", system: "s", tenant: "t" };
  test("are read whatever their system calls the fields", () => {
    expect(
      readAccount(of, { stream: "User", id: "1", content: { Name: "A", Email: "a@x.example", IsActive: false } }),
    ).toMatchObject({ name: "A", email: "a@x.example", active: false });
    expect(readAccount(of, { stream: "users", id: "1", content: { name: "A", enabled: true } })).toMatchObject({
      name: "A",
      active: true,
    });
    expect(readAccount(of, { stream: "Group", id: "00G", content: { Name: "Inbound", Type: "Queue" } })?.queue).toBe(
      true,
    );
    expect(readAccount(of, { stream: "Group", id: "00G", content: { Name: "All", Type: "Organization" } })).toBeNull();
  });
});
