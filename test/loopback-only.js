import net from "node:net";
import { PlainEnvironment } from "./plain-environment.js";

const LOOPBACK = new Set(["127.0.0.1", "localhost", "::1"]);
let isClosed = false;

/** The options that `connect` was called with, whichever way. */
function optionsOf([first, second]) {
  // Node's own modules hand on the arguments of `net.connect` as one list.
  if (Array.isArray(first)) return optionsOf(first);
  if (typeof first === "object") return first;
  if (Number.isNaN(Number(first))) return { path: first };
  return { port: first, host: typeof second === "string" ? second : "localhost" };
}

// Once for each worker, beneath whatever a test puts in its place: core modules are shared by all files of a worker.
const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function connectOnLoopback(...words) {
  const options = optionsOf(words);
  const { path, host = "localhost" } = options;
  if (!isClosed || path != null || LOOPBACK.has(host)) return connect.apply(this, words);
  // As if the name were not known, which every client expects.
  const lookup = (_name, _options, done) => done(new Error(`No test reaches ${host}: nothing leaves this machine.`));
  return connect.call(this, { ...options, host: "outside.invalid", lookup });
};

/** While tests run nothing leaves this machine: the sandbox and test doubles listen on loopback, all else is refused. */
export default class LoopbackOnly extends PlainEnvironment {
  handleTestEvent({ name }) {
    if (name === "run_start") isClosed = true;
    if (name === "run_finish") isClosed = false;
  }
}
