import type { Schema } from "../model/index.ts";
import type { EventLoop } from "../runtime/event-loop.ts";
import { type FolderCache, FolderDraft } from "./folder-cache.ts";
import { type Text, textsIn } from "./text.ts";
import type { View } from "./view.ts";

/**
 * Some records of a folder: their names, and the text of each, or nothing where it has gone. `isKnown` says that all were read
 * by the reader before.
 */
export type Chunk = {
  readonly names: readonly string[];
  readonly texts: readonly (Text | undefined)[];
  readonly isKnown?: boolean;
};

/** Records of the first chunk: few enough to be there at once. */
const FIRST_CHUNK = 64;
/** Records of a chunk at most: as many as a file system is asked for in one hop. */
const LARGEST_CHUNK = 256;
/** Characters that a chunk should have: what a stream holds in memory is a few of these, and eleven bytes for each. */
const CHUNK_LENGTH = 128 * 1024;
/** Chunks that are read while the caller is at work on one. */
const AHEAD = 2;

/**
 * The records of a folder in the order of their names, chunk by chunk, in bounded memory: from the cache
 * where nothing has changed since they were kept there, and else from the storage, to be kept. Who asks for more than the last chunk
 * has read them all: if that is by a `reader`, the cache keeps this too.
 */
export async function* scan(
  view: View,
  cache: FolderCache,
  loop: Pick<EventLoop, "pause">,
  folder: string,
  reader?: Schema,
): AsyncGenerator<Chunk> {
  const stamp = await view.stamp(folder);
  const cached = stamp === undefined ? undefined : cache.find(folder, stamp);
  if (cached !== undefined) {
    const { names, texts } = cached;
    yield { names, texts, isKnown: cached.wasReadBy(reader) };
    cached.noteReader(reader);
    return;
  }
  const { names, own: ownNames } = await view.list(folder);
  // To make thousands of names is one long piece of work, and to read the first records is another.
  await loop.pause();
  const draft = new FolderDraft(names.length);
  // The session may have changed its mind by the time that its records are read; the names are from before.
  if (ownNames) draft.spoil();
  for await (const chunk of readAhead(view, names)) {
    if (chunk.own || stamp === undefined) draft.spoil();
    draft.add(chunk.names, chunk.texts);
    yield chunk;
  }
  if (stamp === undefined || draft.spoiled) return;
  draft.noteReader(reader);
  // What was read between two equal stamps belongs together.
  if ((await view.stamp(folder)) === stamp) cache.keep(folder, stamp, draft);
}

/** `own`: pending changes of the session may be among them. `cut`: fewer came than were asked for. */
type ReadChunk = Chunk & { readonly own: boolean; readonly cut: boolean };

async function* readAhead(view: View, names: readonly string[]): AsyncGenerator<ReadChunk> {
  const ahead: Promise<ReadChunk>[] = [];
  let [asked, size] = [0, FIRST_CHUNK];
  for (let done = 0; done < names.length; ) {
    for (; ahead.length < AHEAD && asked < names.length; asked += size)
      ahead.push(read(view, names.slice(asked, asked + size)));
    const chunk = await ahead.shift();
    if (chunk === undefined) break;
    done += chunk.names.length;
    size = sizeAfter(chunk);
    if (chunk.cut) {
      // What was asked for behind the rest of it is asked for again after that, in chunks of another size.
      ahead.length = 0;
      asked = done;
    }
    yield chunk;
  }
}

/** Its failure is told to whoever awaits it, later. */
function read(view: View, names: readonly string[]): Promise<ReadChunk> {
  const own = view.pending.size > 0;
  const chunk = view.read(names).then((payloads) => {
    const cut = payloads.length < names.length;
    return { names: cut ? names.slice(0, payloads.length) : names, texts: textsIn(payloads), own, cut };
  });
  chunk.catch(() => undefined);
  return chunk;
}

/** Records of such a length in the chunk after next. */
function sizeAfter({ texts }: Chunk): number {
  const length = texts.reduce((sum, text) => sum + (typeof text === "string" ? text.length : 0), 0);
  const fitting = Math.floor((CHUNK_LENGTH * texts.length) / Math.max(1, length));
  return Math.min(LARGEST_CHUNK, Math.max(1, fitting));
}
