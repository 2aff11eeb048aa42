import { createClient, waitForComposition } from "@opencomposer/client";

/** The address of the API, which esbuild writes into the bundle. */
declare const apiUrl: string;

const form = document.querySelector("form");
const token = document.querySelector("input");
const melodies = document.querySelector("select");
const output = document.querySelector("output");
if (!form || !token || !melodies || !output)
  throw new Error("index.html lacks a form, an input, a select or an output.");

const api = createClient({ baseUrl: apiUrl, accessToken: () => token.value });
const tell = (error: unknown): unknown => (output.textContent = String(error));

async function listMelodies(select: HTMLSelectElement): Promise<void> {
  const { data, error } = await api.GET("/sample-melodies");
  if (error !== undefined) throw new Error(error.detail);
  for (const { id, name } of data.items) select.add(new Option(name, id));
}

async function compose(name: string, sampleMelodyId: string): Promise<Blob> {
  const { data: accepted, error: refused } = await api.POST("/compositions", {
    params: { header: { "Idempotency-Key": crypto.randomUUID() } },
    body: { name, technique: "unet-gan", modelId: "unet-gan-bach", input: { sampleMelodyId } },
  });
  if (refused !== undefined) throw new Error(refused.detail);
  const { resource, outcome } = await waitForComposition(api, accepted.id, { deadlineSeconds: 300 });
  if (resource?.state !== "COMPLETED") throw new Error(resource?.failure?.message ?? outcome);
  const path = { compositionId: accepted.id };
  const { data: midi, error } = await api.GET("/compositions/{compositionId}/midi", { params: { path } });
  if (error !== undefined) throw new Error(error.detail);
  return new Blob([midi], { type: "audio/midi" });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const name = melodies.selectedOptions[0]?.text ?? "";
  output.textContent = "The voices are being written.";
  compose(name, melodies.value).then((midi) => {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(midi), textContent: name });
    link.download = `${name}.mid`;
    output.replaceChildren(link);
  }, tell);
});
listMelodies(melodies).catch(tell);
