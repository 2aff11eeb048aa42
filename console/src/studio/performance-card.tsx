/** How a finished piece is played: the notes stay, the file is made anew. */
import Select from "@cloudscape-design/components/select";
import Toggle from "@cloudscape-design/components/toggle";
import type { components, Composition } from "../../../client/client";
import { useFailureNotice } from "../api/failure-notice";
import { useUpdateComposition } from "../api/mutations";
import { performanceTexts as words } from "../texts/en-performance";

type Performance = components["schemas"]["Performance"];

const presets = ["model", "choir", "strings", "brass", "organ", "piano", "band"] as const;
const manners = ["dynamics", "mix", "breaths", "ritardando"] as const;
const options = presets.map((value) => ({ value, label: words.presets[value] }));

/** Pieces of version 0.2 are not performed, and have no such card. */
export function PerformanceCard({ composition }: { readonly composition: Composition }) {
  const { id, performance } = composition;
  const update = useUpdateComposition();
  const onError = useFailureNotice();
  if (performance === undefined) return null;
  const change = (changed: Performance): void => {
    update.mutate({ id, body: { performance: changed } }, { onError });
  };
  const chosen = options.find(({ value }) => value === (performance.instruments ?? "model")) ?? null;
  return (
    <section className="card" aria-label={words.title}>
      <h3>{words.title}</h3>
      <div className="performance">
        <Select
          inlineLabelText={words.instruments}
          selectedOption={chosen}
          options={options}
          onChange={({ detail }) => {
            const preset = presets.find((one) => one === detail.selectedOption.value);
            if (preset !== undefined) change({ instruments: preset });
          }}
        />
        {manners.map((manner) => (
          <Toggle
            key={manner}
            checked={performance[manner] !== false}
            description={words.manners[manner].hint}
            onChange={({ detail }) => {
              change({ [manner]: detail.checked });
            }}
          >
            {words.manners[manner].label}
          </Toggle>
        ))}
      </div>
    </section>
  );
}
