/**
 * Runs in CloudFront for each request of a browser (cloudfront-js-2.0). A path whose last part has no dot is a page of
 * the console, which index.html shows; any other one is a file. A file that is missing stays missing: a fallback of
 * errors would answer it with a page.
 */
// CloudFront calls it by its name.
// eslint-disable-next-line @typescript-eslint/no-unused-vars
function handler(event) {
  const request = event.request;
  const lastPart = request.uri.slice(request.uri.lastIndexOf("/") + 1);
  if (!lastPart.includes(".")) request.uri = "/index.html";
  return request;
}
