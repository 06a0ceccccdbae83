import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { FileSystem } from "@baba/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { begin, end, PUBLISH_FS, program } from "./adapter.fixture.ts";

/** The identity of a process elsewhere that lives as long as it locks the file that it announced. */
const LOCKING = JSON.stringify({ pid: 1, host: "", lock: true });

/** Holds a lock on a file in another process, until `end` is called. */
async function holdLock(
  kind: "--exclusive" | "--shared",
  path: string,
): Promise<{ end(): Promise<unknown> }> {
  const holder = spawn("flock", [kind, path, "sh", "-c", "echo locked; exec cat"], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const ended = new Promise((resolve) => holder.once("exit", resolve));
  await new Promise((resolve) => holder.stdout.once("data", resolve));
  return {
    end: () => {
      holder.stdin.end();
      return ended;
    },
  };
}

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
  "lives() is false for what ran in a process before it became another program, as under bun --watch",
  async () => {
    const output = await program(
      root,
      `
    const { parseProcessStat } = await import(${JSON.stringify(import.meta.resolve("@baba/core/adapter"))});
    const own = JSON.parse(await files.processIdentity());
    const before = parseProcessStat(process.env.BEFORE);
    console.log(before.started === own.started, await files.lives(JSON.stringify(own), "absent"));
    console.log(await files.lives(JSON.stringify({ ...own, ...before }), "absent"));
  `,
      "",
      'BEFORE="$(cat /proc/$$/stat)"; export BEFORE; ',
    );
    expect(output).toBe("true true\nfalse\n");
  },
);

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
    const whole = "pid,host,boot,namespaces,started,image";
    expect(output.trim().split("\n")).toEqual(["EMFILE", whole, whole]);
  },
);

test.runIf(existsSync("/proc/self/stat")).each([
  ["ENOENT", "EINVAL", "EPERM"],
  ["ENOTDIR", "EACCES", "ERR_ACCESS_DENIED"],
])("processIdentity() goes without what cannot be had of /proc: %s, %s, %s", async (...codes) => {
  const output = await program(
    root,
    "console.log(Object.keys(JSON.parse(await files.processIdentity())).join());",
    `
    import fs from "node:fs";
    const codes = ${JSON.stringify(codes)};
    for (const name of ["readFileSync", "readlinkSync"]) {
      const sound = fs[name];
      fs[name] = (path, ...more) => {
        if (!String(path).startsWith("/proc/")) return sound(path, ...more);
        throw Object.assign(new Error("planted"), { code: codes.pop() });
      };
    }
    ${PUBLISH_FS}
  `,
  );
  expect(output).toBe("pid,host\n");
});

test.runIf(existsSync("/proc/self/stat"))(
  "processIdentity() tells time namespaces apart, in which the same start is another number, if the kernel has any",
  async () => {
    const namespacesIf = (time: string) =>
      program(
        root,
        "console.log(JSON.stringify(JSON.parse(await files.processIdentity()).namespaces));",
        `
    import fs from "node:fs";
    const sound = fs.readlinkSync;
    fs.readlinkSync = (path, ...more) => {
      if (path === "/proc/self/ns/pid") return "pid:[1]";
      if (path !== "/proc/self/ns/time") return sound(path, ...more);
      ${time}
    };
    ${PUBLISH_FS}
  `,
      );
    expect(await namespacesIf(`return "time:[2]";`)).toBe('"pid:[1] time:[2]"\n');
    const none = `throw Object.assign(new Error("planted"), { code: "ENOENT" });`;
    expect(await namespacesIf(none)).toBe('"pid:[1] "\n');
  },
);

test("lives() proves the end of a process without the machine's boot, but of no other machine's", async () => {
  const child = spawn(process.execPath, ["-e", ""], { stdio: "ignore" });
  await new Promise((resolve) => child.once("exit", resolve));
  const own: unknown = JSON.parse(await files.processIdentity());
  const ended = { ...Object(own), pid: child.pid, boot: undefined };
  expect(await files.lives(JSON.stringify(ended), "absent")).toBe(false);
  expect(await files.lives(JSON.stringify({ ...ended, host: "another" }), "absent")).toBeUndefined();
});

test.runIf(existsSync("/proc/self/stat"))(
  "lives() takes no process for ended that /proc hides, be it another user's",
  async () => {
    const output = await program(
      root,
      `
    const own = JSON.parse(await files.processIdentity());
    if (process.getuid() === 0) process.setuid(65534);
    for (const pid of [process.pid, 1]) console.log(await files.lives(JSON.stringify({ ...own, pid }), "absent"));
  `,
      `
    import fs from "node:fs";
    const sound = fs.readFileSync;
    fs.readFileSync = (path, ...more) => {
      if (/^\\/proc\\/[0-9]/.test(path)) throw Object.assign(new Error("hidden"), { code: "ENOENT" });
      return sound(path, ...more);
    };
    ${PUBLISH_FS}
  `,
    );
    expect(output).toBe("undefined\nundefined\n");
  },
);

test.runIf(existsSync("/proc/self/stat"))(
  "lives() takes no process for ended by a /proc of another namespace, in which its number is another's",
  async () => {
    const output = await program(
      root,
      "console.log(await files.lives(await files.processIdentity(), 'absent'));",
      `
    import fs from "node:fs";
    const { readFileSync, readlinkSync } = fs;
    fs.readlinkSync = (path, ...more) => (path === "/proc/self" ? "4711" : readlinkSync(path, ...more));
    fs.readFileSync = (path, ...more) =>
      readFileSync(path === "/proc/" + process.pid + "/stat" ? "/proc/1/stat" : path, ...more);
    ${PUBLISH_FS}
  `,
    );
    expect(output).toBe("undefined\n");
  },
);

test("lives() is false for an identity of another start of the machine, and of a number taken over", async () => {
  const own: unknown = JSON.parse(await files.processIdentity());
  const lives = (changed: object) => files.lives(JSON.stringify({ ...Object(own), ...changed }), "absent");
  const ended = existsSync("/proc/self") ? false : undefined;
  expect(await lives({ boot: "another" })).toBe(ended);
  expect(await lives({ boot: "another", host: "another" })).toBeUndefined();
  expect(await lives({ started: "1" })).toBe(ended);
  expect(await lives({ namespaces: "another", started: "1" })).toBeUndefined();
});

test.runIf(existsSync("/usr/bin/flock"))(
  "lives() goes by the kernel's lock if the identity says that there is one",
  async () => {
    await files.makeFolder(".");
    await files.create([{ path: "a", bytes: new Uint8Array(1) }]);
    const holder = await holdLock("--exclusive", join(root, "a"));
    expect(await files.lives(LOCKING, "a")).toBe(true);
    await holder.end();
    expect(await files.lives(LOCKING, "a")).toBe(false);
    expect(await files.lives(LOCKING, "a"), "asking must leave no lock behind").toBe(false);
    expect(await files.lives(LOCKING, "removed"), "a file that its process has removed").toBe(false);
    await symlink("a", join(root, "link"));
    await files.makeFolder("folder");
    for (const path of ["link", "folder"])
      expect(await files.lives(LOCKING, path), "what is no file proves nothing").toBeUndefined();
    // With the adapter still in use: it must have closed the file that it asked about.
    await promisify(execFile)("flock", ["--nonblock", join(root, "a"), "true"]);
  },
);

test.runIf(existsSync("/usr/bin/flock"))(
  "lives() takes no shared lock for an owner's: others who ask whether it lives have one",
  async () => {
    await files.makeFolder(".");
    await files.create([{ path: "a", bytes: new Uint8Array(1) }]);
    const holder = await holdLock("--shared", join(root, "a"));
    expect(await files.lives(LOCKING, "a")).toBe(false);
    await holder.end();
  },
);

test.runIf(existsSync("/usr/bin/flock") && existsSync("/dev/shm"))(
  "lives() finds an owner's lock in the kernel's list if there is no program flock",
  async () => {
    // Of other file systems, some give a file another device than the list does.
    const folder = await mkdtemp("/dev/shm/baba-");
    await mkdir(join(folder, "root"));
    await writeFile(join(folder, "root/a"), "");
    const holder = await holdLock("--exclusive", join(folder, "root/a"));
    const output = await program(
      join(folder, "root"),
      `
    process.env.PATH = "/nonexistent";
    console.log(await files.lives(${JSON.stringify(LOCKING)}, "a"));
  `,
    );
    expect(output).toBe("true\n");
    await holder.end();
    await rm(folder, { recursive: true });
  },
);

/** Code after which the kernel's list of locks cannot be read. */
const UNLISTED = `
  import fs from "node:fs";
  const sound = fs.readFileSync;
  fs.readFileSync = (path, ...more) => {
    if (path === "/proc/locks") throw Object.assign(new Error("planted"), { code: "EACCES" });
    return sound(path, ...more);
  };
  ${PUBLISH_FS}
`;

test("lives() is undefined for a kernel's lock that cannot be looked at", async () => {
  const output = await program(
    root,
    `
    await files.makeFolder(".");
    await files.create([{ path: "a", bytes: new Uint8Array(1) }]);
    process.env.PATH = "/nonexistent";
    console.log(await files.lives(${JSON.stringify(LOCKING)}, "a"));
  `,
    UNLISTED,
  );
  expect(output).toBe("undefined\n");
});

test.runIf(existsSync("/usr/bin/flock"))(
  "lives() learns of an owner's lock from the program flock if the kernel's list has none",
  async () => {
    await files.makeFolder(".");
    await files.create([{ path: "a", bytes: new Uint8Array(1) }]);
    const asked = `console.log(await files.lives(${JSON.stringify(LOCKING)}, "a"));`;
    const holder = await holdLock("--exclusive", join(root, "a"));
    expect(await program(root, asked, UNLISTED)).toBe("true\n");
    await holder.end();
    expect(await program(root, asked, UNLISTED)).toBe("false\n");
  },
);

test
  .runIf(process.platform !== "win32")
  .each(["echo 'flock: No locks available' >&2; exit 1", "exit 69", "kill -KILL $$"])(
  "lives() takes a failure of the program flock neither for a lock nor for none: %s",
  async (failure) => {
    const bin = join(root, "..", "bin");
    await mkdir(bin);
    await writeFile(join(bin, "flock"), `#!/bin/sh\n${failure}\n`, {
      mode: 0o755,
    });
    const output = await program(
      root,
      `
    await files.makeFolder(".");
    await files.create([{ path: "a", bytes: new Uint8Array(1) }]);
    process.env.PATH = ${JSON.stringify(`${bin}:${process.env.PATH}`)};
    console.log(await files.lives(${JSON.stringify(LOCKING)}, "a"));
  `,
    );
    expect(output).toBe("undefined\n");
  },
);

test.runIf(existsSync("/proc/locks") && !process.versions.bun)(
  "lives() is undefined for a kernel's lock if Node's permission model lets no program ask for it",
  async () => {
    await files.makeFolder(".");
    await files.create([{ path: "a", bytes: new Uint8Array(1) }]);
    const model = Number.parseInt(process.versions.node, 10) < 22 ? "experimental-permission" : "permission";
    const output = await program(
      root,
      `console.log(await files.lives(${JSON.stringify(LOCKING)}, "a"));`,
      "",
      `exec "$0" --${model} --no-warnings "--allow-fs-read=*" "$1"; `,
    );
    expect(output).toBe("undefined\n");
  },
);
