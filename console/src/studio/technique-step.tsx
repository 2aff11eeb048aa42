/** The second step: what is made of the melody, and by which model. */
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import type { PlacedErrors } from "../api/place-errors";
import type { Model, Technique } from "../api/queries";
import { texts } from "../texts/en";
import type { Draft } from "./draft";
import { changeDraft } from "./draft-store";
import { controlId } from "./form-controls";
import { wordsOf } from "./techniques";

export interface TechniqueStepProps {
  readonly draft: Draft;
  readonly techniques: readonly Technique[];
  readonly technique: Technique;
  readonly models: readonly Model[] | undefined;
  readonly modelId: string | undefined;
  readonly errors: PlacedErrors;
}

export function TechniqueStep({ draft, techniques, technique, models, modelId, errors }: TechniqueStepProps) {
  const broken = errors.at.get("technique");
  return (
    <div className="fields">
      <div className="technique-choice" role="radiogroup" aria-label={texts.studio.technique}>
        {techniques.map((one, index) => {
          const { verb, summary } = wordsOf(one);
          return (
            <label key={one.id} className={one.id === technique.id ? "technique technique-chosen" : "technique"}>
              <input
                {...(index === 0 ? { id: controlId("technique") } : {})}
                type="radio"
                name="technique"
                checked={one.id === technique.id}
                onChange={() => {
                  changeDraft({ technique: one.id });
                }}
              />
              <span>
                <strong>{verb}</strong>
                <small>{summary}</small>
              </span>
            </label>
          );
        })}
      </div>
      {broken !== undefined && <p role="alert">{broken}</p>}
      {technique.byRule ? (
        <p className="hint">{texts.studio.byRule}</p>
      ) : (
        <FormField
          controlId={controlId("model")}
          label={texts.studio.model}
          errorText={errors.at.get("model")}
          constraintText={models === undefined ? texts.studio.signInForModels : undefined}
        >
          <Select
            disabled={models === undefined}
            placeholder={texts.studio.stockModel}
            selectedOption={optionOf(models?.find(({ id }) => id === modelId))}
            options={(models ?? []).map((model) => ({
              value: model.id,
              label: model.name,
              description: `${model.stock ? texts.studio.stock : texts.studio.ownModel}, ${model.timeSignature}`,
            }))}
            onChange={({ detail }) => {
              const { value } = detail.selectedOption;
              if (value !== undefined) changeDraft({ models: { ...draft.models, [technique.id]: value } });
            }}
          />
        </FormField>
      )}
    </div>
  );
}

const optionOf = (model: Model | undefined) => (model === undefined ? null : { value: model.id, label: model.name });
