// A stand-in for JSR, as far as `deno publish` and imports of `jsr:` go: it keeps what is uploaded, and serves
// it. It checks nothing that the real one does; that is what `deno publish --dry-run` is for.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

const API = /^\/api\/scopes\/([\w-]+)\/packages\/([\w-]+)(?:\/versions\/([\w.-]+))?$/;
const META = /^\/@([\w-]+)\/([\w-]+)\/meta\.json$/;
const VERSION_META = /^\/@([\w-]+)\/([\w-]+)\/([\w.-]+)_meta\.json$/;
const FILE = /^\/@([\w-]+)\/([\w-]+)\/([\w.-]+)(\/.+)$/;
const TYPES = { ts: "application/typescript", json: "application/json", md: "text/markdown" };

/**
 * Starts a registry on loopback that keeps packages below a folder.
 *
 * @param {string} folder
 * @returns {Promise<{ url: string, published: () => string[], close: () => Promise<void> }>}
 *   `published` tells the packages with their versions; `url` ends with a slash
 */
export async function startRegistry(folder) {
  const server = createServer((request, response) => {
    answer(folder, request).then(
      ({ status = 200, type = TYPES.json, body }) =>
        response.writeHead(status, { "content-type": type }).end(body),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    published: () =>
      packagesIn(folder).flatMap((name) => versionsOf(folder, name).map((v) => `${name}@${v}`)),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(folder, request) {
  const { pathname } = new URL(request.url, "http://registry");
  const decoded = decodeURIComponent(pathname);
  if (decoded.startsWith("/api/")) return answerPublisher(folder, request, decoded);
  const [, scope, name, version, path] =
    META.exec(decoded) ?? VERSION_META.exec(decoded) ?? FILE.exec(decoded) ?? [];
  const known = scope === undefined ? [] : versionsOf(folder, `@${scope}/${name}`);
  if (known.length === 0 || (version !== undefined && !known.includes(version))) return missing(decoded);
  if (version === undefined) return json({ scope, name, latest: known.at(-1), versions: listed(known) });
  const stored = join(folder, `@${scope}`, name, version);
  if (path === undefined) return json(versionMeta(stored));
  return { type: TYPES[path.split(".").at(-1)], body: readFileSync(join(stored, path)) };
}

/** The registry's programming interface, to the calls that `deno publish` makes. */
async function answerPublisher(folder, request, path) {
  if (path.startsWith("/api/publishing_tasks/") || path.startsWith("/api/publish_status/"))
    return json({ id: path.split("/").at(-1), status: "success", error: null });
  const [, scope, name, version] = API.exec(path) ?? [];
  if (scope === undefined) return missing(path);
  if (version === undefined) return json({ scope, name });
  if (request.method === "POST") await unpack(request, join(folder, `@${scope}`, name, version));
  else if (!versionsOf(folder, `@${scope}/${name}`).includes(version)) return missing(path);
  return json({ id: `${scope}-${name}-${version}`, status: "success", error: null });
}

async function unpack(request, target) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  mkdirSync(target, { recursive: true });
  const { status, stderr } = spawnSync("tar", ["-xzf", "-", "-C", target], { input: Buffer.concat(chunks) });
  if (status !== 0) throw new Error(`What was uploaded cannot be unpacked: ${stderr}`);
}

function versionMeta(stored) {
  const { exports } = JSON.parse(readFileSync(join(stored, "deno.json"), "utf8"));
  const manifest = Object.fromEntries(
    filesIn(stored).map((path) => {
      const bytes = readFileSync(join(stored, path));
      const checksum = `sha256-${createHash("sha256").update(bytes).digest("hex")}`;
      return [`/${path}`, { size: bytes.length, checksum }];
    }),
  );
  return { manifest, exports: typeof exports === "string" ? { ".": exports } : exports };
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true }).filter((path) => statSync(join(folder, path)).isFile());
}

function packagesIn(folder) {
  return readdirSync(folder).flatMap((scope) =>
    readdirSync(join(folder, scope)).map((name) => `${scope}/${name}`),
  );
}

function versionsOf(folder, name) {
  try {
    return readdirSync(join(folder, name)).sort();
  } catch {
    return [];
  }
}

function listed(versions) {
  return Object.fromEntries(versions.map((version) => [version, {}]));
}

function json(value) {
  return { body: JSON.stringify(value) };
}

function missing(path) {
  return { status: 404, body: JSON.stringify({ code: "notFound", message: path }) };
}
