// Publishes @baba/core and @baba/deno to a stand-in registry, and uses what arrived there as a stranger would: in a
// new project, by the commands of the README. The dry run of `deno publish` is no proof, as it also calls packages
// good whose imports lead nowhere.
import { execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { ROOT } from "../../../scripts/process.mjs";
import { writeResult } from "../../../scripts/results.mjs";
import { startRegistry } from "./registry.mjs";

const TOOLS = join(ROOT, "packages/deno/node_modules/.bin");
const PACKAGES = ["@baba/core", "@baba/deno"];
/** An import or a re-export, at the beginning of a line: those in comments are not meant. */
const IMPORT = /^(?:import|export|\} from)\b[^;]*?\bfrom "([^"]+)"|^import "([^"]+)"/gm;
const OUTSIDE = /^(?:npm|jsr|node):/;

const started = performance.now();
const folder = mkdtempSync(join(tmpdir(), "baba-jsr-"));
const uploads = join(folder, "registry");
mkdirSync(uploads);
const registry = await startRegistry(uploads);
const failures = [];
let passed = 0;
try {
  await check("are uploaded", publish);
  await check("import nothing that is not there", findBrokenImports);
  await check("are what the README's commands for Deno use", followReadme);
} finally {
  await registry.close();
  rmSync(folder, { recursive: true, force: true });
}
const seconds = (performance.now() - started) / 1000;
const counts = { passed, failed: failures.length };
if (process.env.BABA_RESULTS)
  writeResult(process.env.BABA_RESULTS, { suite: "@baba/deno on JSR", ...counts, seconds });
process.exitCode = failures.length === 0 ? 0 : 1;

async function check(what, work) {
  try {
    await work();
    passed += 1;
    console.log(`ok: the packages ${what}`);
  } catch (error) {
    failures.push(what);
    console.log(`FAILED: the packages ${what}: ${error.message}`);
  }
}

async function publish() {
  await deno(["publish", "--token=stand-in", "--no-provenance", "--allow-dirty"], ROOT);
  const names = registry.published().map((name) => name.replace(/@[^@]*$/, ""));
  if (names.join() !== PACKAGES.join()) throw new Error(`the registry has ${names.join() || "none"}`);
}

function findBrokenImports() {
  const modules = readdirSync(uploads, { recursive: true }).filter((path) => path.endsWith(".ts"));
  const imports = modules.flatMap((path) =>
    [...readFileSync(join(uploads, path), "utf8").matchAll(IMPORT)].map((match) => [
      path,
      match[1] ?? match[2],
    ]),
  );
  if (imports.length < modules.length) throw new Error(`only ${imports.length} imports were found at all`);
  const broken = imports.filter(
    ([path, name]) => !OUTSIDE.test(name) && !existsSync(join(uploads, path, "..", name)),
  );
  if (broken.length > 0) throw new Error(broken.map(([path, name]) => `${path}: "${name}"`).join(", "));
}

/** The section's program and its commands, in a folder with nothing else and with nothing downloaded before. */
async function followReadme() {
  const [, section] = /^## Deno\n([\s\S]*?)^## /m.exec(readFileSync(join(ROOT, "README.md"), "utf8")) ?? [];
  const blocks = [...(section ?? "").matchAll(/^```(ts|sh)\n([\s\S]*?)^```/gm)];
  const [program] = blocks.filter(([, language]) => language === "ts");
  const commands = blocks
    .filter(([, language]) => language === "sh")
    .flatMap(([, , lines]) => lines.trim().split("\n"));
  if (program === undefined || commands.length < 2)
    throw new Error("the README's section was not understood");
  const project = join(folder, "project");
  mkdirSync(project);
  writeFileSync(join(project, "heroes.ts"), program[2]);
  for (const command of commands) {
    const [name, ...words] = command.split(" ");
    if (name !== "deno") throw new Error(`"${command}" is no command of Deno`);
    await deno(words, project);
  }
  await deno(["check", "heroes.ts"], project);
  if (!readdirSync(join(project, "data")).includes("1.baba"))
    throw new Error("the program has written no record");
}

/** Runs Deno with the stand-in for JSR. @throws where it fails, with what it said */
function deno(words, directory) {
  const environment = {
    ...process.env,
    PATH: [TOOLS, process.env.PATH].join(delimiter),
    JSR_URL: registry.url,
    // Deno reads the user's settings of npm, and not those of the whole machine.
    NPM_CONFIG_REGISTRY: execFileSync("npm", ["config", "get", "registry", "--workspaces=false"], {
      encoding: "utf8",
    }).trim(),
    // Deno brings its own list of authorities; the machine's may hold one more, which npm trusts too.
    DENO_TLS_CA_STORE: process.env.DENO_TLS_CA_STORE ?? "mozilla,system",
    DENO_DIR: join(folder, "cache"),
    DENO_NO_UPDATE_CHECK: "1",
    NO_COLOR: "1",
  };
  return new Promise((resolve, reject) => {
    const child = spawn("deno", words, {
      cwd: directory,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    child.once("error", reject);
    child.once("close", (status) =>
      status === 0
        ? resolve(output)
        : reject(new Error(`deno ${words.join(" ")} ended with ${status}:\n${output.slice(-2000)}`)),
    );
  });
}
