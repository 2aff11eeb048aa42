/** The typed client compiles in other people's projects, as strict as TypeScript gets, and without a cast. */
import path from "node:path";
import ts from "typescript";

const root = path.join(__dirname, "../..");
const strictest: ts.CompilerOptions = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  isolatedModules: true,
  verbatimModuleSyntax: true,
  // The sources name each other with their ending; the package that is made of them has none of it.
  allowImportingTsExtensions: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
};

test.each<[string, ts.CompilerOptions]>([
  ["a browser's", { lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"], types: [] }],
  ["a server's", { lib: ["lib.es2023.d.ts"], types: ["node"] }],
])(
  "compiles in %s project",
  (_, more) => {
    const program = ts.createProgram([path.join(root, "test/e2e/one-cloud/client-calls.ts")], {
      ...strictest,
      ...more,
    });
    const faults = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
      const where = file === undefined ? "" : path.relative(root, file.fileName);
      return `${where}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
    });
    expect(faults).toEqual([]);
  },
  120_000,
);
