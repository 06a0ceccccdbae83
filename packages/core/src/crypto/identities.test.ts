import { inspect } from "node:util";
import { expect, test } from "vitest";
import { generateIdentity, recipientOf } from "./identities.ts";
import { checkUnlock } from "./lock.ts";

test("generateIdentity() makes an identity, and recipientOf() a recipient, that a database accepts", async () => {
  const identity = await generateIdentity();
  const recipients = [await recipientOf(identity)];
  expect(checkUnlock({ identity, recipients })).toMatchObject({ identities: [identity], recipients });
});

test("recipientOf() says BABA_OPTION for an identity with a slip, and does not quote it", async () => {
  const slipped = (await generateIdentity()).replace(/.$/, "O");
  const error: unknown = await recipientOf(slipped).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "BABA_OPTION" });
  expect(inspect(error, { depth: 9 })).not.toContain(slipped.slice(20, 40));
});
