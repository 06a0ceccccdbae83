import assert from "node:assert/strict";
import { fileSystemSuite } from "@baba/core/testing";
import { inFolder, type Program, startDeno, startNode } from "../testing/programs.ts";
import { denoFileSystem } from "./index.ts";

const ENDED = "lives() is false for a process that has ended";
const RESTING = "await new Promise((resolve) => setTimeout(resolve, 600_000));";
const ANNOUNCE = `
const files = runtime.fileSystem(root);
const identity = await files.processIdentity();
await files.makeFolder(".");
await files.announce({ path: "announced", bytes: new TextEncoder().encode(identity) });
say(identity);
${RESTING}`;
const judge = (identity: string): string => `
const files = runtime.fileSystem(root);
say(await files.lives(${JSON.stringify(identity)}, "announced"));
await files.close();`;

fileSystemSuite((name, work) => name.endsWith(ENDED) && Deno.test(name, work), async () => {
  const holder = await Deno.makeTempDir({ prefix: "baba-" });
  const root = `${holder}/root`;
  const again = () => denoFileSystem(root);
  const deadIdentity = async () => {
    await using announcer = startDeno(root, ANNOUNCE);
    return { identity: await announcer.line(), announced: "announced" };
  };
  return {
    fileSystem: again(),
    again,
    outside: { deadIdentity },
    dispose: () => Deno.remove(holder, { recursive: true }),
  };
}, ["deadIdentity"]);

inFolder(
  "lives() of Deno and of Node.js go by the lock of a process of Deno that has no permission but for its folder",
  async (root) => {
    await using announcer = startDeno(root, ANNOUNCE);
    const identity = await announcer.line();
    const verdicts = () =>
      Promise.all([heard(startDeno(root, judge(identity))), heard(startNode(root, judge(identity)))]);
    assert.deepEqual(await verdicts(), ["true", "true"]);
    await announcer.kill();
    assert.deepEqual(await verdicts(), ["false", "false"]);
  },
);

inFolder(
  "lives() of Deno goes by /proc for a process of Node.js, if it has a permission to look there",
  async (root) => {
    await using announcer = startNode(root, ANNOUNCE);
    const identity = await announcer.line();
    const verdicts = (text: string) =>
      Promise.all(
        [[], ["--allow-run=cat,readlink"], ["--allow-run"], ["--allow-all"]].map((flags) =>
          heard(startDeno(root, judge(text), flags)),
        ),
      );
    const changed = (part: object) => JSON.stringify({ ...JSON.parse(identity), ...part });
    assert.deepEqual(await verdicts(identity), ["undefined", "true", "true", "true"]);
    const ended = ["undefined", "false", "false", "false"];
    assert.deepEqual(await verdicts(changed({ boot: "another" })), ended);
    assert.deepEqual(await verdicts(changed({ started: "1" })), ended);
    const unknown = ["undefined", "undefined", "undefined", "undefined"];
    assert.deepEqual(await verdicts(changed({ boot: undefined })), unknown);
    assert.deepEqual(await verdicts(changed({ boot: "another", host: "another" })), unknown);
    assert.deepEqual(await verdicts(changed({ started: "1", namespaces: "others" })), unknown);
    assert.deepEqual(await verdicts(changed({ started: undefined })), unknown);
    await announcer.kill();
    assert.deepEqual(await verdicts(identity), ended);
  },
);

inFolder("lives() of Deno has programs look into /proc if it lacks any right at all", async (root) => {
  await using announcer = startNode(root, ANNOUNCE);
  const identity = await announcer.line();
  const rights = ["read", "write", "net", "env", "sys", "run", "ffi"];
  for (const missing of rights.filter((right) => right !== "run")) {
    const flags = rights.filter((right) => right !== missing).map((right) => `--allow-${right}`);
    // The folder's own rights would be a second flag of the same name.
    const folder = missing === "read" || missing === "write" ? [`--allow-${missing}=${root}`] : [];
    const program = startDeno(root, judge(identity), [...flags, ...folder], "no rights");
    assert.equal(await heard(program), "true", `without ${missing}`);
  }
});

inFolder("lives() of Deno takes no failure to look into /proc for an end", async (root) => {
  await using announcer = startNode(root, ANNOUNCE);
  const identity = await announcer.line();
  const path = `/proc/${JSON.parse(identity).pid}/stat`;
  const failing = (error: string) => `
const sound = Deno.readTextFile;
Deno.readTextFile = (file) => (file === "${path}" ? Promise.reject(${error}) : sound(file));
${judge(identity)}`;
  const verdict = (error: string) => heard(startDeno(root, failing(error), ["--allow-all"]));
  assert.equal(await verdict('Object.assign(new Error(), { code: "EMFILE" })'), "undefined");
  assert.equal(await verdict("new Deno.errors.PermissionDenied()"), "undefined");
  assert.equal(await verdict('Object.assign(new Error(), { code: "ESRCH" })'), "false");
});

inFolder("lives() of Deno looks into /proc again if that failed the first time", async (root) => {
  await using announcer = startNode(root, ANNOUNCE);
  const identity = await announcer.line();
  const failingOnce = `
const sound = Deno.readTextFile;
Deno.readTextFile = () => {
  Deno.readTextFile = sound;
  return Promise.reject(Object.assign(new Error(), { code: "EMFILE" }));
};
say(await runtime.fileSystem(root).lives(${JSON.stringify(identity)}, "announced"));
${judge(identity)}`;
  await using judging = startDeno(root, failingOnce, ["--allow-all"]);
  assert.deepEqual([await judging.line(), await judging.line()], ["undefined", "true"]);
});

for (const [what, link] of [
  ["its process namespace", '"/proc/self/ns/pid"'],
  ["its process namespace by its number", '"/proc/" + Deno.pid + "/ns/pid"'],
  ["its time namespace", '"/proc/self/ns/time"'],
]) {
  inFolder(`lives() of Deno looks again for ${what} if that failed the first time`, async (root) => {
    await using announcer = startNode(root, ANNOUNCE);
    const identity = await announcer.line();
    const failingOnce = `
const sound = Deno.readLink;
Deno.readLink = (path) => {
  if (path !== ${link}) return sound(path);
  Deno.readLink = sound;
  return Promise.reject(Object.assign(new Error(), { code: "EMFILE" }));
};
say(await runtime.fileSystem(root).lives(${JSON.stringify(identity)}, "announced"));
${judge(identity)}`;
    await using judging = startDeno(root, failingOnce, ["--allow-all"]);
    assert.deepEqual([await judging.line(), await judging.line()], ["undefined", "true"]);
  });
}

inFolder("lives() of Deno takes no failure of the program cat for an end", async (root) => {
  await using announcer = startNode(root, ANNOUNCE);
  const identity = await announcer.line();
  const path = `/proc/${JSON.parse(identity).pid}/stat`;
  const verdict = async (failure: string): Promise<string> => {
    const script = `#!/bin/sh\ntest "$1" = ${path} || exec /bin/cat "$1"\n${failure}\n`;
    await Deno.writeTextFile(`${root}/cat`, script, { mode: 0o755 });
    return heard(startDeno(root, judge(identity), ["--allow-run=cat,readlink"]));
  };
  const programs = Deno.env.get("PATH") ?? "";
  Deno.env.set("PATH", `${root}:${programs}`);
  try {
    assert.equal(await verdict('exec /bin/cat "$1"'), "true");
    // In another language the answer would not be understood.
    const none = 'test "$LC_ALL" = C && echo "cat: $1: No such file or directory" >&2';
    for (const failure of [
      'echo "cat: $1: Too many open files" >&2; exit 1',
      "kill -9 $$",
      `${none}; exit 127`,
      'echo "cat: libc.so.6: No such file or directory" >&2; exit 1',
      'echo "cat: locale: No such file or directory" >&2; echo "cat: $1: Too many open files" >&2; exit 1',
    ])
      assert.equal(await verdict(failure), "undefined", failure);
    assert.equal(await verdict(`${none}; exit 1`), "false");
    assert.equal(await verdict('echo "cat: $1: No such process" >&2; exit 1'), "false");
  } finally {
    Deno.env.set("PATH", programs);
  }
});

inFolder("lives() of Deno takes no program that cannot be started for an end", async (root) => {
  await using announcer = startNode(root, ANNOUNCE);
  const identity = await announcer.line();
  const failing = `
const Sound = Deno.Command;
Deno.Command = class extends Sound {
  constructor(program, options) {
    if (options.args[0].endsWith("/stat")) throw Object.assign(new Error(), { code: "EAGAIN" });
    super(program, options);
  }
};
${judge(identity)}`;
  assert.equal(await heard(startDeno(root, failing, ["--allow-run=cat,readlink"])), "undefined");
});

inFolder("lives() of Deno believes in no end if /proc may hide processes", async (root) => {
  await using announcer = startNode(root, ANNOUNCE);
  const identity = await announcer.line();
  await announcer.kill();
  const verdict = (mounts: string) =>
    heard(
      startDeno(
        root,
        `
const sound = Deno.readTextFile;
Deno.readTextFile = async (file) => { if (file !== "/proc/self/mounts") return sound(file); ${mounts} };
${judge(identity)}`,
        ["--allow-all"],
      ),
    );
  const mounted = (options: string) =>
    verdict(`return "tmpfs / tmpfs rw 0 0\\nnone /proc proc rw,${options} 0 0\\n";`);
  for (const options of ["hidepid=2", "relatime,hidepid=invisible"])
    assert.equal(await mounted(options), "undefined", options);
  for (const options of ["hidepid=0", "hidepid=off", "relatime"])
    assert.equal(await mounted(options), "false", options);
  assert.equal(await mounted("relatime 0 0\\nproc /elsewhere/proc proc rw,hidepid=2"), "false");
  assert.equal(await verdict("throw new Error();"), "undefined");
});

inFolder(
  "lives() of Deno believes no /proc of another namespace, in which numbers are others'",
  async (root) => {
    await using announcer = startNode(root, ANNOUNCE);
    const another = JSON.stringify({ ...JSON.parse(await announcer.line()), started: "1" });
    const elsewhere = `
const sound = Deno.readLink;
Deno.readLink = async (path) => (path === \`/proc/\${Deno.pid}/ns/pid\` ? "pid:[1]" : sound(path));
${judge(another)}`;
    assert.equal(await heard(startDeno(root, judge(another), ["--allow-all"])), "false");
    assert.equal(await heard(startDeno(root, elsewhere, ["--allow-all"])), "undefined");
  },
);

inFolder("FileStorage.read() believes no mark of Node.js if its writer cannot be judged", async (root) => {
  const open =
    "const storage = new FileStorage(runtime.fileSystem(root), runtime, { report: console.error });\nawait storage.open();";
  const changes = `new Map([["a.baba", new TextEncoder().encode("1")]])`;
  await using writer = startNode(
    root,
    `${open}
await storage.commit({ changes: ${changes}, basis: undefined, durability: "full", settle: "commit" });
await (await storage.hold()).release();
say("marked");
${RESTING}`,
  );
  assert.equal(await writer.line(), "marked");
  await writer.kill();
  // As a power cut may do.
  Deno.removeSync(`${root}/a.baba`);
  const read = `${open}\nconst [found] = await storage.read(["a.baba"]);\nsay(found && new TextDecoder().decode(found));`;
  assert.equal(await heard(startDeno(root, read)), "1");
});

inFolder("announce() lets go of its lock if its file is removed, and with close()", async (root) => {
  const [one, other] = [denoFileSystem(root), denoFileSystem(root)];
  const identity = await one.processIdentity();
  await one.makeFolder(".");
  for (const path of ["a", "b"]) await one.announce({ path, bytes: new TextEncoder().encode(identity) });
  await one.link("a", "linked");
  assert.deepEqual([await other.lives(identity, "a"), await other.lives(identity, "linked")], [true, true]);
  await one.remove(["a"]);
  assert.deepEqual([await other.lives(identity, "a"), await other.lives(identity, "linked")], [false, false]);
  assert.equal(await other.lives(identity, "b"), true);
  await one.close();
  assert.equal(await other.lives(identity, "b"), false);
});

inFolder("announce() has its lock before anything can be read of its file", async (root) => {
  const [one, other] = [denoFileSystem(root), denoFileSystem(root)];
  const { writeSync } = Deno.FsFile.prototype;
  const verdicts: (boolean | null)[] = [];
  await one.makeFolder(".");
  Deno.FsFile.prototype.writeSync = function (bytes) {
    using seen = Deno.openSync(`${root}/a`);
    verdicts.push(seen.tryLockSync(false));
    return writeSync.call(this, bytes);
  };
  try {
    await one.announce({ path: "a", bytes: new Uint8Array([1]) });
  } finally {
    Deno.FsFile.prototype.writeSync = writeSync;
    await one.close();
    await other.close();
  }
  assert.deepEqual(verdicts, [false]);
});

inFolder("announce() leaves nothing, and nothing open, if it gets no lock", async (root) => {
  const files = denoFileSystem(root);
  const { tryLockSync } = Deno.FsFile.prototype;
  const opened: Deno.FsFile[] = [];
  await files.makeFolder(".");
  const refusals = [
    () => false,
    () => {
      throw Object.assign(new Error("no locks"), { code: "ENOTSUP" });
    },
  ];
  try {
    for (const refuse of refusals) {
      Deno.FsFile.prototype.tryLockSync = function () {
        opened.push(this);
        return refuse();
      };
      await assert.rejects(files.announce({ path: "a", bytes: new Uint8Array([1]) }), /locked|no locks/);
      assert.deepEqual(await files.list("."), []);
    }
  } finally {
    Deno.FsFile.prototype.tryLockSync = tryLockSync;
  }
  assert.equal(opened.length, 2);
  for (const file of opened) assert.throws(() => file.statSync(), Deno.errors.BadResource);
});

inFolder("lives() is not misled by another that asks at the same time", async (root) => {
  const files = denoFileSystem(root);
  const identity = await files.processIdentity();
  await files.makeFolder(".");
  await files.create([{ path: "a", bytes: new TextEncoder().encode(identity) }]);
  using asking = Deno.openSync(`${root}/a`);
  asking.lockSync(false);
  assert.equal(await files.lives(identity, "a"), false);
});

inFolder("lives() keeps no lock of its own", async (root) => {
  const files = denoFileSystem(root);
  const identity = await files.processIdentity();
  await files.makeFolder(".");
  await files.create([{ path: "a", bytes: new TextEncoder().encode(identity) }]);
  assert.equal(await files.lives(identity, "a"), false);
  using announced = Deno.openSync(`${root}/a`, { read: true, write: true });
  assert.equal(announced.tryLockSync(true), true);
});

inFolder(
  "lives() is undefined, and waits for nothing, if another thing has the file's name",
  async (root) => {
    const files = denoFileSystem(root);
    const identity = await files.processIdentity();
    await files.makeFolder("folder");
    await files.create([{ path: "a", bytes: new TextEncoder().encode(identity) }]);
    await Deno.symlink("a", `${root}/link`);
    await new Deno.Command("mkfifo", { args: [`${root}/pipe`] }).output();
    for (const path of ["folder", "link", "pipe"])
      assert.equal(await files.lives(identity, path), undefined, path);
    assert.equal(await files.lives(identity, "absent"), false);
  },
);

Deno.test("processIdentity() has the process's number, the host's name and that there is a lock", async () => {
  const identity = await denoFileSystem(".").processIdentity();
  assert.deepEqual(JSON.parse(identity), { pid: Deno.pid, host: Deno.hostname(), lock: true });
});

async function heard(program: Program): Promise<string> {
  await using speaker = program;
  return await speaker.line();
}
