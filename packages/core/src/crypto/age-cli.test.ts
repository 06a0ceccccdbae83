import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateX25519Identity } from "age-encryption";
import { afterAll, expect, test } from "vitest";
import { type FileLock, lockKeyring, recipientsOf, unlockKeyring } from "./key-file.ts";
import { Keyring } from "./keyring.ts";

import { nobleCrypto } from "./noble.ts";

/*
 * The age command asks for passphrases on a terminal, which Python's pty module simulates. Machines without
 * both still run the fixed files of vectors/age in key-file.test.ts.
 */
const PATIENCE = 60_000;
const folder = mkdtempSync(join(tmpdir(), "baba-age-"));
const TERMINAL = `
import os, pty, sys
answer, arguments = sys.argv[1], sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(arguments[0], arguments)
seen = b""
answered = 0
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    if not data:
        break
    seen += data
    if seen.count(b"assphrase") > answered and seen.rstrip().endswith(b":"):
        os.write(terminal, answer.encode() + b"\\n")
        answered += 1
        seen = b"assphrase" * answered
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
`;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("lockKeyring() writes age's armor: its first line and its last, and lines of 64 characters between them", async () => {
  const keyring = Keyring.create(nobleCrypto, { recipients: [], converting: false, now: 0 });
  const file = await lockKeyring(nobleCrypto, keyring, { kind: "passphrase", passphrase: "x" }, 1);
  const [first, ...lines] = new TextDecoder().decode(file).trimEnd().split("\n");
  expect([first, lines.pop()]).toEqual([
    "-----BEGIN AGE ENCRYPTED FILE-----",
    "-----END AGE ENCRYPTED FILE-----",
  ]);
  expect(lines.pop()).toMatch(/^[A-Za-z0-9+/]{1,64}={0,2}$/);
  for (const line of lines) expect(line).toMatch(/^[A-Za-z0-9+/]{64}$/);
});

if (!runs("age", "--version")) console.log("age-cli.test.ts: no age here, its command line is left out.");

if (runs("age", "--version")) {
  test("lockKeyring() locks for an identity what the age command line opens, and unlockKeyring() the reverse", async () => {
    const identity = await generateX25519Identity();
    const recipients = await recipientsOf([identity]);
    const keyring = Keyring.create(nobleCrypto, { recipients, converting: false, now: 0 });
    const lock: FileLock = {
      kind: "identity",
      identities: [identity],
      recipients: undefined,
      fingerprint: undefined,
    };
    writeFileSync(at("id.txt"), identity);
    writeFileSync(at("ours.age"), await lockKeyring(nobleCrypto, keyring, lock));
    const payload = execFileSync("age", ["-d", "-i", at("id.txt"), at("ours.age")]);
    expect(Buffer.compare(payload, keyring.serialize())).toBe(0);
    const theirs = execFileSync("age", ["-a", ...recipients.flatMap((recipient) => ["-r", recipient])], {
      input: payload,
    });
    expect((await unlockKeyring(nobleCrypto, theirs, lock)).serialize()).toEqual(keyring.serialize());
  });
}

if (runs("age", "--version") && runs("python3", "--version")) {
  test("lockKeyring() locks by a passphrase what the age command line opens, and unlockKeyring() the reverse", {
    timeout: PATIENCE,
  }, async () => {
    const keyring = Keyring.create(nobleCrypto, { recipients: [], converting: false, now: 0 });
    const lock: FileLock = { kind: "passphrase", passphrase: "grüße aus Köln" };
    writeFileSync(at("ours.age"), await lockKeyring(nobleCrypto, keyring, lock, 10));
    atTerminal(lock.passphrase, ["age", "-d", "-o", at("payload"), at("ours.age")]);
    expect(Buffer.compare(readFileSync(at("payload")), keyring.serialize())).toBe(0);
    atTerminal(lock.passphrase, ["age", "-p", "-a", "-o", at("theirs.age"), at("payload")]);
    expect((await unlockKeyring(nobleCrypto, readFileSync(at("theirs.age")), lock)).serialize()).toEqual(
      keyring.serialize(),
    );
  });
}

function at(name: string): string {
  return join(folder, name);
}

function runs(program: string, argument: string): boolean {
  return spawnSync(program, [argument]).status === 0;
}

function atTerminal(passphrase: string, command: readonly string[]): void {
  execFileSync("python3", ["-c", TERMINAL, passphrase, ...command], { timeout: PATIENCE });
}
