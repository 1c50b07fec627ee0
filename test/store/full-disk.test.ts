import { expect, test } from "@jest/globals";
import { Database } from "../../src/store/sqlite/database.ts";

test("a store that has no room left says so, keeps what it had and is usable once there is room (HUB-3006)", () => {
  const database = new Database(":memory:");
  database.exec("create table thing (text text)");
  database.run("insert into thing values ('first')");
  database.exec("pragma max_page_count=4");
  const fill = (): void => {
    for (let n = 0; n < 100; n += 1) database.run("insert into thing values (?)", "x".repeat(2000));
  };

  expect(() => database.transaction(fill)).toThrow(
    expect.objectContaining({ code: "HUB-3006", disposition: "stop-run", message: expect.stringContaining("is full") }),
  );

  database.exec("pragma max_page_count=1000");
  expect(database.get("select count(*) as n from thing")).toEqual({ n: 1 });
  database.transaction(fill);
  expect(database.get("select count(*) as n from thing")).toEqual({ n: 101 });
  database.close();
});
