/** What can be done with a finished piece: each button composes at once. */
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import type { Composition } from "../../../client/client";
import { type Technique, useTechniques } from "../api/queries";
import { ProblemAlert } from "../app/problem-alert";
import { texts } from "../texts/en";
import { requestAgain } from "./compose-request";
import { changeDraft, draftStore } from "./draft-store";
import { type Parameter, wordsOf } from "./techniques";
import { useCompose } from "./use-compose";
import { useWayOn } from "./use-way-on";

const variationCount = 4;
const daringParameters: readonly string[] = ["temperature", "creativeRisk"];

/** Returns the parameter that says how daring a technique is, if it has one. */
export const daringOf = (technique: Technique | undefined): Parameter | undefined =>
  technique?.parameters.find(({ name, type }) => type === "number" && daringParameters.includes(name));

/** Returns three values of a parameter: safer than usual, as usual, and more daring. */
export function threeValues(parameter: Parameter): readonly number[] {
  const usual = Number(parameter.default);
  const { minimum = usual, maximum = usual, step = 0.05 } = parameter;
  const rounded = (value: number): number => Number((Math.round(value / step) * step).toFixed(4));
  return [minimum + (usual - minimum) * 0.2, usual, usual + (maximum - usual) * 0.4].map(rounded);
}

export function NextStrip({ composition }: { readonly composition: Composition }) {
  const { id, name } = composition;
  const techniques = useTechniques();
  const { goOn, fail } = useWayOn();
  const { compose, composeEach, composeVariations, isPending } = useCompose();
  const [failure, setFailure] = useState<unknown>();
  const [pressed, setPressed] = useState<string>();
  const items = techniques.data?.items ?? [];
  const daring = daringOf(items.find((one) => one.id === composition.technique));

  const press = async (button: string, work: () => Promise<string>): Promise<void> => {
    setPressed(button);
    setFailure(undefined);
    try {
      goOn(await work());
    } catch (error) {
      fail(error, setFailure);
    }
  };
  const composeFrom = async (technique: Technique): Promise<string> => {
    changeDraft({ source: { kind: "composition", id }, shape: {}, technique: technique.id, name: "" });
    const made = await compose({ technique, modelId: draftStore.getState().models[technique.id], melodyName: name });
    return `/studio/${made.id}`;
  };
  const sideBySide = (made: readonly Composition[]): string =>
    `/studio/${id}?view=variations&with=${made.map((one) => one.id).join(",")}`;
  const compare = async (changes: readonly Partial<ReturnType<typeof requestAgain>>[]): Promise<string> => {
    const again = requestAgain(composition);
    const made = await composeEach(
      changes.map((change) => ({ ...again, ...change, parameters: { ...again.parameters, ...change.parameters } })),
    );
    return sideBySide(made);
  };
  const vary = async (): Promise<string> => {
    // Without a seed the API draws the first one, and counts the others up from it.
    const { seed: _seed, ...again } = requestAgain(composition);
    return sideBySide(await composeVariations({ ...again, variations: variationCount }));
  };
  return (
    <section className="card next-strip" aria-label={texts.studio.next}>
      <h3>{texts.studio.next}</h3>
      <div className="button-row">
        {items.map((technique) => (
          <Button
            key={technique.id}
            loading={isPending && pressed === technique.id}
            disabled={isPending}
            onClick={() => {
              void press(technique.id, async () => await composeFrom(technique));
            }}
          >
            {wordsOf(technique).next}
          </Button>
        ))}
        <Button
          loading={isPending && pressed === "variations"}
          disabled={isPending}
          onClick={() => {
            void press("variations", vary);
          }}
        >
          {texts.studio.variations}
        </Button>
        {daring !== undefined && (
          <Button
            loading={isPending && pressed === "temperatures"}
            disabled={isPending}
            onClick={() => {
              const changes = threeValues(daring).map((value) => ({ parameters: { [daring.name]: value } }));
              void press("temperatures", async () => await compare(changes));
            }}
          >
            {texts.studio.temperatures(daring.title)}
          </Button>
        )}
      </div>
      {failure !== undefined && <ProblemAlert error={failure} />}
    </section>
  );
}
