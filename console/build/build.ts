/**
 * `npm run build:console`: makes `console/dist`, the files that a browser loads.
 *
 * What is made from packages (the theme's style sheet, the cut sounds) lies in `console/.generated` and is made once.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { cutBachExcerpts } from "./bach-excerpts";
import { cutSounds } from "./sounds";
import { makeThemeStylesheet } from "./theme";

const folder = fileURLToPath(new URL("..", import.meta.url));
const generated = join(folder, ".generated");
const publicFolder = join(generated, "public");
const sounds = join(publicFolder, "sounds");

async function main(): Promise<void> {
  // What is built is for users, whoever builds it. Jest, which starts local clouds, has another environment, in which
  // Vite would ship React as developers need it.
  process.env["NODE_ENV"] = "production";
  mkdirSync(generated, { recursive: true });
  writeFileSync(join(generated, "theme.css"), await makeThemeStylesheet(generated));
  if (!existsSync(sounds)) {
    // The folder gets its name when it is whole, so that a build that was cut short is begun anew.
    const begun = `${sounds}-begun`;
    rmSync(begun, { recursive: true, force: true });
    await cutSounds(begun);
    renameSync(begun, sounds);
  }
  writeFileSync(join(publicFolder, "bach-excerpts.json"), JSON.stringify(cutBachExcerpts(dirname(folder))));
  await build({ configFile: join(folder, "vite.config.ts") });
}

await main();
