/**
 * Stands in for intl-messageformat, whose parser of message texts is 12 kB of every page's script. Cloudscape's controls
 * import it for a fallback that they show inside Cloudscape's own ErrorBoundary, with texts in ICU's format. The console
 * has a boundary and texts of its own and gives them neither, so that nothing is ever formatted.
 */
export default function noMessageFormat(message: string): never {
  throw new Error(
    `The console is built without intl-messageformat, and “${message}” needs it: console/vite.config.ts.`,
  );
}
