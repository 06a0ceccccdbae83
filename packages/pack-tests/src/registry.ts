import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import { readTarball } from "./tarball.ts";

/** A tarball that a registry offers. */
type Offer = { readonly name: string; readonly manifest: Manifest; readonly bytes: Buffer };
type Manifest = { readonly name: string; readonly version: string };

/** A running registry; `url` has no trailing slash. */
export type Registry = { readonly url: string; readonly close: () => Promise<void> };

/** Old enough for any minimum release age of a package manager. */
const PUBLISHED = "2020-01-01T00:00:00.000Z";

/** Serves tarballs on loopback as an npm registry of packages with one version each. */
export async function startRegistry(tarballs: readonly string[]): Promise<Registry> {
  const offers = await Promise.all(tarballs.map(offerOf));
  const server = createServer(({ url }, response) => answer(offers, server, url ?? "", response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: urlOf(server),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function offerOf(tarball: string): Promise<Offer> {
  const manifest: Manifest = JSON.parse(String((await readTarball(tarball)).get("package.json")));
  return { name: manifest.name, manifest, bytes: await readFile(tarball) };
}

function answer(offers: readonly Offer[], server: Server, path: string, response: ServerResponse): void {
  const wanted = decodeURIComponent(path.slice(1));
  const offer = offers.find(({ name }) => wanted === name || wanted === `${name}.tgz`);
  if (offer === undefined) response.writeHead(404).end("{}");
  else if (wanted.endsWith(".tgz")) response.end(offer.bytes);
  else
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify(documentOf(offer, urlOf(server))));
}

/** A registry's document about a package with one version. */
function documentOf({ name, manifest, bytes }: Offer, registry: string): object {
  const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
  const shasum = createHash("sha1").update(bytes).digest("hex");
  const { version } = manifest;
  return {
    name,
    "dist-tags": { latest: version },
    time: { created: PUBLISHED, modified: PUBLISHED, [version]: PUBLISHED },
    versions: { [version]: { ...manifest, dist: { tarball: `${registry}/${name}.tgz`, integrity, shasum } } },
  };
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return `http://127.0.0.1:${address.port}`;
}
