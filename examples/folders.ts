// Several models in one database: a folder for each, and its schema named at the call.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BabaDB } from "@baba/node";
import * as v from "valibot";

const Author = v.object({ id: v.string(), name: v.string(), born: v.number() });
const Book = v.object({ id: v.string(), title: v.string(), author: v.string(), year: v.number() });

const directory = await mkdtemp(join(tmpdir(), "baba-folders-"));
const db = new BabaDB(Book, { directory, logging: false });

await db.asyncSession(async (session) => {
  // One session, two models, one commit: a book never appears without its author.
  await session.add(Author, { id: "le-guin", name: "Ursula K. Le Guin", born: 1929 }, "authors/le-guin.baba");
  await session.add({ id: "1", title: "The Dispossessed", author: "le-guin", year: 1974 }, "books/1.baba");
  await session.add({ id: "2", title: "The Lathe of Heaven", author: "le-guin", year: 1971 }, "books/2.baba");
});

await db.asyncSession(async (session) => {
  const authors = await session.all("authors", Author); // Author[]
  for (const author of authors) {
    const books = await session.filter("books", { author: author.id }); // Book[], the database's own model
    console.log(`${author.name} (${author.born})`);
    for (const book of books.sort((a, b) => a.year - b.year)) console.log(`  ${book.year}  ${book.title}`);
  }
  console.log("books:", await session.count("books"));
  console.log("records in the directory itself:", await session.count("."));
});

await db.close();
await rm(directory, { recursive: true });
