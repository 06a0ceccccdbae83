// A store for a team: each has an identity of their own, and the key file is locked for all of them.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BabaDB, BabaError, generateIdentity, recipientOf } from "@baba/node";
import * as v from "valibot";

const Secret = v.object({ id: v.string(), value: v.string() });
const directory = await mkdtemp(join(tmpdir(), "baba-team-"));

// Each makes an identity, keeps it, and gives away its recipient. `age-keygen` makes the same.
const [alice, bob] = await Promise.all([generateIdentity(), generateIdentity()]);
const forBob = await recipientOf(bob);

const open = (identity: string, fingerprint?: string) =>
  new BabaDB(Secret, {
    directory,
    identity,
    logging: false,
    ...(fingerprint !== undefined && { fingerprint }),
  });

// Alice makes the store and lets Bob in. Both note the fingerprint: no other key file is accepted then.
const first = open(alice);
await first.asyncSession((session) => session.add({ id: "api-token", value: "s3cr3t" }));
await first.addRecipient(forBob);
const { fingerprint } = first;
await first.close();

const his = open(bob, fingerprint);
console.log("Bob reads:", await his.asyncSession((session) => session.get("api-token.baba")));
await his.close();

// Bob leaves. New records are closed to him at once; `rewrap` does the same for the old ones.
const hers = open(alice, fingerprint);
await hers.removeRecipient(forBob);
const { sealed, retiredKeys } = await hers.rewrap({ dropRetired: true });
console.log(
  `sealed anew: ${sealed}, old keys left: ${retiredKeys}, a new fingerprint: ${hers.fingerprint !== fingerprint}`,
);
console.log("recipients:", (await hers.recipients()).length);
await hers.close();

try {
  await open(bob).open();
} catch (error) {
  if (!(error instanceof BabaError)) throw error;
  console.log("Bob:", error.code);
}
await rm(directory, { recursive: true });
