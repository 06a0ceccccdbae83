import type { ProcessIdentity } from "@baba/core/adapter";

/**
 * This process as one line of JSON. Its number is only for people: others rely on the lock, which needs no
 * permission, and also works in containers and worker threads.
 */
export function processIdentity(): string {
  return JSON.stringify({ pid: Deno.pid, host: hostname(), lock: true } satisfies ProcessIdentity);
}

/** Only if it can be read without prompting the user. */
function hostname(): string {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "hostname" });
  return state === "granted" ? Deno.hostname() : "";
}
