import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FileSystem } from "@baba/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { begin, end, PUBLISH_FS, program } from "./adapter.fixture.ts";

let root: string;
let files: FileSystem;
beforeEach(async () => {
  ({ root, files } = await begin());
});
afterEach(() => end({ root, files }));

test("lives() is true for a process that is proved to live, and for no other", async () => {
  const own: unknown = JSON.parse(await files.processIdentity());
  const lives = (changed: object) => files.lives(JSON.stringify({ ...Object(own), ...changed }), "absent");
  const proved = existsSync("/proc/self/stat") ? true : undefined;
  expect(await lives({})).toBe(proved);
  const unproved = [{ boot: undefined }, { started: undefined }, { boot: undefined, host: "another" }];
  for (const changed of unproved) expect(await lives(changed), JSON.stringify(changed)).toBeUndefined();
});

test.runIf(existsSync("/proc/self/stat"))(
  "processIdentity() waits while too many files are open, and keeps nothing that it could not read",
  async () => {
    const output = await program(
      root,
      `
    const parts = async () => Object.keys(JSON.parse(await files.processIdentity())).join();
    console.log(await parts().catch((error) => error.code));
    left = 3;
    console.log(await parts().catch((error) => error.code));
    left = Infinity;
    console.log(await parts());
  `,
      `
    import fs from "node:fs";
    let left = Infinity;
    const { readFileSync } = fs;
    fs.readFileSync = (path, ...more) => {
      if (String(path).startsWith("/proc/") && left-- > 0)
        throw Object.assign(new Error("too many"), { code: "EMFILE" });
      return readFileSync(path, ...more);
    };
    ${PUBLISH_FS}
  `,
    );
    const whole = "pid,host,boot,namespaces,started";
    expect(output.trim().split("\n")).toEqual(["EMFILE", whole, whole]);
  },
);

test("lives() is false for an identity of another start of the machine, and of a number taken over", async () => {
  const own: unknown = JSON.parse(await files.processIdentity());
  const lives = (changed: object) => files.lives(JSON.stringify({ ...Object(own), ...changed }), "absent");
  const ended = existsSync("/proc/self") ? false : undefined;
  expect(await lives({ boot: "another" })).toBe(ended);
  expect(await lives({ started: "1" })).toBe(ended);
  expect(await lives({ namespaces: "another", started: "1" })).toBeUndefined();
});

test.runIf(existsSync("/usr/bin/flock"))(
  "lives() goes by the kernel's lock where the identity says that there is one",
  async () => {
    const identity = JSON.stringify({ pid: 1, host: "", lock: true });
    await files.makeFolder(".");
    await files.create([{ path: "a", bytes: new Uint8Array(1) }]);
    const holder = spawn("flock", [join(root, "a"), "sh", "-c", "echo locked; exec cat"], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    const ended = new Promise((resolve) => holder.once("exit", resolve));
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    expect(await files.lives(identity, "a")).toBe(true);
    holder.stdin.end();
    await ended;
    expect(await files.lives(identity, "a")).toBe(false);
    expect(await files.lives(identity, "a"), "asking must leave no lock behind").toBe(false);
    expect(await files.lives(identity, "removed"), "a file that its process has removed").toBe(false);
    await symlink("a", join(root, "link"));
    expect(await files.lives(identity, "link"), "what is no file proves nothing").toBeUndefined();
  },
);

test("lives() is undefined for a kernel's lock that cannot be looked at", async () => {
  const output = await program(
    root,
    `
    await files.makeFolder(".");
    await files.create([{ path: "a", bytes: new Uint8Array(1) }]);
    process.env.PATH = "/nonexistent";
    console.log(await files.lives(JSON.stringify({ pid: 1, host: "", lock: true }), "a"));
  `,
  );
  expect(output).toBe("undefined\n");
});

test.runIf(process.platform !== "win32")(
  "lives() takes a failure of the program flock neither for a lock nor for none",
  async () => {
    const bin = join(root, "..", "bin");
    await mkdir(bin);
    await writeFile(join(bin, "flock"), "#!/bin/sh\necho 'flock: No locks available' >&2; exit 1\n", {
      mode: 0o755,
    });
    const output = await program(
      root,
      `
    await files.makeFolder(".");
    await files.create([{ path: "a", bytes: new Uint8Array(1) }]);
    process.env.PATH = ${JSON.stringify(`${bin}:${process.env.PATH}`)};
    console.log(await files.lives(JSON.stringify({ pid: 1, host: "", lock: true }), "a"));
  `,
    );
    expect(output).toBe("undefined\n");
  },
);
