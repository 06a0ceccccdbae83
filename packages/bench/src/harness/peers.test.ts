import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { installIn } from "./peers.ts";

const NAME = "a-peer";
/** Refuses and counts all requests, in a thread of its own: this one waits for npm. Says its port. */
const REGISTRY = `
const { parentPort, workerData } = require("node:worker_threads");
const server = require("node:http").createServer((request, response) => {
  Atomics.add(workerData, 0, 1);
  response.writeHead(503).end();
});
server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));`;
const requests = new Int32Array(new SharedArrayBuffer(4));
let registry: Worker;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "baba-peers-"));
  const root = { name: "peers", version: "0.0.0", optionalDependencies: { [NAME]: "1.0.0" } };
  const packages = { "": root, [`node_modules/${NAME}`]: { version: "1.0.0", optional: true } };
  const lock = { name: "peers", version: "0.0.0", lockfileVersion: 3, requires: true, packages };
  writeFileSync(join(folder, "package.json"), JSON.stringify(root));
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify(lock));
  registry = new Worker(REGISTRY, { eval: true, workerData: requests });
  const [port] = await once(registry, "message");
  vi.stubEnv("npm_config_registry", `http://127.0.0.1:${port}/`);
  vi.stubEnv("npm_config_cache", join(folder, "cache"));
});

afterEach(async () => {
  await registry.terminate();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

test("installIn() asks a registry that does not answer twice more, and says what it goes on without", () => {
  const log = vi.spyOn(console, "log").mockReturnValue();
  installIn(pathToFileURL(`${folder}/`));
  expect(requests[0]).toBe(3);
  expect(log.mock.calls.flat()).toEqual([
    expect.stringContaining(`Installing ${NAME} from npm's registry`),
    `Goes on without ${NAME}, which could not be installed.`,
  ]);
});
