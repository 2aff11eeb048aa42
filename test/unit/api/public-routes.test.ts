/** The routes without a token. */
import { apiRoutes } from "../../../naming/api-routes";

/**
 * API Gateway is reported to keep the throttle of such a route after it is gone, and to refuse each later update. Whoever
 * takes one out of this list tells operators in the changelog of "A public route is gone" in docs/runbook.md.
 */
const deployed = [
  "GET /health",
  "GET /openapi.json",
  "GET /sample-melodies",
  "GET /sample-melodies/{sampleMelodyId}/midi",
  "GET /shared/{token}",
  "GET /shared/{token}/edit-events",
  "GET /shared/{token}/midi",
  "GET /techniques",
];

test("the public routes are those that stages have, or will have by the next deploy", () => {
  const routes = Object.values(apiRoutes).filter((route) => route.public);
  expect(routes.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(deployed);
});
