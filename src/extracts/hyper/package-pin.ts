import { HubError } from "../../model/index.ts";

/** One platform's package with the engine, pinned: what arrives is checked against it. */
export interface PackagePin {
  readonly name: string;
  readonly version: string;
  /** Subresource integrity of the package archive. */
  readonly integrity: string;
  /** File name of the engine inside the package. */
  readonly binary: string;
}

const VERSION = "0.7.3";

const PINS: Readonly<Record<string, PackagePin>> = {
  "linux-x64": {
    name: "hyperdb-mcp-linux-x64-gnu",
    version: VERSION,
    integrity: "sha512-y1xVyzq+fBJRyqdVsdC0UxxUvLicgBUEOzVR+rY8v8rU6p3eE8E7OvnQ/RynGN+EZobb7kzGeC54PMr3VpP7TA==",
    binary: "hyperd",
  },
  "darwin-arm64": {
    name: "hyperdb-mcp-darwin-arm64",
    version: VERSION,
    integrity: "sha512-XukAFvIAG+CnOT37RORN/tMOhLj0GHbriKFPn89wJicefpnZ/h+jBx92RPZJCYKgFHgzyLNFn1pkw+YMaEQFpg==",
    binary: "hyperd",
  },
  "win32-x64": {
    name: "hyperdb-mcp-win32-x64-msvc",
    version: VERSION,
    integrity: "sha512-UNF8iYhAhkIo3ShwZg5uoGKKe2e6ggvSFpqf6UaSDFFBJIrewqVTp6ViyB1WOeaQWf+FoRSylPJl98bzVwatWg==",
    binary: "hyperd.exe",
  },
};

/** Where the hub runs; `glibc` is false on a Linux with another C library. */
export interface Platform {
  readonly system: string;
  readonly architecture: string;
  readonly glibc: boolean;
}

/** The package for a platform. Throws HUB-5001 where there is none (reference tableau.md §5.1). */
export function pinFor(platform: Platform): PackagePin {
  const pin = PINS[`${platform.system}-${platform.architecture}`];
  if (pin === undefined || (platform.system === "linux" && !platform.glibc)) {
    throw new HubError(
      "HUB-5001",
      `There is no Hyper engine for ${platform.system} on ${platform.architecture}`
        + `${platform.system === "linux" && !platform.glibc ? " without glibc" : ""}.`,
      {
        disposition: "operator",
        remedy: "Publish Parquet or CSV instead (--format parquet,csv), or run where there is one.",
      },
    );
  }
  return pin;
}

/** The platform of this process. */
export function currentPlatform(): Platform {
  return {
    system: process.platform,
    architecture: process.arch,
    glibc: process.platform !== "linux" || usesGlibc(process.report.getReport()),
  };
}

function usesGlibc(report: unknown): boolean {
  if (typeof report !== "object" || report === null || !("header" in report)) return false;
  const { header } = report;
  return typeof header === "object" && header !== null && "glibcVersionRuntime" in header;
}
