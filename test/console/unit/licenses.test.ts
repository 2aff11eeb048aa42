import { packageFolderOf } from "../../../console/build/licenses";

test.each([
  ["/r/node_modules/react/index.js", "/r/node_modules/react"],
  ["/r/node_modules/@scope/name/esm/a.js?v=1", "/r/node_modules/@scope/name"],
  ["/r/node_modules/one/node_modules/two/a.js", "/r/node_modules/one/node_modules/two"],
  ["\0commonjs-proxy:/r/node_modules/react/index.js", "/r/node_modules/react"],
])("the module %j is of the package %s", (module, folder) => {
  expect(packageFolderOf(module)).toBe(folder);
});

test.each(["/r/console/src/main.tsx", "\0vite/preload-helper.js"])("%j is of no package", (module) => {
  expect(packageFolderOf(module)).toBeUndefined();
});
