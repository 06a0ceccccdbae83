import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type Finished, HERE, mustRun, run } from "./command.ts";
import { readTarball } from "./tarball.ts";

const ROOT = join(HERE, "..", "..");
const RELEASED = ["core", "deno", "node"];

describe("npm run version", () => {
  let copy: string;
  let asked: Finished;
  let mistyped: Finished;
  /** The changesets after these two. */
  let before: string[];

  beforeAll(async () => {
    copy = await realpath(await mkdtemp(join(tmpdir(), "baba-release-")));
    await copyManifests(copy);
    // Pending changesets may ask for more than the trial does.
    for (const name of await changesetsIn(copy)) await rm(join(copy, ".changeset", name));
    // Changelogs name each changeset's commit.
    await mustRun("git", ["init", "--quiet"], copy);
    await mustRun("git", ["add", "--all"], copy);
    const author = ["-c", "user.name=nobody", "-c", "user.email=nobody@localhost"];
    await mustRun("git", [...author, "commit", "--quiet", "--message=before"], copy);
    await writeFile(
      join(copy, ".changeset", "trial.md"),
      `---\n${RELEASED.map((name) => `"@baba/${name}": minor\n`).join("")}---\n\nA trial.\n`,
    );
    asked = await run(process.execPath, ["scripts/version.mjs", "--help"], copy);
    mistyped = await run(process.execPath, ["scripts/version.mjs", "--dry-run"], copy);
    before = await changesetsIn(copy);
    await mustRun(process.execPath, ["scripts/version.mjs"], copy);
  });

  afterAll(() => rm(copy, { recursive: true }));

  test("with --help or an option that it does not have changes nothing, and says so", () => {
    expect(asked).toEqual({ status: 0, output: expect.stringContaining("Usage: npm run version") });
    expect(mistyped).toEqual({
      status: 2,
      output: expect.stringContaining("See npm run version -- --help."),
    });
    expect(before).toEqual(["trial.md"]);
  });

  test.each(RELEASED)("raises the version of @baba/%s, in its deno.json too, and tells why", async (name) => {
    const [before, after] = [await versionIn(ROOT, name), await versionIn(copy, name)];
    const [major, minor] = before.split(".").map(Number);
    expect(after).toBe(`${major}.${(minor ?? 0) + 1}.0`);
    expect(await readFile(join(copy, "packages", name, "CHANGELOG.md"), "utf8")).toContain("A trial.");
    const deno = join(copy, "packages", name, "deno.json");
    if (name !== "node") expect(JSON.parse(await readFile(deno, "utf8")).version).toBe(after);
  });

  test("uses the changesets up", async () => {
    expect(await changesetsIn(copy)).toEqual([]);
  });

  test("leaves everything alone that is not released", async () => {
    const others = (await readdir(join(copy, "packages"))).filter((name) => !RELEASED.includes(name));
    for (const name of others) expect(await versionIn(copy, name), name).toBe(await versionIn(ROOT, name));
  });
});

test("a tarball that a workflow packs says which repository it is from, and its manifest is as before", async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "baba-provenance-")));
  const before = '{ "name": "packed", "version": "1.0.0" }\n';
  await mkdir(join(folder, "packages", "packed"), { recursive: true });
  const path = join(folder, "packages", "packed", "package.json");
  await writeFile(path, before);
  const scripts = new URL("../../../scripts/", import.meta.url).href;
  await writeFile(
    join(folder, "pack.mjs"),
    `import { run } from "${scripts}process.mjs";
    import { withRepository } from "${scripts}provenance.mjs";
    const folder = ${JSON.stringify(folder)};
    const pack = async () => void await run("pnpm", ["--dir", folder + "/packages/packed", "pack"]);
    await withRepository("packages/packed", folder, pack, { GITHUB_SERVER_URL: "https://example.org", GITHUB_REPOSITORY: "a/b" });`,
  );
  await mustRun(process.execPath, ["pack.mjs"], folder);
  const files = await readTarball(join(folder, "packages", "packed", "packed-1.0.0.tgz"));
  const { repository } = JSON.parse(String(files.get("package.json")));
  expect(repository).toEqual({
    type: "git",
    url: "git+https://example.org/a/b.git",
    directory: "packages/packed",
  });
  expect(await readFile(path, "utf8")).toBe(before);
  await rm(folder, { recursive: true });
});

test.each([
  ["-- --help", 0, "Usage: npm run release"],
  ["-- --dryrun", 2, "See npm run release -- --help."],
  ["-- --dry-run=no", 2, "See npm run release -- --help."],
  ["-- core", 2, "See npm run release -- --help."],
  ["--dry-run", 2, '--dry-run belongs after a "--".'],
])("npm run release %s publishes nothing, and says so", async (words, status, said) => {
  // A copy in which nothing can be built, so that nothing could be published either.
  const copy = await realpath(await mkdtemp(join(tmpdir(), "baba-release-")));
  await cp(join(ROOT, "scripts"), join(copy, "scripts"), { recursive: true });
  const scripts = { release: "node scripts/publish.mjs" };
  await writeFile(join(copy, "package.json"), JSON.stringify({ scripts }));
  const done = await run("npm", ["run", "--silent", "release", ...words.split(" ")], copy);
  await rm(copy, { recursive: true });
  expect(done).toEqual({ status, output: expect.stringContaining(said) });
});

test("the versions for npm and for JSR are the same now", async () => {
  for (const name of ["core", "deno"]) {
    const { version } = JSON.parse(await readFile(join(ROOT, "packages", name, "deno.json"), "utf8"));
    expect(version, name).toBe(await versionIn(ROOT, name));
  }
});

test("the release workflow has an identity to publish with, no token of a registry, and tests before", async () => {
  const text = await readFile(join(ROOT, ".github/workflows/release.yml"), "utf8");
  const { jobs } = parse(text);
  expect(jobs.release.permissions["id-token"]).toBe("write");
  expect(jobs.release.needs).toBe("test");
  expect(JSON.stringify(jobs.test.steps)).toContain("bash .ci/run");
  expect(text.match(/secrets\.\w+/g)).toEqual(["secrets.GITHUB_TOKEN"]);
  expect(parse(await readFile(join(ROOT, ".github/workflows/test.yml"), "utf8")).jobs).toHaveProperty("full");
});

/** Copies what determines versions, and the tools, but not the code. */
async function copyManifests(copy: string): Promise<void> {
  const names = ["package.json", "pnpm-workspace.yaml", "pnpm-lock.yaml", ".changeset", "scripts"];
  for (const folder of ["assembly", "examples", ...(await readdir(join(ROOT, "packages"))).map(inPackages)])
    names.push(`${folder}/package.json`, `${folder}/deno.json`);
  for (const name of names) {
    await cp(join(ROOT, name), join(copy, name), { recursive: true }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOENT") throw error;
      },
    );
  }
  await writeFile(join(copy, ".gitignore"), "node_modules\n");
  await symlink(join(ROOT, "node_modules"), join(copy, "node_modules"), "junction");
}

async function changesetsIn(root: string): Promise<string[]> {
  return (await readdir(join(root, ".changeset"))).filter((name) => name.endsWith(".md"));
}

function inPackages(name: string): string {
  return `packages/${name}`;
}

async function versionIn(root: string, name: string): Promise<string> {
  return JSON.parse(await readFile(join(root, "packages", name, "package.json"), "utf8")).version;
}
