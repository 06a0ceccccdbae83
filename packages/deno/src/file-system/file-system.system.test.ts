import { join } from "node:path";
import process from "node:process";
import { fileSystemSuite, type Outside } from "@baba/core/testing";
import { denoFileSystem } from "./index.ts";

const NOBODY = 65534;
/** Tests that need more than the port run here, the others with only an application's permissions. */
const EVERYWHERE = new Set<string>();
fileSystemSuite((name) => EVERYWHERE.add(name), create);

fileSystemSuite((name, work) => EVERYWHERE.has(name) || Deno.test(name, work), create, [
  "symbolicLink",
  "pipe",
  "mode",
  "withoutRights",
]);

async function create() {
  const holder = await Deno.makeTempDir({ prefix: "baba-" });
  const root = `${holder}/root`;
  const again = () => denoFileSystem(root);
  return {
    fileSystem: again(),
    again,
    outside: outsideOf(holder, root),
    dispose: () => Deno.remove(holder, { recursive: true }),
  };
}

function outsideOf(holder: string, root: string): Partial<Outside> {
  return {
    symbolicLink: (target, path) => Deno.symlink(target, join(root, path)),
    pipe: async (path) => void (await new Deno.Command("mkfifo", { args: [`${root}/${path}`] }).output()),
    mode: async (path) => ((await Deno.stat(`${root}/${path}`)).mode ?? 0) & 0o777,
    withoutRights: async (path, work) => {
      await Deno.chmod(`${root}/${path}`, 0);
      await (Deno.uid() === 0 ? asNobody(holder, root, path, work) : work());
    },
  };
}

/**
 * The superuser may read everything, and so becomes nobody for the time being, who owns all but the one file.
 */
async function asNobody(
  holder: string,
  root: string,
  secret: string,
  work: () => Promise<void>,
): Promise<void> {
  const names = [...Deno.readDirSync(root)].map(({ name }) => name).filter((name) => name !== secret);
  for (const path of [holder, root, ...names.map((name) => `${root}/${name}`)])
    Deno.chownSync(path, NOBODY, NOBODY);
  process.seteuid?.(NOBODY);
  try {
    await work();
  } finally {
    process.seteuid?.(0);
  }
}
