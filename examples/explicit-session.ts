// A session without a callback: you commit, and `await using` discards what you did not commit.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BabaDB } from "@baba/node";
import * as v from "valibot";

const Account = v.object({ id: v.string(), balance: v.number() });
const directory = await mkdtemp(join(tmpdir(), "baba-session-"));
const db = new BabaDB(Account, { directory, logging: false });

{
  await using session = db.asyncSession();
  await session.add({ id: "alice", balance: 100 });
  await session.add({ id: "bob", balance: 0 });
  await session.commit();

  // The session goes on after a commit; a rollback forgets what was queued since.
  await session.update({ id: "alice", balance: 1_000_000 });
  console.log("before the rollback:", await session.get("alice.baba"));
  session.rollback();
  console.log("after it:", await session.get("alice.baba"));

  await session.update({ id: "bob", balance: 5 });
} // not committed: discarded here, with a WARNING where there is a log

{
  await using session = db.asyncSession();
  console.log("bob:", await session.get("bob.baba"));
}

await db.close();
await rm(directory, { recursive: true });
