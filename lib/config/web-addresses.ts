/**
 * Which addresses a stage may be given. Browsers, Cognito and API Gateway compare addresses as texts, so one that is
 * spelled in another way than a browser spells it would be accepted by nobody and noticed late.
 */

const label = "(?!-)[a-z0-9-]{1,63}(?<!-)";
const hostName = new RegExp(`^(?=.{1,253}$)${label}(?:\\.${label})*$`);
/**
 * Matches the name of a domain of the internet, in lower case and in ASCII. A last label is of letters, or the spelling
 * in ASCII of one that is not (RFC 5890).
 */
export const domainName = new RegExp(`^(?=.{1,253}$)(?:${label}\\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,58}[a-z0-9])$`);
const ipAddress = /^(?:\[[0-9a-f:.]+\]|\d+(?:\.\d+){3})$/;

/** The hosts that Cognito lets people be sent back to without TLS (CreateUserPoolClient, CallbackURLs). */
const hostsWithoutTls: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** Returns true for a host that is always the machine itself (RFC 6761; RFC 5735; RFC 4291). */
function isLoopbackHost(hostname: string): boolean {
  const host = hostname.replace(/\.$/, "");
  return /(?:^|\.)localhost$/.test(host) || /^(?:127(?:\.\d+){3}|0\.0\.0\.0|\[::1?\]|\[::ffff:7f.*\])$/.test(host);
}

/** Returns true for an address of the machine itself, whatever its scheme is. */
export const isLoopback = (address: string): boolean =>
  URL.canParse(address) && isLoopbackHost(new URL(address).hostname);

/** The names that RFC 2606 keeps for examples and for names that do not exist, as a host or at its end. */
const reservedHost = /(?:^|[.@/])(?:example(?:\.(?:com|net|org))?|invalid)\.?$/;

/** Returns true for a URL, an e-mail address or a domain of a name that nobody can own. */
export const isReserved = (address: string): boolean =>
  reservedHost.test(URL.canParse(address) ? new URL(address).hostname : address.toLowerCase());

/** Returns the URL of a web page; or, in words, what every such address must be, if this one is none. */
function readWebAddress(text: string): URL | string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSecure = url?.protocol === "https:" || (url?.protocol === "http:" && hostsWithoutTls.includes(url.hostname));
  if (!isSecure) return "an https URL, or an http URL of localhost, 127.0.0.1 or [::1]";
  return hostName.test(url.hostname) || ipAddress.test(url.hostname) ? url : "a URL of one host, without `*`";
}

/** Returns what an origin of browsers must be; undefined if the text is spelled as the header `Origin` spells one. */
export function originFault(text: string): string | undefined {
  if (text === "*") return undefined;
  const url = readWebAddress(text);
  if (typeof url === "string") return `must be \`*\`, or ${url}`;
  return text === url.origin ? undefined : `must be an origin as a browser sends it, which is "${url.origin}"`;
}

/** The limit of Cognito for a callback address (CreateUserPoolClient, CallbackURLs). */
const addressCharacters = 1024;
/** The limit of Cognito for the list of them. */
export const addressCount = 100;

/** Returns what an address to which people are sent back must be; undefined if the text is one. */
export function returnAddressFault(text: string): string | undefined {
  const url = readWebAddress(text);
  if (typeof url === "string") return `must be ${url}`;
  if (text.length > addressCharacters) return `must have at most ${addressCharacters} characters`;
  if (text.includes("#")) return "must have no fragment (`#…`): Cognito refuses one";
  if (url.username !== "" || url.password !== "") return "must have no user name and no password";
  if (text === url.href || text === url.origin) return undefined;
  return `must be spelled as a browser spells it, which is "${url.href}"`;
}
