import { expect, test } from "vitest";
import { mustBeReadable } from "./longest-file.ts";

test("mustBeReadable() accepts up to what one read gives, and refuses a byte more, naming the file", () => {
  mustBeReadable(0, "/data/1.baba");
  mustBeReadable(2 ** 31 - 1, "/data/1.baba");
  expect(() => mustBeReadable(2 ** 31, "/data/1.baba")).toThrow(
    expect.objectContaining({ code: "ERR_FS_FILE_TOO_LARGE", path: "/data/1.baba" }),
  );
});
