/**
 * Headers that a browser adds and that are removed before a request goes to MiniStack. API Gateway has dealt with them
 * itself, and MiniStack would refuse every request that a page could send.
 */
export const browserHeaders = [
  "origin",
  "referer",
  "sec-fetch-site",
  "sec-fetch-mode",
  "sec-fetch-dest",
  "sec-fetch-user",
];
