import { expect, test } from "vitest";
import { mustNotBeTooLong } from "./longest-file.ts";

test("mustNotBeTooLong() accepts up to what one read gives, and refuses a byte more, naming the file", () => {
  mustNotBeTooLong(0, "/data/1.baba");
  mustNotBeTooLong(2 ** 31 - 1, "/data/1.baba");
  expect(() => mustNotBeTooLong(2 ** 31, "/data/1.baba")).toThrow(
    expect.objectContaining({ code: "ERR_FS_FILE_TOO_LARGE", path: "/data/1.baba" }),
  );
});
