import { once } from "node:events";
import { connect } from "node:net";
import { inspect } from "node:util";
import { expect, test } from "@jest/globals";
import axios from "axios";

test.each([
  ["fetch", () => fetch("http://192.0.2.1/")],
  ["fetch over TLS", () => fetch("https://hub.example/")],
  ["axios", () => axios.get("http://192.0.2.1/")],
  ["a socket", () => once(connect(80, "192.0.2.1"), "connect")],
  ["a socket with options", () => once(connect({ port: 80, host: "hub.example" }), "connect")],
])("%s reaches nobody outside of this machine", async (_, call) => {
  const refusal: unknown = await call().catch((error: unknown) => error);
  // With what caused it: fetch tells no more than that it failed.
  expect(inspect(refusal)).toContain("nothing leaves this machine");
});
