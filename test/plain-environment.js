import vm from "node:vm";
import { ModuleMocker } from "jest-mock";
import { installCommonGlobals } from "jest-util";

/** Node's own globals that a new context lacks; each is asked for only once somebody uses it. */
const OF_NODE = Object.entries(Object.getOwnPropertyDescriptors(globalThis)).filter(
  ([name]) => name !== "global" && name !== "globalThis",
);
/** Buffers come from Node's own context; what checks for their class has to find the same one. */
const SHARED = { ArrayBuffer, Buffer, Uint8Array };

function asValue(global, name, { enumerable }) {
  const define = (value) =>
    Object.defineProperty(global, name, { configurable: true, enumerable, writable: true, value });
  return {
    configurable: true,
    enumerable,
    get: () => {
      define(globalThis[name]);
      return global[name];
    },
    set: define,
  };
}

/**
 * A context of its own for each file, whose globals are an object like any other. Those of jest-environment-node stand behind an
 * interceptor and a proxy: every `Map` or `Number` that is named costs a call out of the engine, a tenth of all the time.
 * There are no fake timers: time is injected.
 */
export class PlainEnvironment {
  constructor({ projectConfig }) {
    this.global = vm.createContext(vm.constants.DONT_CONTEXTIFY);
    for (const [name, descriptor] of OF_NODE) {
      if (name in this.global) continue;
      Object.defineProperty(
        this.global,
        name,
        descriptor.configurable ? asValue(this.global, name, descriptor) : descriptor,
      );
    }
    Object.assign(this.global, SHARED, { global: this.global });
    installCommonGlobals(this.global, projectConfig.globals);
    this.moduleMocker = new ModuleMocker(this.global);
    this.fakeTimers = null;
    this.fakeTimersModern = null;
  }

  async setup() {}

  async teardown() {
    this.global = null;
    this.moduleMocker = null;
  }

  exportConditions() {
    return ["node", "node-addons"];
  }

  getVmContext() {
    return this.global;
  }
}
