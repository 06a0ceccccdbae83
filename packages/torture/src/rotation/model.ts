import * as v from "valibot";

export const Page = v.object({ id: v.number(), text: v.string() });

/** Nested folders of pages. */
export const FOLDERS: readonly string[] = [".", "book", "book/annex"];

/** The argument of a keeper or a reader. */
export const Argument = v.object({ directory: v.string(), identity: v.string() });

/** What a reader found: the number of pages, and what is wrong with any. */
export const Found = v.object({ pages: v.number(), wrong: v.array(v.string()) });
export type Found = v.InferOutput<typeof Found>;

/** The one text that a page may have. */
export function textOf(id: number): string {
  return `page ${id}: ${"what is written stays written; ".repeat(1 + (id % 9))}`;
}
