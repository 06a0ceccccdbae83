export { denoFileSystem } from "./deno-file-system.ts";
