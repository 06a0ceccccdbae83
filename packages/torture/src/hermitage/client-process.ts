import type { HermitageClient } from "@baba/core/testing";
import * as v from "valibot";
import { codeOf, commands, say } from "../harness/parent.ts";
import { Values } from "./client.ts";
import { Request } from "./protocol.ts";

type Open = { readonly values: Values; readonly client: HermitageClient };

export async function run(): Promise<void> {
  let open: Open | undefined;
  for await (const line of commands()) {
    const request = v.parse(Request, line);
    if (request.act === "begin") {
      const values = new Values(request.directory);
      open = { values, client: values.begin() };
      say({});
    } else if (open !== undefined) {
      say(await answer(open, request).catch((error: unknown) => ({ error: codeOf(error) })));
    }
  }
}

async function answer(
  { values, client }: Open,
  request: Exclude<Request, { act: "begin" }>,
): Promise<object> {
  if (request.act === "read") return { value: await client.read(request.key) };
  if (request.act === "list") return { keys: await client.list() };
  if (request.act === "write") await client.write(request.key, request.value);
  else if (request.act === "close") await values.close();
  else await client[request.act]();
  return {};
}
