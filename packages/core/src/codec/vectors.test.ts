import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test, vi } from "vitest";
import { BabaError } from "../errors.ts";
import { decode, encode } from "./codec.ts";
import { referenceDecode } from "./reference.ts";

vi.setConfig({ testTimeout: 60_000 });

type Vector = {
  readonly file: string;
  readonly valid: boolean;
  readonly json?: string;
  readonly note?: string;
};

const folder = new URL("../../../../vectors/python-babadb/", import.meta.url);
const vectors: readonly Vector[] = JSON.parse(readFileSync(new URL("manifest.json", folder), "utf8"));

/** The JSON text in a plain file; undefined if its bytes are not base-3 text, UTF-8 and JSON. */
function read(text: Uint8Array, decoder: (text: Uint8Array) => Uint8Array): string | undefined {
  try {
    const json = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(decoder(text));
    JSON.parse(json);
    return json;
  } catch (error) {
    if (error instanceof BabaError || error instanceof SyntaxError || error instanceof TypeError)
      return undefined;
    throw error;
  }
}

describe("decode() of files of the Python package", () => {
  test.each(vectors)("reads $file as the manifest says", ({ file, valid, json }) => {
    const text = readFileSync(new URL(file, folder));
    expect(read(text, decode)).toBe(valid ? json : undefined);
    expect(read(text, referenceDecode)).toBe(valid ? json : undefined);
  });

  test.each(vectors.filter(({ valid }) => valid))(
    "reads or refuses $file, changed anywhere, as the reference does",
    ({ file }) => {
      const text = readFileSync(new URL(file, folder)).subarray(0, 600);
      const result = (decoder: (text: Uint8Array) => Uint8Array, changed: Uint8Array): string => {
        try {
          return Buffer.from(decoder(changed)).toString("hex");
        } catch (error) {
          return error instanceof BabaError ? error.message : `untyped ${error}`;
        }
      };
      for (let at = 0; at < text.length; at++) {
        for (const byte of [0x20, 0x30, 0x33, 0x61, 0x7b, 0x0b, 0xff]) {
          const changed = Uint8Array.from(text);
          changed[at] = byte;
          if (result(decode, changed) !== result(referenceDecode, changed))
            throw new Error(`byte ${at} as ${byte}`);
        }
        const cut = text.subarray(0, at);
        if (result(decode, cut) !== result(referenceDecode, cut)) throw new Error(`cut at ${at}`);
      }
    },
  );
});

const hasPython = spawnSync("python3", ["--version"]).status === 0;
if (!hasPython) console.log("vectors.test.ts: no python3 here, the foreign reader is left out.");

describe.runIf(hasPython)("a foreign reader in Python, written from the format's description", () => {
  const script = fileURLToPath(new URL("python-reader.py", import.meta.url));
  const readByPython = (text: Uint8Array): ReturnType<typeof spawnSync> =>
    spawnSync("python3", [script], { input: text, maxBuffer: 2 ** 26 });

  test("reads what encode() writes", () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 31 + (i >> 8)) & 255);
    const { status, stdout } = readByPython(encode(bytes));
    expect(status).toBe(0);
    expect(Buffer.compare(Buffer.from(stdout ?? ""), bytes)).toBe(0);
  });

  test("refuses a text of encode() with a planted fault", () => {
    const text = encode(new Uint8Array(10));
    text[3] = 0x39;
    expect(readByPython(text).status).toBe(1);
  });
});
