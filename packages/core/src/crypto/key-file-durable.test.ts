import { describe, expect, test } from "vitest";
import { FileStorage } from "../storage/file-storage.ts";
import { KEY_FILE, LOCK_FILE, STORE_FOLDER } from "../storage/layout.ts";
import {
  crashStates,
  SimulatedDisk,
  SimulatedMachine,
  type SimulatedProcess,
  type StepHook,
  simulatedFileSystem,
  simulatedRuntime,
} from "../testing/simulation/index.ts";
import { HELD } from "./held.fixture.ts";
import { assureKeyFile, createKeyFile, readKeyFile } from "./key-file.ts";
import { Vault } from "./vault.ts";

const lock = { kind: "passphrase", passphrase: "simulated" } as const;
const name = "1.baba";

async function opened(disk: SimulatedDisk, process: SimulatedProcess, hook: StepHook = () => undefined) {
  const files = simulatedFileSystem(disk, { process, hook });
  const runtime = simulatedRuntime(files);
  const { crypto, compression } = runtime;
  const context = { crypto, compression, now: () => 0, breathe: () => undefined };
  const vault = new Vault(files, lock, context);
  const storage = new FileStorage(files, runtime, { report: () => undefined, protection: vault });
  await storage.open();
  return { storage, vault };
}

function commit(storage: FileStorage, text: string): Promise<void> {
  const changes = new Map([[name, new TextEncoder().encode(text)]]);
  return storage.commit({ changes, basis: undefined, durability: "full", settle: "commit" });
}

/** Checks that every crash state has the record with this text. */
async function outlives(disk: SimulatedDisk, text: string): Promise<void> {
  for (const image of crashStates(disk, { limit: 64, seed: 1 })) {
    const { storage } = await opened(image, new SimulatedMachine(2).start("after"));
    await storage.head();
    const [payload] = await storage.read([name]);
    expect(payload instanceof Uint8Array ? new TextDecoder().decode(payload) : payload).toBe(text);
  }
}

/** Intervenes once between the link of the key file and the next sync of its folder. */
function atKeySync(then: () => "fail" | "pass"): StepHook {
  let [linked, done] = [false, false];
  return (step) => {
    if ((step.call === "link" || step.call === "rename") && step.to === KEY_FILE) linked = true;
    if (!linked || done || step.call !== "syncFolder" || step.path !== STORE_FOLDER) return undefined;
    done = true;
    return then() === "fail" ? { fail: "EIO" } : undefined;
  };
}

describe("a key file and what is sealed with it", () => {
  test("survives a power cut after commit() failed at the first sync of its folder and was tried again", async () => {
    const disk = new SimulatedDisk();
    const { storage } = await opened(
      disk,
      new SimulatedMachine().start("a"),
      atKeySync(() => "fail"),
    );
    await expect(commit(storage, "one")).rejects.toThrow();
    await commit(storage, "two");
    await outlives(disk, "two");
  });

  test("survives a power cut after a commit() that was killed before that sync, while another waited", async () => {
    const [disk, machine] = [new SimulatedDisk(), new SimulatedMachine()];
    const [first, second] = [machine.start("first"), machine.start("second")];
    let waits: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => {
      waits = resolve;
    });
    const other = await opened(disk, second, ({ call, to }) => {
      if (call === "link" && to === LOCK_FILE) waits();
      return undefined;
    });
    let later: Promise<void> | undefined;
    const killed = atKeySync(() => {
      first.kill();
      return "fail";
    });
    const { storage } = await opened(disk, first, async (step) => {
      if (step.call === "link" && step.to === KEY_FILE) {
        later = commit(other.storage, "second");
        await waiting;
      }
      return killed(step);
    });
    void commit(storage, "first").catch(() => undefined);
    await waiting;
    await later;
    await outlives(disk, "second");
  });

  test("survives a power cut after rewrite() failed at that sync, with what follows sealed with the new key", async () => {
    const disk = new SimulatedDisk();
    let armed = false;
    const fails = atKeySync(() => "fail");
    const hook: StepHook = (step) => (armed ? fails(step) : undefined);
    const { storage, vault } = await opened(disk, new SimulatedMachine().start("a"), hook);
    await commit(storage, "one");
    await commit(storage, "two");
    armed = true;
    const hold = await storage.hold();
    await expect(vault.rewrite((keyring, crypto) => keyring.rotated(crypto, 0), HELD)).rejects.toThrow();
    await hold.release();
    await vault.refresh();
    await commit(storage, "three");
    await outlives(disk, "three");
  });
});

describe("the key file, after a power cut", () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const outlivesAlone = async (disk: SimulatedDisk) => {
    for (const image of crashStates(disk, { limit: 64, seed: 1 })) {
      const process = new SimulatedMachine(2).start("after");
      expect(await readKeyFile(simulatedFileSystem(image, { process }))).toEqual(bytes);
    }
  };

  test("is there with all folders above it if createKeyFile() has made it in a new directory", async () => {
    const disk = new SimulatedDisk();
    const process = new SimulatedMachine().start("a");
    await createKeyFile(simulatedFileSystem(disk, { process }), "token", bytes);
    await outlivesAlone(disk);
  });

  test("is there if assureKeyFile() came after a sync of its folder that failed once", async () => {
    const disk = new SimulatedDisk();
    const process = new SimulatedMachine().start("a");
    const files = simulatedFileSystem(disk, { process, hook: atKeySync(() => "fail") });
    await expect(createKeyFile(files, "token", bytes)).rejects.toMatchObject({ code: "BABA_IO" });
    await assureKeyFile(files);
    await outlivesAlone(disk);
  });
});
